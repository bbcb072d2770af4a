"""The ledger of a programme's project places: who has one, who waits, and why (REC-2). Pure.

Guards that never more projects are active than there are places, that the queue is first come first served, and that no
place stays free while a project waits. Every change of the ledger comes with its decisions, in words.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.recap_tracker.domain.refusals import QueueFullError
from services.recap_tracker.domain.words import Status
from shared.events.ids import CohortId, OrganisationId, ProgrammeId, ProjectId

QUEUE_LIMIT = 500
"""Projects that may wait at once: keeps the ledger and the largest possible round of promotions bounded."""
PLACES_FULL = "places-full"
"""The reason code that travels in events."""

Outcome = Literal["placed", "queued", "released", "promoted", "left-queue"]


class State(BaseModel):
    """Something remembered; immutable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Waiting(State):
    """A project in the queue."""

    project: ProjectId
    organisation: OrganisationId


class Ledger(State):
    """The places of a programme. `stated` is what each cohort's schedule says of them; `active` is kept in order."""

    programme: ProgrammeId
    stated: dict[CohortId, int] = Field(default_factory=dict)
    active: tuple[ProjectId, ...] = ()
    queue: tuple[Waiting, ...] = ()

    @property
    def capacity(self) -> int:
        """Places of the whole programme. Where its cohorts disagree for a while, the smallest number counts."""
        return min(self.stated.values(), default=0)

    def position(self, project: ProjectId) -> int | None:
        """Place in the queue, from 1; None when the project does not wait."""
        waiting = [entry.project for entry in self.queue]
        return waiting.index(project) + 1 if project in waiting else None


class Decision(State):
    """What was decided about one project's place, and why, in a sentence for people."""

    project: ProjectId
    organisation: OrganisationId
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Placing:
    """The answer to a request for a place. `position` counts from 1 and is None with a place."""

    status: Literal[Status.ACTIVE, Status.QUEUED]
    reason: str
    position: int | None = None


@dataclass(frozen=True)
class Round:
    """A ledger after a change: what was decided, and the projects that now have a place, first come first."""

    ledger: Ledger
    decisions: tuple[Decision, ...] = ()

    @property
    def promoted(self) -> tuple[ProjectId, ...]:
        """Projects taken from the queue."""
        return tuple(decision.project for decision in self.decisions if decision.outcome == "promoted")


def take_place(ledger: Ledger, project: ProjectId, organisation: OrganisationId) -> tuple[Round, Placing]:
    """Give the project a place, or the end of the queue with a reason. Refuses when the queue is full."""
    if not ledger.queue and len(ledger.active) < ledger.capacity:
        after = ledger.model_copy(update={"active": (*ledger.active, project)})
        placing = Placing(Status.ACTIVE, f"Place {len(after.active)} of {ledger.capacity} was free.")
        outcome: Outcome = "placed"
    elif len(ledger.queue) >= QUEUE_LIMIT:
        raise QueueFullError(limit=QUEUE_LIMIT, programme=ledger.programme)
    else:
        after = _queued(ledger, project, organisation)
        placing = Placing(Status.QUEUED, _why_waiting(after), len(after.queue))
        outcome = "queued"
    decision = Decision(project=project, organisation=organisation, outcome=outcome, reason=placing.reason)
    return Round(after, (decision,)), placing


def release_place(ledger: Ledger, project: ProjectId, organisation: OrganisationId, why: str) -> Round:
    """Take the project out of the ledger, be it active or waiting, and let the first in the queue move up."""
    waited = ledger.position(project) is not None
    after = ledger.model_copy(
        update={
            "active": tuple(other for other in ledger.active if other != project),
            "queue": tuple(entry for entry in ledger.queue if entry.project != project),
        }
    )
    left = Decision(
        project=project,
        organisation=organisation,
        outcome="left-queue" if waited else "released",
        reason=f"The project {why} while it waited for a place."
        if waited
        else f"The project {why}; its place is free.",
    )
    return _promote(after, (left,), "A place became free and the project was first in the queue.")


def state_places(ledger: Ledger, cohort: CohortId, places: int | None) -> Round:
    """Take what the latest schedule of a cohort says about the programme's places (None: it has no projects).

    Fewer places take none away: nothing is promoted until the number of active projects has fallen below them.
    """
    stated = {known: number for known, number in ledger.stated.items() if known != cohort}
    if places is not None:
        stated[cohort] = places
    after = ledger.model_copy(update={"stated": stated})
    return _promote(after, (), "The programme has more places now and the project was first in the queue.")


def _promote(ledger: Ledger, decisions: tuple[Decision, ...], reason: str) -> Round:
    free = max(0, ledger.capacity - len(ledger.active))
    moved, rest = ledger.queue[:free], ledger.queue[free:]
    after = ledger.model_copy(update={"active": ledger.active + tuple(entry.project for entry in moved), "queue": rest})
    promotions = tuple(
        Decision(project=entry.project, organisation=entry.organisation, outcome="promoted", reason=reason)
        for entry in moved
    )
    return Round(after, decisions + promotions)


def _queued(ledger: Ledger, project: ProjectId, organisation: OrganisationId) -> Ledger:
    return ledger.model_copy(update={"queue": (*ledger.queue, Waiting(project=project, organisation=organisation))})


def _why_waiting(ledger: Ledger) -> str:
    places = f"All {ledger.capacity} places are taken" if ledger.capacity != 1 else "The only place is taken"
    return f"{places}; the project is number {len(ledger.queue)} in the queue."
