"""Examples that the tracker's unit tests share: a project, its lead, a day."""

from datetime import UTC, date, datetime
from typing import Any

from services.recap_tracker.domain.milestones import PlanMilestone, plan_milestone, reach_milestone
from services.recap_tracker.domain.places import Placing
from services.recap_tracker.domain.projects import Opening, OpenProject, Project, open_project
from services.recap_tracker.domain.words import Aim, Kind, Scale, Scope, Status
from shared.events.ids import CohortId, MilestoneId, OrganisationId, ParticipantId, ProgrammeId, ProjectId

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
STARTED = date(2024, 1, 8)
HERE, THERE = OrganisationId("trust-1"), OrganisationId("trust-2")
COHORT, PROGRAMME = CohortId("recap-2024"), ProgrammeId("recap")
PROJECT, LEAD = ProjectId("project-1"), ParticipantId("person-1")
A_PLACE = Placing(Status.ACTIVE, "Place 1 of 60 was free.")
THIRD_IN_LINE = Placing(Status.QUEUED, "All 60 places are taken.", 3)


def wish(**changes: Any) -> OpenProject:
    """A request for a project."""
    given: dict[str, Any] = {
        "title": "Panels that look like the people they choose",
        "cohort": COHORT,
        "lead": LEAD,
        "aims": (Aim.IMPROVE_WORKPLACE, Aim.REDUCE_RACIAL_INEQUALITY),
        "kind": Kind.FAIR_RECRUITMENT,
        "scope": Scope.DAY_ROLE,
        "scale": Scale.LOCAL,
        "wres_indicators": (2, 1, 2),
        "started_on": STARTED,
    }
    return OpenProject(**{**given, **changes})


def opening(placing: Placing = A_PLACE) -> Opening:
    """How the request is answered by the ledger."""
    return Opening(PROJECT, PROGRAMME, HERE, placing, NOW)


def project(placing: Placing = A_PLACE) -> Project:
    """A project as opened."""
    return open_project(wish(), opening(placing))[0]


def with_milestone(planned_on: date, reached_on: date | None = None, name: str = "step-1") -> Project:
    """An active project with one milestone."""
    plan = PlanMilestone(f"Milestone {name}", "Nine panels in ten are mixed", planned_on)
    planned, _ = plan_milestone(project(), MilestoneId(name), plan, 2)
    if reached_on is None:
        return planned
    return reach_milestone(planned, MilestoneId(name), reached_on, 3, NOW)[0]
