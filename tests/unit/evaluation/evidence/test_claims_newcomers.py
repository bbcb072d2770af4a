"""Who came since the start is compared with nobody, and decides nothing: no figure, no weight of a start."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable, fold
from services.evaluation.evidence.change import bounds, resting
from services.evaluation.evidence.claims import Circumstances, Claim, canonical, conclude, read, seed_of
from services.evaluation.evidence.estimate import Options, estimate
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import KNOWN, SURE, WHOLE

WAVES = ("2023-09", "2024-01", "2024-05", "2024-09", "2025-01", "2025-05")
STARTS = np.repeat([3, 5, 0], 6)


def cells(people: int, answered: tuple[int, ...], seed: int, moved: float = 0.0) -> list[Any]:
    """Six organisations begin at wave 3, whose scores rise by so much, six at wave 5, six never."""
    organisations = np.repeat(np.arange(18), people)
    cohorts = STARTS[organisations]
    scores = np.random.default_rng(seed).normal(50, 8, (len(organisations), len(WAVES)))
    scores[:, 2:] += moved * (cohorts == 3)[:, None]
    there = np.isin(np.arange(1, len(WAVES) + 1), answered)[None, :].repeat(len(organisations), axis=0)
    names = [f"Trust {number:02}" for number in organisations]
    return list(fold(names, cohorts.tolist(), np.rint(scores).clip(0, 100).astype(np.int64), there))


STAYED = cells(20, (1, 2, 3, 4, 5, 6), seed=1, moved=9.0)


def with_newcomers(start: int) -> CellTable:
    came = [cell for cell in cells(200, (5, 6), seed=2) if cell.cohort == start]
    return CellTable.of(OUTCOME, WAVES, [*STAYED, *came])


def claimed(table: CellTable) -> Claim:
    return conclude(table, estimate(table, Options(seed=seed_of(table))), Circumstances(declared(table)))


@pytest.mark.parametrize("start", [3, 5])
def test_newcomers_do_not_weigh_for_the_start_they_came_after(start: int) -> None:
    """MCR-30: an effect of the first start alone was +6.04 or -1.34 by whose newcomers were handed in, and not +4.47;
    the claim's own `attrition` said that nothing but +4.47 was possible.
    """
    plain, more = CellTable.of(OUTCOME, WAVES, STAYED), with_newcomers(start)
    one, other = estimate(plain), estimate(more)
    assert (other.effect, other.interval) == (one.effect, one.interval)
    assert resting(more, "never_treated", alike=False) == resting(plain, "never_treated", alike=False)
    claim = claimed(more)
    assert claim.difference == claimed(plain).difference
    assert claim.attrition is None or claim.attrition[0] <= (claim.difference or 0.0) <= claim.attrition[1]


def test_bounds_that_leave_out_the_difference_are_not_said() -> None:
    """Those who answered once are asked for among who left, and weigh for no start."""
    inside = bounds(WHOLE, lottery=False).low
    for effect, said in ((inside, True), (inside + 1, False)):
        claim = conclude(WHOLE, replace(SURE, effect=effect), KNOWN)
        assert (claim.attrition is not None) is said
        assert read(canonical(claim)) == claim
