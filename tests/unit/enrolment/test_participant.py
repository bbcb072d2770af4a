from datetime import UTC, date, datetime

import pytest

from services.enrolment.domain import participant as domain
from services.enrolment.domain.participant import Apply, Enrol, Move, Participant, Register, Withdraw
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
from shared.errors import RefusedError
from shared.events import Tombstone
from shared.events.enrolment import (
    Commitment,
    ParticipantApplied,
    ParticipantEnrolled,
    ParticipantIdentified,
    ParticipantMoved,
    ParticipantWithdrawn,
    SubjectErased,
)

NOW = datetime(2024, 6, 30, 12, tzinfo=UTC)
KEY, OTHER = "a" * 64, "b" * 64
PROMISE = Commitment(kind="learning_day", of=6, required=5)

REGISTER = Register(participant="p1", organisation="R0A", keys=(KEY,))
APPLY = Apply(cohort="recap-2024", programme="recap", group="nhs-providers", applied_on=date(2023, 11, 1))
ENROL = Enrol(cohort="recap-2024", commitment=PROMISE, enrolled_on=date(2023, 12, 1))
WITHDRAW = Withdraw(cohort="recap-2024", withdrawn_on=date(2024, 2, 1))
MOVE = Move(organisation="RM3", keys=(OTHER,), moved_on=date(2024, 3, 1))


def registered() -> Participant:
    return domain.register(REGISTER)[0]


def applied() -> Participant:
    return domain.apply(registered(), APPLY, NOW)[0]


def enrolled() -> Participant:
    return domain.enrol(applied(), ENROL, NOW)[0]


def withdrawn() -> Participant:
    return domain.withdraw(enrolled(), WITHDRAW, NOW)[0]


def test_a_registered_person_is_known_by_keys_alone() -> None:
    state, events = domain.register(REGISTER)
    assert events == (ParticipantIdentified(participant="p1", organisation="R0A", keys=(KEY,), version=1),)
    assert state.version == 1


def test_an_application_names_cohort_group_and_day() -> None:
    """MCR-14."""
    state, events = domain.apply(registered(), APPLY, NOW)
    assert events == (
        ParticipantApplied(
            participant="p1",
            cohort="recap-2024",
            programme="recap",
            organisation="R0A",
            group="nhs-providers",
            version=2,
            applied_on=date(2023, 11, 1),
        ),
    )
    assert state.version == 2


def test_an_enrolment_carries_its_commitment() -> None:
    """REC-8."""
    _, (event,) = domain.enrol(applied(), ENROL, NOW)
    assert isinstance(event, ParticipantEnrolled)
    assert (event.commitment, event.group, event.version) == (PROMISE, "nhs-providers", 3)


def test_an_enrolment_needs_an_application() -> None:
    with pytest.raises(NotAppliedError, match="recap-2024"):
        domain.enrol(registered(), ENROL, NOW)


def test_nobody_applies_to_a_cohort_twice() -> None:
    for state in (applied(), enrolled(), withdrawn()):
        with pytest.raises(AlreadyAppliedError):
            domain.apply(state, APPLY, NOW)


def test_nobody_is_enrolled_in_a_cohort_twice_at_a_time() -> None:
    with pytest.raises(AlreadyEnrolledError):
        domain.enrol(enrolled(), ENROL, NOW)


def test_one_person_can_take_part_in_two_programmes() -> None:
    other = Apply(cohort="mcr-2023", programme="mcr", group="acute-trust", applied_on=date(2023, 9, 1))
    state, _ = domain.apply(enrolled(), other, NOW)
    assert {enrolment.cohort: enrolment.status for enrolment in state.enrolments} == {
        "recap-2024": "enrolled",
        "mcr-2023": "applied",
    }


def test_a_withdrawal_is_stated_at_the_organisation_the_person_belongs_to_then() -> None:
    moved, _ = domain.move(enrolled(), MOVE, NOW)
    state, (event,) = domain.withdraw(moved, Withdraw(cohort="recap-2024", withdrawn_on=date(2024, 4, 1)), NOW)
    assert isinstance(event, ParticipantWithdrawn)
    assert (event.organisation, event.version) == ("RM3", state.version)


def test_only_an_enrolment_that_stands_can_end() -> None:
    for state in (registered(), applied(), withdrawn()):
        with pytest.raises(NotEnrolledError):
            domain.withdraw(state, WITHDRAW, NOW)


