"""A change project: what it is for, who leads it and where it stands (REC-1, REC-3, REC-10 to REC-12). Pure.

Guards that every change of status is stated with the whole of the project's public description and without free text,
and that a project belongs for ever to the organisation that opened it: a lead who moves does not take it along.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.recap_tracker.domain.dates import check_happened
from services.recap_tracker.domain.places import PLACES_FULL, Placing, State
from services.recap_tracker.domain.refusals import (
    AimMissingError,
    ProjectEndedError,
    ProjectNotActiveError,
    ProjectNotEndedError,
    TextMissingError,
)
from services.recap_tracker.domain.words import ENDED, Aim, Kind, Scale, Scope, Status
from shared.events import Fact
from shared.events.ids import CohortId, MilestoneId, OrganisationId, ParticipantId, ProgrammeId, ProjectId
from shared.events.recap_tracker import (
    ProjectActivated,
    ProjectCompleted,
    ProjectQueued,
    ProjectReopened,
    ProjectWithdrawn,
)

Facts = tuple[Fact, ...]


class Reopening(State):
    """A time a milestone turned out not to be reached after all."""

    reached_on: date
    reopened_on: date
    reason: str


class Milestone(State):
    """A step of a project with the outcome by which it is measured (REC-17)."""

    milestone: MilestoneId
    title: str
    measurable_outcome: str
    planned_on: date
    reached_on: date | None = None
    reopenings: tuple[Reopening, ...] = ()


class Project(State):
    """A change project. `lead` is None once the person who led it was erased; `why` explains its status."""

    project: ProjectId
    programme: ProgrammeId
    cohort: CohortId
    organisation: OrganisationId
    lead: ParticipantId | None
    title: str
    aims: tuple[Aim, ...]
    kind: Kind
    scope: Scope
    scale: Scale
    wres_indicators: tuple[int, ...]
    started_on: date
    opened_at: datetime
    status: Status
    why: str
    changed_on: date
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class OpenProject:
    """Ask for a new project. `wres_indicators` are numbers from 1 to 9 that it means to move (REC-3)."""

    title: str
    cohort: CohortId
    lead: ParticipantId
    aims: tuple[Aim, ...]
    kind: Kind
    scope: Scope
    scale: Scale
    wres_indicators: tuple[int, ...]
    started_on: date


@dataclass(frozen=True)
class EndProject:
    """Complete or withdraw a project; `reason` is the organisation's own words, kept here and never sent on."""

    on: date
    reason: str = ""


@dataclass(frozen=True)
class Opening:
    """Under which id a project is opened, for which programme and organisation, and where the ledger placed it."""

    project: ProjectId
    programme: ProgrammeId
    organisation: OrganisationId
    placing: Placing
    opened_at: datetime


def open_project(command: OpenProject, opening: Opening) -> tuple[Project, Facts]:
    """Open a project where the ledger placed it. Refuses a project without an aim or a title."""
    if not command.aims:
        raise AimMissingError
    if not command.title.strip():
        raise TextMissingError(field="the title")
    opened = Project(
        project=opening.project,
        programme=opening.programme,
        cohort=command.cohort,
        organisation=opening.organisation,
        lead=command.lead,
        title=command.title.strip(),
        aims=tuple(sorted(set(command.aims))),
        kind=command.kind,
        scope=command.scope,
        scale=command.scale,
        wres_indicators=tuple(sorted(set(command.wres_indicators))),
        started_on=command.started_on,
        opened_at=opening.opened_at,
        status=opening.placing.status,
        why=opening.placing.reason,
        changed_on=command.started_on,
    )
    return opened, (_placed(opened, opening.placing, version=1),)


def _placed(project: Project, placing: Placing, version: int) -> Fact:
    if placing.position is None:
        return ProjectActivated(**described(project, version))
    return ProjectQueued(**described(project, version), reason=PLACES_FULL, position=placing.position)


def activate_project(project: Project, freed_on: date, version: int) -> tuple[Project, Facts]:
    """Give a waiting project the place that became free on a day."""
    changed_on = max(freed_on, project.changed_on)
    active = _moved(project, Status.ACTIVE, "A place became free and the project was first in the queue.", changed_on)
    return active, (ProjectActivated(**described(active, version)),)


def complete_project(project: Project, command: EndProject, version: int, now: datetime) -> tuple[Project, Facts]:
    """Bring an active project to its end."""
    if project.status is not Status.ACTIVE:
        raise ProjectNotActiveError(status=project.status)
    check_happened("completed_on", command.on, earliest=project.started_on, now=now)
    completed = _moved(project, Status.COMPLETED, "The project was completed.", command.on)
    return completed, (ProjectCompleted(**described(completed, version)),)


def withdraw_project(project: Project, command: EndProject, version: int, now: datetime) -> tuple[Project, Facts]:
    """Give up a project that is active or waits. Refuses without a reason."""
    if project.status in ENDED:
        raise ProjectEndedError(status=project.status)
    if not command.reason.strip():
        raise TextMissingError(field="the reason")
    check_happened("withdrawn_on", command.on, now=now)
    withdrawn = _moved(project, Status.WITHDRAWN, command.reason.strip(), command.on)
    return withdrawn, (ProjectWithdrawn(**described(withdrawn, version)),)


def check_reopening(project: Project, reopened_on: date, now: datetime) -> None:
    """Refuse to reopen what has not ended, or on a day before it ended. Asked before a place is taken."""
    if project.status not in ENDED:
        raise ProjectNotEndedError(status=project.status)
    check_happened("reopened_on", reopened_on, earliest=project.changed_on, now=now)


def reopen_project(project: Project, reopened_on: date, placing: Placing, version: int) -> tuple[Project, Facts]:
    """Let an ended project go on where the ledger placed it."""
    reopened = _moved(project, placing.status, placing.reason, reopened_on)
    return reopened, (ProjectReopened(**described(reopened, version)),)


def unlink_lead(project: Project) -> Project:
    """Forget who leads the project; the project itself is the organisation's and stays."""
    return project.model_copy(update={"lead": None})


def described(project: Project, version: int) -> dict[str, Any]:
    """Return what every fact about a project's status carries: ids, codes and dates, no text that anybody wrote."""
    return {
        "project": project.project,
        "programme": project.programme,
        "cohort": project.cohort,
        "organisation": project.organisation,
        "version": version,
        "status": project.status.value,
        "aims": tuple(aim.value for aim in project.aims),
        "kind": project.kind.value,
        "scope": project.scope.value,
        "scale": project.scale.value,
        "wres_indicators": project.wres_indicators,
        "changed_on": project.changed_on,
    }


def _moved(project: Project, status: Status, why: str, changed_on: date) -> Project:
    return project.model_copy(update={"status": status, "why": why, "changed_on": changed_on})
