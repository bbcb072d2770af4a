"""Level 1 where organisations are few or uneven: a change without an interval, or one that holds the truth."""

import pytest

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import since_start
from services.evaluation.evidence.claims import Claim, canonical, conclude, ladder, read
from services.evaluation.evidence.simulation import Region, region

TREND, RUNS = 0.2, 40
"""Deviations of ten points a wave; on average one and a half waves lie between before and after."""


def alone(sizes: tuple[int, ...], seed: int = 0) -> CellTable:
    """Nobody to compare with: all have the programme, and an ordinary trend is all there is."""
    many = len(sizes)
    return region(
        Region(
            trend=TREND, organisations=many, taking_part=many, sizes=sizes, waves=4, starts=(3,), dropout=0.0, seed=seed
        )
    )


def claimed(sizes: tuple[int, ...]) -> Claim:
    return conclude(alone(sizes), None)


@pytest.mark.parametrize("sizes", [(200, 10, 10, 10), (60, 60), (200, 30, 30), (100, 100, 5, 5, 5), (150, *[20] * 5)])
def test_organisations_worth_fewer_than_four_say_a_change_and_not_how_sure_it_is(sizes: tuple[int, ...]) -> None:
    """MCR-30: such an interval held the true change in 52 to 86 of 100 regions."""
    change = since_start(alone(sizes))
    assert (change.error, change.interval, change.p_value, change.smallest_detectable) == (None,) * 4
    claim = claimed(sizes)
    assert (claim.level, claim.interval, claim.detected) == (1, None, None)
    assert "how sure this is cannot be said" in claim.sentence
    assert ladder().people_alone not in claim.assumptions
    assert read(canonical(claim)) == claim


@pytest.mark.parametrize("sizes", [(30,) * 6, (60,) * 4, (100, 60, 60, 60, 20), (60, 10, 10, 5, 5, 5) * 2])
def test_an_interval_that_is_given_holds_the_truth_however_uneven_they_are(sizes: tuple[int, ...]) -> None:
    """MCR-30: fewer misses than an interval of 93 % would give in one of a thousand such tests."""
    held = 0
    for seed in range(RUNS):
        interval = since_start(alone(sizes, seed)).interval
        assert interval is not None
        held += interval[0] <= 10 * TREND * 1.5 <= interval[1]
    assert held >= 31


def test_uneven_organisations_are_less_sure_than_even_ones() -> None:
    even, uneven = since_start(alone((30,) * 12)), since_start(alone((60, 10, 10, 5, 5, 5) * 2))
    assert (even.clustered, uneven.clustered) == (True, True)
    assert even.freedom == pytest.approx(11)
    assert uneven.freedom < 5
