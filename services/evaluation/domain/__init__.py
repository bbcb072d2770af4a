"""What evaluation knows of a participant and of a project: facts, each held in its latest version.

Guards law 3: everything kept is a join of facts, so that neither the order nor the number of times they arrive matters.
"""

from services.evaluation.domain.participation import (
    ERASED,
    NO_COMMITMENT,
    STRANGER,
    Attendance,
    Commitment,
    Enrolment,
    Journal,
    Move,
    Participant,
)
from services.evaluation.domain.places import CellKey, Place, ProjectPlace
from services.evaluation.domain.projects import UNHEARD_OF, Milestone, Project, ProjectStanding

__all__ = [
    "ERASED",
    "NO_COMMITMENT",
    "STRANGER",
    "UNHEARD_OF",
    "Attendance",
    "CellKey",
    "Commitment",
    "Enrolment",
    "Journal",
    "Milestone",
    "Move",
    "Participant",
    "Place",
    "Project",
    "ProjectPlace",
    "ProjectStanding",
]
