"""What is known of one person and one session is a join of reports."""

from datetime import timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.attendance import (
    REGISTER,
    Attendance,
    Rank,
    Report,
    prevailing_report,
    publish,
    with_report,
    without_report,
)
from shared.events.engagement import AttendanceCorrected, AttendanceVoided, SessionAttended, SessionMissed
from tests.unit.engagement.examples import ANA, CALM, HERE, MONDAY, OCCASION

BLANK = Attendance(occasion=OCCASION, organisation=HERE, group="acute")


def report(key: str, status: str = "attended", minutes: int = 300, after: int = 0, **more: object) -> Report:
    said = {"source": "badges", "id": key, "time": MONDAY + timedelta(minutes=after), **more}
    return Report.model_validate({"key": key, "status": status, "minutes": minutes, **said})


def register(status: str = "attended", minutes: int = 360, after: int = 0) -> Report:
    return report(REGISTER, status, minutes, after, rank=Rank.FACILITATOR, source=REGISTER)


def test_a_facilitators_register_prevails_over_a_later_system() -> None:
    """Attendance reported by two systems (traps)."""
    assert prevailing_report([report("late", after=99), register("missed", 0)]) == register("missed", 0)


def test_among_systems_the_latest_report_prevails_and_then_the_greater_id() -> None:
    first, second, third = report("a", after=1), report("b", after=2), report("c", after=2)
    assert {prevailing_report(order) for order in permutations([first, second, third])} == {third}


def test_a_voided_report_does_not_prevail_and_none_is_left_when_all_are_voided() -> None:
    assert prevailing_report([report("a"), report("b", after=5, voided=True)]) == report("a")
    assert prevailing_report([report("a", voided=True)]) is None


def test_the_first_word_is_told_as_attended_or_missed() -> None:
    _, attended = publish(with_report(BLANK, report("a")), ANA, 4)
    _, missed = publish(with_report(BLANK, report("a", "missed", 0)), ANA, 4)
    assert isinstance(attended, SessionAttended)
    assert (attended.contact_minutes, attended.version, attended.organisation) == (300, 4, HERE)
    assert isinstance(missed, SessionMissed)


def test_nothing_is_told_when_what_is_known_stays_the_same() -> None:
    told, _ = publish(with_report(BLANK, report("a")), ANA, 1)
    again, fact = publish(with_report(told, report("b", after=9)), ANA, 2)
    assert fact is None
    assert again.published == told.published


def test_a_change_is_told_as_a_correction_and_the_end_as_a_void() -> None:
    told, _ = publish(with_report(BLANK, report("a")), ANA, 1)
    corrected, correction = publish(with_report(told, register("missed", 0)), ANA, 2)
    assert isinstance(correction, AttendanceCorrected)
    assert (correction.status, correction.contact_minutes, correction.version) == ("missed", 0, 2)
    nothing, void = publish(without_report(without_report(corrected, REGISTER), "a"), ANA, 3)
    assert isinstance(void, AttendanceVoided)
    _, again = publish(with_report(nothing, report("b")), ANA, 4)
    assert isinstance(again, AttendanceCorrected)
    assert (again.status, again.contact_minutes) == ("attended", 300)


def test_what_was_never_told_is_never_voided() -> None:
    voided = without_report(with_report(BLANK, report("a")), "a")
    assert publish(voided, ANA, 1) == (voided, None)


def test_the_same_register_again_changes_nothing_and_another_replaces_it() -> None:
    once = with_report(BLANK, register())
    assert with_report(once, register(after=60)) is once
    assert with_report(once, register("missed", 0)).reports == (register("missed", 0),)


def test_a_register_after_its_void_counts_again() -> None:
    voided = without_report(with_report(BLANK, register()), REGISTER)
    assert prevailing_report(with_report(voided, register()).reports) == register()


REPORTS = st.lists(
    st.builds(
        report,
        key=st.sampled_from("abcdef"),
        status=st.sampled_from(["attended", "missed"]),
        minutes=st.integers(0, 360),
        after=st.integers(0, 3),
    ),
    unique_by=lambda one: one.key,
    max_size=6,
)


@CALM
@given(REPORTS, st.sets(st.sampled_from("abcdef")), st.data())
def test_reports_and_voids_give_the_same_answer_in_any_order_and_number(
    reports: list[Report], voids: set[str], data: st.DataObject
) -> None:
    """Every consumer gives the same answer for any order and any duplication (P3). A void follows its report here;
    where it comes first, the statement remembers it (test_reception)."""
    said: list[Report | str] = [*reports, *reports, *(key for key in voids)]
    shuffled = data.draw(st.permutations(said))
    expected = prevailing_report(one for one in reports if one.key not in voids)
    state = BLANK
    for one in [*shuffled, *voids]:
        state = without_report(state, one) if isinstance(one, str) else with_report(state, one)
    assert prevailing_report(state.reports) == expected
    told, _ = publish(state, ANA, 1)
    if expected is None:
        assert told.published is None
    else:
        assert told.published is not None
        assert (told.published.status, told.published.minutes) == (expected.status, expected.minutes)
