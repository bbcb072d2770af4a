"""A participant: which organisation they belong to and where they applied, enrolled and withdrew.

Guards that a person is enrolled in a cohort at most once at a time, only after applying, and that nothing happens any
more after an erasure. A decision returns the next state and its events, or raises a refusal; it knows nobody's name.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.cohort import LOCAL
from services.enrolment.domain.refusals import (
    AlreadyAppliedError,
    AlreadyEnrolledError,
    DateInFutureError,
    DatesOutOfOrderError,
    NotAppliedError,
    NotEnrolledError,
    ParticipantErasedError,
    SameOrganisationError,
)
from shared.events import Fact, Tombstone
from shared.events.enrolment import (
    IDENTIFIERS,
    Commitment,
    ParticipantApplied,
    ParticipantEnrolled,
    ParticipantIdentified,
    ParticipantMoved,
    ParticipantWithdrawn,
    SubjectErased,
)
from shared.events.ids import CohortId, GroupId, OrganisationId, ParticipantId, ProgrammeId

Decision = tuple["Participant", tuple[Fact | Tombstone, ...]]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Enrolment(_Value):
    """How a person stands with one cohort. The dates are of the latest change of each kind."""

    cohort: CohortId
    programme: ProgrammeId
    group: GroupId
    status: Literal["applied", "enrolled", "withdrawn"]
    applied_on: date
    enrolled_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def changed_on(self) -> date:
        """The day of the latest change; the next one is not before it."""
        return max(day for day in (self.applied_on, self.enrolled_on, self.withdrawn_on) if day)


class Participant(_Value):
    """One person, by a random id. `keys` are the keyed hashes of their identifiers in their organisation.

    `former` are those that they had elsewhere, or had until they were erased: records that name them may lie about.
    """

    participant: ParticipantId
    organisation: OrganisationId
    version: int
    keys: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    erased: bool = False

    def enrolment(self, cohort: CohortId) -> Enrolment | None:
        """How the person stands with a cohort."""
        return next((enrolment for enrolment in self.enrolments if enrolment.cohort == cohort), None)


class Register(_Value):
    """A person becomes known to their organisation."""

    participant: ParticipantId
    organisation: OrganisationId
    keys: tuple[str, ...]


class Apply(_Value):
    """A person applies to a cohort as a member of an invited group."""

    cohort: CohortId
    programme: ProgrammeId
    group: GroupId
    applied_on: date


class Enrol(_Value):
    """A person who applied is enrolled, or enrolled again after withdrawing."""

    cohort: CohortId
    commitment: Commitment | None
    enrolled_on: date


class Withdraw(_Value):
    """A person's enrolment ends."""

    cohort: CohortId
    withdrawn_on: date


class Move(_Value):
    """A person goes to another organisation, where their identifiers have other keys."""

    organisation: OrganisationId
    keys: tuple[str, ...]
    moved_on: date


def register(command: Register) -> Decision:
    """Begin a participant. Their identifiers, if any, go to the compacted topic."""
    state = Participant(
        participant=command.participant,
        organisation=command.organisation,
        version=1,
        keys=command.keys,
    )
    return state, (_identified(state),)


def apply(state: Participant, command: Apply, now: datetime) -> Decision:
    """Apply to a cohort; raises AlreadyAppliedError whatever became of the earlier application."""
    _require_present(state)
    _require_past(command.applied_on, now)
    if state.enrolment(command.cohort):
        raise AlreadyAppliedError(cohort=command.cohort)
    enrolment = Enrolment(status="applied", **command.model_dump())
    state = _with(state, enrolment)
    return state, (ParticipantApplied(applied_on=command.applied_on, **_where(state, enrolment)),)


def enrol(state: Participant, command: Enrol, now: datetime) -> Decision:
    """Enrol somebody who applied or who withdrew before; the commitment travels with the event."""
    _require_present(state)
    before = state.enrolment(command.cohort)
    if before is None:
        raise NotAppliedError(cohort=command.cohort)
    if before.status == "enrolled":
        raise AlreadyEnrolledError(cohort=command.cohort)
    _require_past(command.enrolled_on, now, since=before.changed_on)
    enrolment = before.model_copy(update={"status": "enrolled", "enrolled_on": command.enrolled_on})
    state = _with(state, enrolment)
    event = ParticipantEnrolled(
        enrolled_on=command.enrolled_on,
        commitment=command.commitment,
        **_where(state, enrolment),
    )
    return state, (event,)


