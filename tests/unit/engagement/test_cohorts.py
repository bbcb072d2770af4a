"""Schedules are joined by version, and a session has one local date."""

from datetime import UTC, date, datetime

from services.engagement.domain.cohorts import Cohort, scheduled
from shared.events.ids import SessionId
from tests.unit.engagement.examples import COHORT, DAY, OCCASION, cohort, schedule


def test_the_latest_schedule_wins_in_either_order() -> None:
    blank, old, new = Cohort(cohort=COHORT), schedule(1, "Old"), schedule(2, "New")
    assert scheduled(scheduled(blank, old), new) == scheduled(scheduled(blank, new), old)
    assert scheduled(scheduled(blank, new), old).title == "New"


def test_the_same_schedule_again_changes_nothing() -> None:
    known = cohort()
    assert scheduled(known, schedule()) is known


def test_a_session_tells_what_a_record_needs_and_an_unknown_one_is_none() -> None:
    """Sessions carry format and a lived-experience flag (MCR-1)."""
    assert cohort().occasion(DAY) == OCCASION
    assert cohort().occasion(SessionId("another")) is None


def test_a_session_begins_on_the_local_date_when_the_clocks_have_changed() -> None:
    """A session that crosses the clock change (traps): 23:30 UTC in summer is the next day here."""
    late = datetime(2024, 6, 3, 23, 30, tzinfo=UTC)
    known = scheduled(Cohort(cohort=COHORT), schedule(starts_at=late))
    winter = scheduled(Cohort(cohort=COHORT), schedule(starts_at=late.replace(month=1)))
    assert known.sessions[0].held_on == date(2024, 6, 4)
    assert winter.sessions[0].held_on == date(2024, 1, 3)
