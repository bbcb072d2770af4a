"""The short version of `make calibrate`: a few regions of each size, seeds fixed, bounds as wide as so few allow."""

import pytest
from scipy import stats

from tests.calibration.page import Design, Row, page
from tests.calibration.trying import DESIGNS, REGIONS, SIZES, calibrated, design, found_in, harmless, row, seen

FEW = 12


@pytest.mark.parametrize("organisations", SIZES)
def test_a_few_regions_of_each_size_hold_the_truth_and_claim_nothing(organisations: int) -> None:
    """MCR-30: fewer misses than an interval of 93 % would give in one of a thousand such tests; no claim of level 3."""
    found = row(organisations, [seen(organisations, 1000 + seed) for seed in range(FEW)])
    assert found.holds * FEW >= stats.binom.ppf(0.001, FEW, 0.93)
    assert found.serious_without_effect == 0
    assert found.given is (organisations > 4)


@pytest.mark.parametrize("name", tuple(DESIGNS)[::2])
def test_a_few_regions_of_every_second_design_find_no_effect_that_is_not_there(name: str) -> None:
    """MCR-30: not more often than one of a thousand such tests would with 8 %, staggered and unbalanced ones alike."""
    found = design(name, [found_in(name, 3000 + seed) for seed in range(FEW)])
    assert max(found.never, found.not_yet) * FEW <= stats.binom.isf(0.001, FEW, 0.08)


def test_a_design_that_finds_too_much_fails_the_run() -> None:
    assert harmless(Design("all at once", "none", 0.06, 0.05, 0.0))
    assert not harmless(Design("one by one", "none", 0.06, 0.11, 0.0))


def test_before_and_after_alone_would_find_a_change_that_is_only_the_trend() -> None:
    """MCR-30: why a claim without a comparison has no causal words."""
    found = row(20, [seen(20, 2000 + seed) for seed in range(3)])
    assert found.change_without_effect == 1


def test_a_row_is_judged_by_both_bounds_and_a_withheld_interval_promises_nothing() -> None:
    good = Row(10, "t on organisation means", True, 0.95, 0.0, 0.9, 0.0)
    assert calibrated(good)
    assert not calibrated(Row(10, "t on organisation means", True, 0.92, 0.0, 0.9, 0.0))
    assert not calibrated(Row(10, "t on organisation means", True, 0.98, 0.0, 0.9, 0.0))
    assert not calibrated(Row(10, "t on organisation means", True, 0.95, 0.06, 0.9, 0.0))
    assert calibrated(Row(4, "none", False, 0.99, 0.0, 0.9, 0.0))


def test_the_page_has_a_line_for_each_size_and_says_of_how_many_regions() -> None:
    text = page(
        [Row(size, "none", False, 0.95, 0.0, 1.0, None) for size in SIZES],
        [Design("all", "none", 0.04, 0.05, 0.0)],
        REGIONS,
    )
    assert text.startswith(f"# Calibration of the evidence engine\n\n{REGIONS} simulated regions")
    assert [line for line in text.splitlines() if line.startswith("| 4 ")] == [
        "| 4 | none | none given (95.0%) | 0.0% | 100.0% |  |"
    ]
