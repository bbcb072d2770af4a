"""What is left over: a claim averages waves, and of a wave that is hidden the others shown beside it tell nothing."""

from dataclasses import replace

import numpy as np
import pytest

from services.evaluation.evidence.cells import CellTable, Outcome, Then, fold
from services.evaluation.evidence.claims import beside, conclude, looking_back
from services.evaluation.evidence.estimate import WILD, estimate

OUTCOME = Outcome(name="Confidence to challenge", low=0, high=100)
WAVES = ["2023-09", "2024-01", "2024-05", "2024-09"]


def region(seed: int, answered_last: list[int], *, compared: bool = True) -> CellTable:
    """Fourteen organisations of twenty; of those who begin with the third wave only some answered the fourth."""
    random = np.random.default_rng(seed)
    house = np.repeat(np.arange(14), 20)
    scores = np.rint(random.normal(50, 8, (len(house), 4))).clip(0, 100).astype(np.int64)
    answered = np.ones(scores.shape, dtype=bool)
    begins = (house < 7) | (not compared)
    answered[begins, 3] = False
    answered[answered_last, 3] = True
    cells = fold([f"Trust {one:02}" for one in house], np.where(begins, 3, 0).tolist(), scores, answered)
    return CellTable.of(OUTCOME, WAVES, cells)


def change(table: CellTable, wave: int, *, begun: bool) -> float:
    cells = [cell for cell in table.cells if (cell.cohort > 0) is begun and wave in cell.pattern]
    moved = sum(cell.sums[cell.pattern.index(wave)] - cell.sums[cell.pattern.index(2)] for cell in cells)
    return moved / sum(cell.n for cell in cells)


@pytest.mark.parametrize("seed", range(3))
def test_twice_the_claim_less_the_wave_that_is_shown_was_the_wave_that_is_not(seed: int) -> None:
    """Four people of four organisations: their change stood there to a fiftieth of a point in 4 of 4 regions."""
    table = region(seed, [0, 20, 40, 60])
    found = estimate(table)
    claim, hidden = conclude(table, found), change(table, 4, begun=True) - change(table, 4, begun=False)
    assert (claim.level, found.inference) == (2, WILD)
    assert claim.difference is not None
    first = next(effect for time, effect, *_ in found.event_study if time == 0)
    assert 2 * claim.difference - round(first, 2) == pytest.approx(hidden, abs=0.02)
    shown = beside(claim, table, found)
    assert [time for time, *_ in shown.event_study] == [-1]
    assert shown.sensitivity == ()


def test_waves_that_may_all_be_shown_are() -> None:
    """None finer than its own people: the last one is of fourteen, and stood there to a hundredth."""
    table = region(0, [0, 1, 20, 21, 40, 41, 60, 61, 80, 81, 100, 101, 120, 121])
    found = estimate(table)
    shown = beside(conclude(table, found), table, found)
    assert [time for time, *_ in shown.event_study] == [-1, 0, 1]
    by_two, by_one = shown.event_study[1], shown.event_study[2]
    assert max(abs(10 * figure - round(10 * figure)) for figure in by_two) > 0.05
    assert by_one == pytest.approx([round(figure, 1) for figure in by_one], abs=1e-12)


@pytest.mark.parametrize(
    ("answered_last", "kept"), [([7], True), ([0, 20, 40, 60], True), ([], False), (list(range(0, 280, 20)), False)]
)
def test_what_is_left_of_a_change_over_several_waves_is_not_told_by_those_who_look_back(
    answered_last: list[int], *, kept: bool
) -> None:
    """One of 120 answered the last wave as well: 121 times the change less 120 times that of the three was theirs."""
    table = replace(region(1, answered_last, compared=False), then=Then(1, 2, 3))
    said = looking_back(table)
    assert len(said) == (1 if kept else 3)
    assert ("is kept back" in said[0]) is kept
