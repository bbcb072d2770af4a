"""What each figure of the participation table means."""

from collections.abc import Sequence

from services.evaluation.projections import ParticipationProjection
from shared.events import Fact, enrolment
from tests.unit.evaluation.folding import Cells, count, fold, tell
from tests.unit.evaluation.stories import (
    DAY,
    HERE,
    LEARNING_DAYS,
    THERE,
    attended,
    corrected,
    enrolled,
    erased,
    journal,
    missed,
    moved,
    voided,
    wire,
    withdrawn,
)

AT_HOME = ("recap", "recap-2024", HERE, "g")
AWAY = ("recap", "recap-2024", THERE, "g")


def counted(*facts: Fact) -> Cells:
    projection = ParticipationProjection()
    return count(projection, fold(projection, facts))


def test_an_enrolment_and_what_the_person_did_are_counted_at_their_place() -> None:
    """REC-8: enrolled, attended, minutes, missed, journals and the outlook of the commitment."""
    assert counted(
        enrolled(1, commitment=LEARNING_DAYS),
        attended(1, "day-1", 360),
        attended(2, "day-2", 300),
        missed(3, "day-3"),
        journal(4),
    ) == {
        AT_HOME: {
            "enrolled": 1,
            "attended_at_least_once": 1,
            "sessions_attended": 2,
            "contact_minutes": 660,
            "sessions_missed": 1,
            "journals_submitted": 1,
            "commitment_can_still": 1,
        }
    }


def test_an_application_alone_is_not_an_enrolment() -> None:
    """Only an enrolment that stands is counted."""
    place = {"participant": "p-1", "cohort": "recap-2024", "programme": "recap", "organisation": HERE, "group": "g"}
    assert counted(enrolment.ParticipantApplied(**place, version=1, applied_on=DAY)) == {}


def test_an_enrolment_follows_the_person_and_what_they_did_stays_where_they_did_it() -> None:
    """Trap: the same person moving trust."""
    days = [attended(number, f"day-{number}", 60) for number in range(1, 4)]
    later = [attended(number, f"day-{number}", 60, organisation=THERE) for number in range(4, 6)]
    cells = counted(
        enrolled(1, commitment=LEARNING_DAYS), *days, moved(2, THERE), *later, journal(6, organisation=THERE)
    )
    assert cells == {
        AT_HOME: {"attended_at_least_once": 1, "sessions_attended": 3, "contact_minutes": 180},
        AWAY: {
            "enrolled": 1,
            "commitment_met": 1,
            "attended_at_least_once": 1,
            "sessions_attended": 2,
            "contact_minutes": 120,
            "journals_submitted": 1,
        },
    }


def test_the_latest_move_says_where_a_person_is() -> None:
    """Moving back counts as well, in whatever order the moves are heard."""
    facts = [enrolled(1), moved(2, THERE), moved(3, HERE, THERE)]
    assert counted(*facts) == counted(*reversed(facts)) == {AT_HOME: {"enrolled": 1}}


def test_a_withdrawal_counts_where_the_person_withdrew_and_keeps_what_they_did() -> None:
    """A withdrawn person's attendance and journals stay; their enrolment and commitment do not."""
    cells = counted(
        enrolled(1, commitment=LEARNING_DAYS), attended(1, "day-1"), moved(2, THERE), withdrawn(3, organisation=THERE)
    )
    assert cells == {
        AT_HOME: {"attended_at_least_once": 1, "sessions_attended": 1, "contact_minutes": 90},
        AWAY: {"withdrawn": 1},
    }


def test_a_withdrawal_stays_at_its_organisation_when_the_person_moves_later() -> None:
    """Withdrawn is counted where it happened."""
    assert counted(enrolled(1), withdrawn(2), moved(3, THERE)) == {AT_HOME: {"withdrawn": 1}}


def test_a_person_can_enrol_again_after_a_withdrawal() -> None:
    """The latest fact of an enrolment stands."""
    assert counted(enrolled(1), withdrawn(2), enrolled(3)) == {AT_HOME: {"enrolled": 1}}


def test_two_cohorts_of_a_person_are_two_enrolments() -> None:
    """Facts of one cohort do not replace those of another."""
    cells = counted(enrolled(1), enrolled(2, cohort="mcr-2023", programme="mcr"), withdrawn(3))
    assert cells == {AT_HOME: {"withdrawn": 1}, ("mcr", "mcr-2023", HERE, "g"): {"enrolled": 1}}


def test_a_correction_replaces_and_a_void_removes_whichever_came_first() -> None:
    """Trap: a void before its original."""
    facts = [attended(1, "day-1", 60), corrected(2, "day-1", "attended", 45), attended(3, "day-2"), voided(4, "day-2")]
    expected = {AT_HOME: {"attended_at_least_once": 1, "sessions_attended": 1, "contact_minutes": 45}}
    assert counted(*facts) == counted(*reversed(facts)) == expected


def test_an_attendance_corrected_to_missed_has_no_minutes() -> None:
    """Only what was attended has contact time."""
    assert counted(attended(1, "day-1"), corrected(2, "day-1", "missed", 30)) == {AT_HOME: {"sessions_missed": 1}}


def test_a_retracted_journal_is_not_counted() -> None:
    """MCR-19: a journal can be taken back."""
    assert counted(journal(1), journal(2, "j-2"), journal(3, retracted=True)) == {AT_HOME: {"journals_submitted": 1}}


def story() -> Sequence[Fact]:
    return [
        enrolled(1, commitment=LEARNING_DAYS),
        attended(1, "day-1"),
        missed(2, "day-2"),
        journal(3),
        moved(2, THERE),
    ]


def test_an_erased_person_counts_nowhere_and_nothing_of_them_is_kept() -> None:
    """P11: erasure removes the contribution and the facts behind it."""
    projection = ParticipationProjection()
    states = fold(projection, [*story(), erased(4)])
    assert count(projection, states) == {}
    assert b"day-1" not in projection.pack(states)
    assert b"recap" not in projection.pack(states)


def test_events_in_flight_when_a_person_is_erased_change_nothing() -> None:
    """Trap: erasure while that person's events are still in flight; a repeated erasure is a repetition."""
    projection = ParticipationProjection()
    states = fold(projection, [erased(4)])
    assert [tell(projection, states, fact) for fact in [*story(), erased(4), erased(5)]] == [False] * 7
    assert count(projection, states) == {}


def test_events_that_do_not_concern_participation_are_passed_over() -> None:
    """A cohort's schedule and another service's confirmation say nothing about participation."""
    projection = ParticipationProjection()
    confirmed = enrolment.CohortScheduled(
        cohort="recap-2024", programme="recap", title="RECAP", version=1, groups=("g",), sessions=()
    )
    assert projection.decode(wire(confirmed)) is None