def withdraw(state: Participant, command: Withdraw, now: datetime) -> Decision:
    """End an enrolment, at the organisation the person belongs to now."""
    _require_present(state)
    before = state.enrolment(command.cohort)
    if before is None or before.status != "enrolled":
        raise NotEnrolledError(cohort=command.cohort)
    _require_past(command.withdrawn_on, now, since=before.changed_on)
    enrolment = before.model_copy(update={"status": "withdrawn", "withdrawn_on": command.withdrawn_on})
    state = _with(state, enrolment)
    return state, (ParticipantWithdrawn(withdrawn_on=command.withdrawn_on, **_where(state, enrolment)),)


def move(state: Participant, command: Move, now: datetime) -> Decision:
    """Go to another organisation with everything that stands; the identifiers' keys are those of the new one."""
    _require_present(state)
    if command.organisation == state.organisation:
        raise SameOrganisationError(organisation=command.organisation)
    _require_past(command.moved_on, now)
    moved = _known_by(state, command.keys).model_copy(update={"organisation": command.organisation})
    event = ParticipantMoved(
        participant=moved.participant,
        from_organisation=state.organisation,
        organisation=moved.organisation,
        version=moved.version,
        moved_on=command.moved_on,
    )
    return moved, (event, _identified(moved))


def erase(state: Participant) -> Decision:
    """Forget a person: what stays is that they were erased, and until `unknown` by which keys they were known.

    Done twice it is done once: no event, same state.
    """
    if state.erased:
        return state, ()
    erased = _known_by(state, ()).model_copy(update={"erased": True, "enrolments": ()})
    event = SubjectErased(
        participant=erased.participant,
        organisation=erased.organisation,
        version=erased.version,
    )
    return erased, (event, _identified(erased))


def unknown(state: Participant) -> Decision:
    """Forget the keys of an erased person too: where records are matched by them, nothing names the person any more."""
    if not state.erased:
        return state, ()
    return state.model_copy(update={"former": (), "version": state.version + 1}), (Tombstone(topic=IDENTIFIERS),)


def _require_present(state: Participant) -> None:
    if state.erased:
        raise ParticipantErasedError


def _require_past(day: date, now: datetime, *, since: date | None = None) -> None:
    """Refuse a day that has not come, by the region's calendar, or that is before what it follows."""
    if day > now.astimezone(LOCAL).date():
        raise DateInFutureError(day=day)
    if since and day < since:
        raise DatesOutOfOrderError(day=day, earlier=since)


def _with(state: Participant, enrolment: Enrolment) -> Participant:
    """Return the next version with this enrolment in place of the cohort's earlier one."""
    others = tuple(other for other in state.enrolments if other.cohort != enrolment.cohort)
    return state.model_copy(update={"enrolments": (*others, enrolment), "version": state.version + 1})


def _known_by(state: Participant, keys: tuple[str, ...]) -> Participant:
    """Return the next version with other keys; those until now are former ones."""
    former = tuple(sorted({*state.former, *state.keys} - set(keys)))
    return state.model_copy(update={"keys": keys, "former": former, "version": state.version + 1})


def _where(state: Participant, enrolment: Enrolment) -> dict[str, str | int]:
    """Return what every event about an enrolment says."""
    return {
        "participant": state.participant,
        "cohort": enrolment.cohort,
        "programme": enrolment.programme,
        "organisation": state.organisation,
        "group": enrolment.group,
        "version": state.version,
    }


def _identified(state: Participant) -> ParticipantIdentified:
    return ParticipantIdentified(
        participant=state.participant,
        organisation=state.organisation,
        keys=state.keys,
        former=state.former,
        erased=state.erased,
        version=state.version,
    )
