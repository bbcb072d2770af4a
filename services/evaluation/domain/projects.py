"""What is known of one change project: its standing and its milestones, each in the latest version.

Guards that facts about the same thing have a total order (version first, then the rest), as for participants.
"""

from typing import Literal

from msgspec import Struct

from services.evaluation.domain.places import ProjectPlace


class ProjectStanding(Struct, frozen=True, order=True, array_like=True, gc=False):
    """The latest fact of a project's status (REC-2)."""

    version: int
    status: Literal["active", "queued", "completed", "withdrawn"]
    place: ProjectPlace


class Milestone(Struct, frozen=True, order=True, array_like=True, gc=False):
    """The latest fact of a milestone (REC-17); `days_ahead` of plan when reached, negative when late, otherwise 0."""

    version: int
    standing: Literal["planned", "reached", "reopened"]
    days_ahead: int
    place: ProjectPlace


class Project(Struct, frozen=True, array_like=True, gc=False):
    """All facts of one project, each in its latest version; the dictionaries are never changed in place."""

    standings: dict[str, ProjectStanding] = {}
    """By project: at most one, and none while only milestones were heard of."""
    milestones: dict[str, Milestone] = {}
    """By milestone."""


UNHEARD_OF = Project()
"""A project of which nothing was heard yet."""
