"""A register is recorded whole or not at all."""

from datetime import date

import pytest

from services.engagement.domain.attendance import prevailing_report
from services.engagement.domain.learners import Learner
from services.engagement.domain.papers import tell
from services.engagement.domain.refusals import MinutesOutOfRangeError, NamedTwiceError, NotOnRegisterError
from services.engagement.domain.register import Entry, take_register, void_register
from shared.events.engagement import AttendanceVoided, SessionAttended, SessionMissed
from tests.unit.engagement.examples import ANA, BEN, HERE, MONDAY, OCCASION, THERE, learner

BOTH = {ANA: learner(ANA), BEN: learner(BEN)}


def taken(learners: dict[str, Learner], *entries: Entry) -> dict[str, Learner]:
    return {**learners, **take_register(learners, OCCASION, HERE, entries, MONDAY)}  # type: ignore[arg-type]


def test_a_register_says_of_everybody_whether_they_came_and_for_how_long() -> None:
    after = taken(BOTH, Entry(ANA, "attended"), Entry(BEN, "missed"))
    _, (attended,) = tell(after[ANA], 2)
    _, (missed,) = tell(after[BEN], 2)
    assert isinstance(attended, SessionAttended)
    assert attended.contact_minutes == OCCASION.minutes
    assert isinstance(missed, SessionMissed)


def test_the_same_register_again_changes_nobody() -> None:
    after = taken(BOTH, Entry(ANA, "attended", 100), Entry(BEN, "missed"))
    assert take_register(after, OCCASION, HERE, [Entry(ANA, "attended", 100)], MONDAY) == {}
    assert set(take_register(after, OCCASION, HERE, [Entry(ANA, "attended", 99), Entry(BEN, "missed")], MONDAY)) == {
        ANA
    }


@pytest.mark.parametrize(
    "stranger",
    [
        learner(BEN, THERE),
        Learner(participant=BEN, organisation=HERE, placed=1),
        Learner(participant=BEN, erased=True),
        None,
    ],
)
def test_one_stranger_refuses_the_whole_register_and_is_named(stranger: Learner | None) -> None:
    """Not found across organisations: another trust's person and nobody at all look the same."""
    learners = {ANA: learner(ANA)} | ({} if stranger is None else {BEN: stranger})
    with pytest.raises(NotOnRegisterError, match=f"roster of recap-2024 at your organisation: {BEN}"):
        take_register(learners, OCCASION, HERE, [Entry(ANA, "attended"), Entry(BEN, "attended")], MONDAY)


def test_a_line_from_before_a_withdrawal_became_known_can_still_be_put_right() -> None:
    after = taken(BOTH, Entry(ANA, "attended"))
    gone = after[ANA].enrolments[0].having(status="withdrawn", until=date(2024, 3, 3))
    withdrawn = {ANA: after[ANA].having(enrolments=(gone,))}
    assert set(void_register(withdrawn, OCCASION, HERE, [ANA])) == {ANA}
    assert set(take_register(withdrawn, OCCASION, HERE, [Entry(ANA, "missed")], MONDAY)) == {ANA}


def test_nobody_is_named_twice() -> None:
    with pytest.raises(NamedTwiceError, match=ANA):
        taken(BOTH, Entry(ANA, "attended"), Entry(ANA, "missed"))


@pytest.mark.parametrize("entry", [Entry(ANA, "attended", 361), Entry(ANA, "attended", -1), Entry(ANA, "missed", 5)])
def test_minutes_lie_within_the_session(entry: Entry) -> None:
    with pytest.raises(MinutesOutOfRangeError, match=ANA):
        taken(BOTH, entry)


def test_a_voided_register_leaves_nothing_known_and_can_be_taken_again() -> None:
    told, _ = tell(taken(BOTH, Entry(ANA, "attended"))[ANA], 2)
    voided = void_register({ANA: told}, OCCASION, HERE, [ANA])
    gone, (fact,) = tell(voided[ANA], 3)
    assert isinstance(fact, AttendanceVoided)
    assert void_register({ANA: gone}, OCCASION, HERE, [ANA]) == {}
    again = take_register({ANA: gone}, OCCASION, HERE, [Entry(ANA, "attended")], MONDAY)
    assert prevailing_report(again[ANA].attendance[0].reports) is not None


def test_a_void_names_strangers_like_a_register() -> None:
    with pytest.raises(NotOnRegisterError, match=BEN):
        void_register({ANA: learner(ANA)}, OCCASION, HERE, [ANA, BEN])


def test_a_correction_stays_with_the_organisation_and_group_of_the_first_record() -> None:
    """What a person did before moving trust stays with the old trust."""
    told, _ = tell(taken(BOTH, Entry(ANA, "attended"))[ANA], 2)
    moved = told.having(organisation=THERE)
    corrected = take_register({ANA: moved}, OCCASION, THERE, [Entry(ANA, "attended", 10)], MONDAY)
    _, (fact,) = tell(corrected[ANA], 3)
    assert (fact.organisation, fact.contact_minutes) == (HERE, 10)  # type: ignore[attr-defined]
