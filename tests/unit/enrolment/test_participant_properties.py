"""Whatever is asked of a participant in whatever order: what was said on the stream is what is true."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain import participant as domain
from services.enrolment.domain.participant import Apply, Decision, Enrol, Move, Participant, Register, Withdraw
from shared.errors import RefusedError
from shared.events import Fact, Tombstone
from shared.events.enrolment import (
    ParticipantEnrolled,
    ParticipantIdentified,
    ParticipantMoved,
    ParticipantWithdrawn,
    SubjectErased,
)

NOW = datetime(2024, 12, 31, 12, tzinfo=UTC)
Asked = Callable[[Participant], Decision]

days = st.dates(date(2024, 1, 1), date(2025, 1, 31))
cohorts = st.sampled_from(["recap-2024", "mcr-2023"])
organisations = st.sampled_from(["R0A", "RM3", "CHARITY-9900001"])
keys = st.lists(st.sampled_from(["a" * 64, "b" * 64, "c" * 64]), unique=True, max_size=2).map(tuple)

applications = st.builds(
    lambda cohort, day: (
        lambda state: domain.apply(state, Apply(cohort=cohort, programme=cohort[:3], group="g", applied_on=day), NOW)
    ),
    cohorts,
    days,
)
enrolments = st.builds(
    lambda cohort, day: lambda state: domain.enrol(state, Enrol(cohort=cohort, commitment=None, enrolled_on=day), NOW),
    cohorts,
    days,
)
withdrawals = st.builds(
    lambda cohort, day: lambda state: domain.withdraw(state, Withdraw(cohort=cohort, withdrawn_on=day), NOW),
    cohorts,
    days,
)
moves = st.builds(
    lambda to, known, day: lambda state: domain.move(state, Move(organisation=to, keys=known, moved_on=day), NOW),
    organisations,
    keys,
    days,
)
erasures = st.just(domain.erase)
asked = st.lists(st.one_of(applications, enrolments, enrolments, withdrawals, moves, erasures), max_size=25)


def play(asked: list[Asked]) -> tuple[list[Participant], list[Fact | Tombstone]]:
    """Carry out what can be carried out; return every state and everything that was said."""
    state, events = domain.register(Register(participant="p1", organisation="R0A", keys=("a" * 64,)))
    states, said = [state], list(events)
    for decide in asked:
        try:
            state, events = decide(state)
        except RefusedError:
            continue
        states.append(state)
        said.extend(events)
    return states, said


@given(asked)
def test_every_event_carries_the_version_of_the_state_that_it_led_to(asked: list[Asked]) -> None:
    state, events = domain.register(Register(participant="p1", organisation="R0A", keys=()))
    for decide in asked:
        before = state
        try:
            state, events = decide(before)
        except RefusedError:
            continue
        assert state.version == before.version + (1 if events else 0)
        assert all(event.version == state.version for event in events if isinstance(event, Fact))


@given(asked, st.randoms(use_true_random=False))
def test_the_latest_statement_about_each_thing_tells_the_state_in_any_order(asked: list[Asked], random: object) -> None:
    states, said = play(asked)
    facts = [event for event in said if isinstance(event, Fact)] * 2
    random.shuffle(facts)  # type: ignore[attr-defined]
    facts.sort(key=lambda fact: fact.version)  # the join: latest version wins; ties are the same statement
    last = states[-1]
    stood = next(state for state in reversed(states) if not state.erased)
    stands = {
        fact.cohort: isinstance(fact, ParticipantEnrolled)
        for fact in facts
        if isinstance(fact, ParticipantEnrolled | ParticipantWithdrawn)
    }
    assert {cohort for cohort, standing in stands.items() if standing} == {
        enrolment.cohort for enrolment in stood.enrolments if enrolment.status == "enrolled"
    }
    homes = [fact.organisation for fact in facts if isinstance(fact, ParticipantMoved | ParticipantIdentified)]
    assert homes[-1] == last.organisation
    assert last.erased == any(isinstance(fact, SubjectErased) for fact in facts)


@given(asked)
def test_after_an_erasure_nothing_is_said_any_more(asked: list[Asked]) -> None:
    _, said = play(asked)
    kinds = [type(event) for event in said]
    if SubjectErased in kinds:
        assert kinds.count(SubjectErased) == 1
        assert kinds[kinds.index(SubjectErased) :] == [SubjectErased, ParticipantIdentified]


@given(asked)
def test_the_last_word_on_identifiers_names_every_key_a_person_ever_had(asked: list[Asked]) -> None:
    """P11: all words before it may be compacted away."""
    _, said = play(asked)
    words = [event for event in said if isinstance(event, ParticipantIdentified)]
    assert {*words[-1].keys, *words[-1].former} == {key for word in words for key in word.keys}
    assert not set(words[-1].keys) & set(words[-1].former)


@given(asked)
def test_nobody_is_enrolled_before_applying_and_days_never_run_backwards(asked: list[Asked]) -> None:
    states, _ = play(asked)
    for state in states:
        for enrolment in state.enrolments:
            if enrolment.enrolled_on:
                assert enrolment.applied_on <= enrolment.enrolled_on
            if enrolment.status == "withdrawn":
                assert enrolment.enrolled_on is not None
                assert enrolment.withdrawn_on is not None
                assert enrolment.enrolled_on <= enrolment.withdrawn_on
            assert enrolment.changed_on <= NOW.date()
