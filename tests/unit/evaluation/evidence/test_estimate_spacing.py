"""Trends run by the calendar: waves of one week say little of the year after them, however many they are."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims import Circumstances, Claim, conclude, ladder
from services.evaluation.evidence.estimate import Options, estimate
from services.evaluation.evidence.estimate.bending import evened, shortest
from services.evaluation.evidence.estimate.library import Fit, fit
from services.evaluation.evidence.estimate.pretest import pre_test
from services.evaluation.evidence.estimate.spacing import months, steps
from services.evaluation.evidence.panel import Moments, Numbers, means
from services.evaluation.evidence.simulation import Region, region

SPREAD = 10.0
EVEN = ("2023-09", "2024-01", "2024-05", "2024-09", "2025-01")
IN_DAYS = ("2024-03-01", "2024-03-02", "2024-03-03", "2025-03-01", "2025-09-01")
IN_MONTHS = ("2024-01", "2024-02", "2024-03", "2025-03", "2025-09")


@cache
def whole() -> CellTable:
    return region(Region(effect=0.8, organisations=20, people=60, waves=5, dropout=0.0, seed=1))


@cache
def fitted() -> Fit:
    return fit(means(Moments.of(cell) for cell in whole().cells), "never_treated")


def claimed(*waves: str) -> Claim:
    table = replace(whole(), waves=waves)
    return conclude(table, estimate(table, Options(bends=(0.0, 0.01))), Circumstances(declared(table)))


def power(when: Numbers) -> float:
    tested = pre_test(fitted(), SPREAD, when)
    assert tested is not None
    return tested.power


@pytest.mark.parametrize("waves", [IN_DAYS, IN_MONTHS])
def test_three_waves_of_one_week_or_one_quarter_do_not_vouch_for_a_year(waves: tuple[str, ...]) -> None:
    """MCR-30: sides that part by 0.03 deviations a month made 57 of 60 such claims level 3, without any effect."""
    claim = claimed(*waves)
    assert claim.level == 2
    assert ladder().limits["powered"] in claim.limits
    assert "otherwise" not in claim.sentence


def test_the_same_answers_at_waves_equally_far_apart_reach_level_three() -> None:
    claim = claimed(*EVEN)
    assert (claim.level, claim.limits) == (3, (ladder().limits["lottery"],))


def test_months_are_those_of_the_calendar() -> None:
    """The same day of another month is whole months away, whatever their lengths; a month alone is its first day."""
    when = months(["2023-09", "2023-09-01", "2024-01-01", "2024-01-31", "2024-02-01", "2024-03-01"])
    assert np.diff(when) == pytest.approx([0, 4, 30 / 31, 1 / 31, 1])


def test_an_effect_spans_the_time_since_the_start_and_before_it_the_time_since_the_wave_before() -> None:
    when = np.array([0.0, 1.0, 3.0, 7.0, 15.0])
    assert dict(zip(fitted().pairs, steps(fitted(), when), strict=True)) == {
        (4, 2): 1,
        (4, 3): 2,
        (4, 4): 4,
        (4, 5): 12,
    }


@given(st.floats(0.01, 100), st.integers(0, 30000))
def test_waves_equally_far_apart_are_judged_alike_however_far(gap: float, first: int) -> None:
    assert power(first + gap * np.arange(5)) == pytest.approx(power(np.arange(5)))


@given(st.floats(1, 50), st.floats(1, 50))
def test_the_longer_the_time_after_the_less_the_time_before_vouches_for_it(one: float, other: float) -> None:
    """MCR-30: a drift that makes the same difference in a longer time is slower, and harder to see before."""
    short, long = (power(np.array([0, 1, 2, 2 + after, 3 + after])) for after in sorted([one, other]))
    assert long <= short + 1e-9


def test_a_straight_drift_of_the_calendar_is_none_to_the_bends() -> None:
    """Quarterly, then after a year: carried on for the time it is asked for, the drift leaves nothing."""
    times = np.array([-6.0, -3.0, 12.0])
    even = evened(times)
    assert even is not None
    low, high = shortest(even @ (0.3 * times), even @ even.T, 2, 0.1, 20.0)
    assert low + high == pytest.approx(0, abs=1e-9)
    assert shortest(0.3 * times, np.eye(3), 2, 0.1, 20.0)[0] > 0


@given(st.integers(1, 8), st.floats(0.01, 100))
def test_waves_equally_far_apart_bend_as_they_are(before: int, gap: float) -> None:
    even = evened(gap * np.array([*range(-before, 0), 1]))
    assert even == pytest.approx(np.eye(before + 1))


@pytest.mark.parametrize("times", [[-1.0, -2.0, 1.0], [-2.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
def test_times_that_do_not_rise_have_no_slopes(times: list[float]) -> None:
    assert evened(np.array(times)) is None


def test_the_library_fit_is_stretched_by_the_calendar() -> None:
    """One gap or another, if all are equal; where the wave after is far, what is not known of it grows."""
    as_is, even, far = (
        fitted().sensitivity(0.1, when) for when in (None, 4.0 * np.arange(5), np.array([0.0, 1, 2, 14, 20]))
    )
    assert as_is is not None
    assert far is not None
    assert even == pytest.approx(as_is)
    assert far[1] - far[0] > 4 * (as_is[1] - as_is[0])
