"""Milestones of a project: planned with a measurable outcome, reached, reopened, reached again (REC-17). Pure.

Guards that a milestone is reached once at a time and that taking it back is as visible as reaching it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.recap_tracker.domain.dates import check_happened, written
from services.recap_tracker.domain.projects import Facts, Milestone, Project, Reopening
from services.recap_tracker.domain.refusals import (
    MilestoneNotReachedError,
    MilestoneReachedAlreadyError,
    OutcomeMissingError,
    ProjectEndedError,
    ProjectNotActiveError,
    TextMissingError,
    TooManyMilestonesError,
)
from services.recap_tracker.domain.words import ENDED, Status
from shared.errors import NotFoundError
from shared.events.ids import MilestoneId, ProjectId
from shared.events.recap_tracker import MilestonePlanned, MilestoneReached, MilestoneReopened

MILESTONE_LIMIT = 50
REOPENINGS_KEPT = 10
"""Older ones are dropped from the document; every one of them stays on the stream."""


@dataclass(frozen=True)
class Step:
    """Which milestone of which project."""

    project: ProjectId
    milestone: MilestoneId


@dataclass(frozen=True)
class PlanMilestone:
    """Ask for a milestone; the texts are the organisation's own and stay in this service."""

    title: str
    measurable_outcome: str
    planned_on: date


@dataclass(frozen=True)
class ReopenMilestone:
    """Say that a milestone is not reached after all, and why."""

    on: date
    reason: str


def plan_milestone(
    project: Project, milestone: MilestoneId, command: PlanMilestone, version: int
) -> tuple[Project, Facts]:
    """Add a milestone to a project that goes on or waits. Refuses one without a measurable outcome."""
    if project.status in ENDED:
        raise ProjectEndedError(status=project.status)
    if not command.title.strip():
        raise TextMissingError(field="the title")
    if not command.measurable_outcome.strip():
        raise OutcomeMissingError
    if len(project.milestones) >= MILESTONE_LIMIT:
        raise TooManyMilestonesError(limit=MILESTONE_LIMIT)
    planned = Milestone(
        milestone=milestone,
        title=command.title.strip(),
        measurable_outcome=command.measurable_outcome.strip(),
        planned_on=command.planned_on,
    )
    after = project.model_copy(update={"milestones": (*project.milestones, planned)})
    return after, (MilestonePlanned(**described(project, planned, version)),)


def reach_milestone(
    project: Project, milestone: MilestoneId, reached_on: date, version: int, now: datetime
) -> tuple[Project, Facts]:
    """Record that a milestone of an active project was reached."""
    found = _find(project, milestone)
    if found.reached_on is not None:
        raise MilestoneReachedAlreadyError(reached_on=written(found.reached_on))
    check_happened("reached_on", reached_on, earliest=project.started_on, now=now)
    reached = found.model_copy(update={"reached_on": reached_on})
    fact = MilestoneReached(**described(project, reached, version), reached_on=reached_on)
    return _replaced(project, reached), (fact,)


def reopen_milestone(
    project: Project, milestone: MilestoneId, command: ReopenMilestone, version: int, now: datetime
) -> tuple[Project, Facts]:
    """Take back that a milestone was reached; refuses without a reason. It can be reached again."""
    found = _find(project, milestone)
    if found.reached_on is None:
        raise MilestoneNotReachedError
    if not command.reason.strip():
        raise TextMissingError(field="the reason")
    check_happened("reopened_on", command.on, earliest=found.reached_on, now=now)
    past = Reopening(reached_on=found.reached_on, reopened_on=command.on, reason=command.reason.strip())
    kept = (*found.reopenings, past)[-REOPENINGS_KEPT:]
    reopened = found.model_copy(update={"reached_on": None, "reopenings": kept})
    return _replaced(project, reopened), (MilestoneReopened(**described(project, reopened, version)),)


def described(project: Project, milestone: Milestone, version: int) -> dict[str, Any]:
    """Return what every fact about a milestone carries."""
    return {
        "project": project.project,
        "milestone": milestone.milestone,
        "programme": project.programme,
        "cohort": project.cohort,
        "organisation": project.organisation,
        "version": version,
        "planned_on": milestone.planned_on,
    }


def _find(project: Project, milestone: MilestoneId) -> Milestone:
    """Return a milestone of an active project."""
    for candidate in project.milestones:
        if candidate.milestone == milestone:
            if project.status is not Status.ACTIVE:
                raise ProjectNotActiveError(status=project.status)
            return candidate
    raise NotFoundError(what="milestone", id=milestone)


def _replaced(project: Project, milestone: Milestone) -> Project:
    milestones = tuple(
        milestone if candidate.milestone == milestone.milestone else candidate for candidate in project.milestones
    )
    return project.model_copy(update={"milestones": milestones})