def test_somebody_who_withdrew_can_be_enrolled_again_in_the_same_group() -> None:
    again = Enrol(cohort="recap-2024", commitment=PROMISE, enrolled_on=date(2024, 2, 2))
    state, (event,) = domain.enrol(withdrawn(), again, NOW)
    assert isinstance(event, ParticipantEnrolled)
    assert (event.group, event.enrolled_on, event.version) == ("nhs-providers", date(2024, 2, 2), 5)
    assert domain.withdraw(state, Withdraw(cohort="recap-2024", withdrawn_on=date(2024, 2, 3)), NOW)


def test_a_move_says_where_from_and_publishes_the_keys_of_the_new_organisation() -> None:
    state, events = domain.move(enrolled(), MOVE, NOW)
    assert events == (
        ParticipantMoved(
            participant="p1", from_organisation="R0A", organisation="RM3", version=4, moved_on=date(2024, 3, 1)
        ),
        ParticipantIdentified(participant="p1", organisation="RM3", keys=(OTHER,), former=(KEY,), version=4),
    )
    assert state.enrolments == enrolled().enrolments


def test_a_move_to_where_one_is_already_is_refused() -> None:
    with pytest.raises(SameOrganisationError, match="R0A"):
        domain.move(registered(), MOVE.model_copy(update={"organisation": "R0A"}), NOW)


def test_an_erasure_is_stated_with_all_keys_that_the_person_ever_had() -> None:
    """P11: of the compacted topic a slow reader may see the last word only."""
    moved, _ = domain.move(enrolled(), MOVE, NOW)
    back, _ = domain.move(moved, MOVE.model_copy(update={"organisation": "R0A", "keys": (KEY,)}), NOW)
    assert (back.keys, back.former) == ((KEY,), (OTHER,))
    state, events = domain.erase(back)
    assert events == (
        SubjectErased(participant="p1", organisation="R0A", version=6),
        ParticipantIdentified(
            participant="p1", organisation="R0A", keys=(), former=(KEY, OTHER), erased=True, version=6
        ),
    )
    assert (state.erased, state.keys, state.enrolments) == (True, (), ())


def test_an_erased_persons_keys_go_when_nothing_is_matched_by_them_any_more() -> None:
    erased, _ = domain.erase(enrolled())
    state, events = domain.unknown(erased)
    assert (state.former, state.version, events) == ((), 5, (Tombstone(topic="enrolment.identifiers"),))
    assert domain.unknown(enrolled()) == (enrolled(), ())


def test_erased_twice_is_erased_once() -> None:
    erased, _ = domain.erase(registered())
    assert domain.erase(erased) == (erased, ())


def test_nothing_is_recorded_about_an_erased_person() -> None:
    erased, _ = domain.erase(enrolled())
    for decide in (
        lambda: domain.apply(erased, APPLY, NOW),
        lambda: domain.enrol(erased, ENROL, NOW),
        lambda: domain.withdraw(erased, WITHDRAW, NOW),
        lambda: domain.move(erased, MOVE, NOW),
    ):
        with pytest.raises(ParticipantErasedError):
            decide()


def test_a_day_that_has_not_come_is_refused_by_the_regions_calendar() -> None:
    """At half past eleven in the evening UTC it is tomorrow in Manchester in summer."""
    tomorrow = APPLY.model_copy(update={"applied_on": date(2024, 7, 1)})
    late = datetime(2024, 6, 30, 23, 30, tzinfo=UTC)
    assert domain.apply(registered(), tomorrow, late)
    with pytest.raises(DateInFutureError, match="2024-07-01"):
        domain.apply(registered(), tomorrow, NOW)


def test_what_follows_cannot_be_dated_before_what_it_follows() -> None:
    with pytest.raises(DatesOutOfOrderError, match="2023-10-31 is before 2023-11-01"):
        domain.enrol(applied(), ENROL.model_copy(update={"enrolled_on": date(2023, 10, 31)}), NOW)
    with pytest.raises(DatesOutOfOrderError):
        domain.withdraw(enrolled(), WITHDRAW.model_copy(update={"withdrawn_on": date(2023, 11, 30)}), NOW)
    with pytest.raises(DatesOutOfOrderError):
        domain.enrol(withdrawn(), ENROL.model_copy(update={"enrolled_on": date(2024, 1, 31)}), NOW)


def test_every_refusal_has_a_sentence_for_people_and_a_code_for_machines() -> None:
    refused = AlreadyEnrolledError(cohort="recap-2024")
    assert isinstance(refused, RefusedError)
    assert (refused.status, refused.code) == (409, "already-enrolled")
    assert str(refused) == "The person is enrolled in the cohort recap-2024 already."
