"""Facts about a person are joined by version; an erased person stays erased."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.learners import Learner, belonged_to, enrolled, erased, moved, takes_part, withdrawn
from shared.events.enrolment import ParticipantMoved, ParticipantWithdrawn
from tests.unit.engagement.examples import ANA, CALM, COHORT, HERE, OCCASION, THERE, enrolment, learner

JOIN: dict[type, Callable[..., Learner]] = {
    type(enrolment()): enrolled,
    ParticipantWithdrawn: withdrawn,
    ParticipantMoved: moved,
}


def withdrawal(version: int, day: int = 4, organisation: str = HERE) -> ParticipantWithdrawn:
    about = {"participant": ANA, "cohort": COHORT, "programme": "recap", "group": "acute"}
    return ParticipantWithdrawn(**about, organisation=organisation, withdrawn_on=date(2024, 3, day), version=version)


def move(version: int, day: int = 4) -> ParticipantMoved:
    return ParticipantMoved(
        participant=ANA, from_organisation=HERE, organisation=THERE, moved_on=date(2024, 3, day), version=version
    )


def after(*facts: Any) -> Learner:
    state = Learner(participant=ANA)
    for fact in facts:
        state = JOIN[type(fact)](state, fact)
    return state


FACTS = [
    enrolment(version=2),
    withdrawal(3),
    move(4),
    enrolment(organisation=THERE, version=5),
    withdrawal(6, 9, THERE),
]


@CALM
@given(st.permutations([*FACTS, *FACTS]))
def test_any_order_and_any_number_of_facts_gives_the_same_person(facts: list[Any]) -> None:
    """Any order, any number of times (law 3)."""
    assert after(*facts) == after(*FACTS)


@CALM
@given(st.permutations(FACTS))
def test_nothing_brings_an_erased_person_back(facts: list[Any]) -> None:
    """Erasure while that person's events are still in flight (traps)."""
    state = erased(after(*FACTS))
    for fact in facts:
        state = JOIN[type(fact)](state, fact)
    assert state == Learner(participant=ANA, erased=True)


def test_an_enrolment_has_no_end_but_withdrawal() -> None:
    """Enrolment stays usable after completion (MCR-26)."""
    much_later = OCCASION.having(held_on=date(2031, 1, 1))
    assert takes_part(learner(), much_later)
    assert not takes_part(after(*FACTS), much_later)


@pytest.mark.parametrize(("day", "expected"), [(3, False), (4, True), (5, True)])
def test_a_session_up_to_the_day_of_withdrawal_was_theirs(day: int, expected: bool) -> None:
    assert takes_part(after(enrolment(), withdrawal(2, day)), OCCASION) is expected


@pytest.mark.parametrize(("day", "expected"), [(3, False), (4, True), (5, True)])
def test_somebody_who_moved_later_still_belonged_there_on_the_day(day: int, expected: bool) -> None:
    """The same person moving trust (traps): what was done before stays with the old trust."""
    person = after(enrolment(), move(2, day))
    assert belonged_to(person, HERE, OCCASION.held_on) is expected
    assert belonged_to(person, THERE, OCCASION.held_on)


def test_nobody_belongs_where_they_never_were() -> None:
    assert not belonged_to(learner(), THERE, OCCASION.held_on)
    assert not takes_part(Learner(participant=ANA), OCCASION)
