"""Whether a commitment is met, can still be met, or cannot be met any more."""

import pytest

from services.evaluation.domain import NO_COMMITMENT, Attendance, Commitment
from services.evaluation.rules import commitment_outlook

SIX_DAYS = Commitment("learning_day", 6, 5)


def days(attended: int, missed: int, kind: str = "learning_day", cohort: str = "recap-2024") -> list[Attendance]:
    place = ("recap", cohort, "R0A", "g")
    return [Attendance(1, "attended", 360, kind, place)] * attended + [Attendance(1, "missed", 0, kind, place)] * missed


@pytest.mark.parametrize(
    ("attended", "missed", "outlook"),
    [
        (5, 0, "commitment_met"),
        (5, 1, "commitment_met"),
        (6, 0, "commitment_met"),
        (4, 0, "commitment_can_still"),
        (4, 1, "commitment_can_still"),
        (0, 0, "commitment_can_still"),
        (0, 1, "commitment_can_still"),
        (4, 2, "commitment_can_no_longer"),
        (0, 2, "commitment_can_no_longer"),
        (0, 6, "commitment_can_no_longer"),
    ],
)
def test_five_of_six_learning_days_pass_and_four_do_not(attended: int, missed: int, outlook: str) -> None:
    """REC-8, REC-16: 75% of six is 4.5, so five are needed and two missed are too many."""
    assert commitment_outlook(SIX_DAYS, "recap-2024", days(attended, missed)) == outlook


def test_other_sessions_and_other_cohorts_do_not_count_towards_a_commitment() -> None:
    """REC-8 speaks of the learning days of this cohort."""
    elsewhere = days(5, 0, kind="masterclass") + days(5, 0, cohort="recap-2023") + days(0, 6, cohort="recap-2023")
    assert commitment_outlook(SIX_DAYS, "recap-2024", elsewhere) == "commitment_can_still"


def test_a_voided_session_counts_neither_as_attended_nor_as_missed() -> None:
    """REC-8: nothing is known of a voided session."""
    voided = [Attendance(2, "voided", 0, "learning_day", ("recap", "recap-2024", "R0A", "g"))] * 6
    assert commitment_outlook(SIX_DAYS, "recap-2024", voided) == "commitment_can_still"


def test_a_cohort_without_a_commitment_has_no_outlook() -> None:
    """REC-8 is a rule of programmes that ask for it."""
    assert commitment_outlook(NO_COMMITMENT, "mcr-2023", days(5, 0)) is None


def test_the_numbers_of_the_rule_come_from_the_programme() -> None:
    """Another programme may ask for two of three."""
    two_of_three = Commitment("learning_day", 3, 2)
    assert commitment_outlook(two_of_three, "recap-2024", days(2, 0)) == "commitment_met"
    assert commitment_outlook(two_of_three, "recap-2024", days(1, 1)) == "commitment_can_still"
    assert commitment_outlook(two_of_three, "recap-2024", days(0, 2)) == "commitment_can_no_longer"
