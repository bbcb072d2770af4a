"""A scale with ends: sides that began far apart, or had no room to move, carry no claim of an effect."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.claims import Circumstances, Claim, Declaration, Measured, conclude, ladder
from services.evaluation.evidence.estimate import Estimate, estimate
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, SURE, WHOLE

FIVE = Outcome(name="Confidence", unit="points", low=1, high=5)
WIDE = Outcome(name="Confidence", unit="points", low=-20, high=20)
WAVES = ["2023-09", "2024-01", "2024-05", "2024-09", "2025-01"]
EACH = 12
"""Organisations a side, of 60 people each."""
APART, ROOM, SPREAD, ENDS, RANKS = "alike_before", "room", "spread", "ends", "ranks"


@cache
def compared(
    programme: float, comparison: float, rise: float, seed: int, *, effect: float = 0.0, scale: Outcome = FIVE
) -> tuple[CellTable, Estimate]:
    """Whole scores of people who all move alike after the third wave, cut off where the scale ends."""
    random, people = np.random.default_rng(seed), 2 * EACH * 60
    began = np.arange(people) < people // 2
    scores = np.where(began, programme, comparison)[:, None] + rise * np.array([0, 0, 0, 0.75, 1])
    scores += random.normal(0, 0.6, (people, 1)) + random.normal(0, 0.5, (people, 5))
    scores += np.repeat(random.normal(0, 0.08, (2 * EACH, 5)), 60, axis=0)
    scores[began, 3:] += effect
    names = [f"Trust {number:02}" for number in range(2 * EACH) for _ in range(60)]
    answers = np.rint(scores).clip(scale.low, scale.high).astype(int)
    cells = fold(names, (4 * began).tolist(), answers, np.ones(answers.shape, dtype=bool))
    table = CellTable.of(scale, WAVES, cells)
    return table, estimate(table)


def claimed(table: CellTable, found: Estimate) -> Claim:
    return conclude(table, found, Circumstances(declared(table)))


def said(*names: str) -> tuple[str, ...]:
    return tuple(ladder().limits[name] for name in names)


@pytest.mark.parametrize(
    ("programme", "comparison", "rise", "seed"),
    [(2.6, 4.2, 0.8, 2), (3.4, 1.8, -0.8, 0), (4.2, 2.6, 0.8, 0), (1.8, 3.4, -0.8, 1)],
)
def test_a_side_that_the_scale_held_back_is_no_sign_of_an_effect(
    programme: float, comparison: float, rise: float, seed: int
) -> None:
    """MCR-30: no effect, all rise or fall alike, one side begins near an end: 16 of 30 such regions were level 3."""
    table, found = compared(programme, comparison, rise, seed)
    claim = claimed(table, found)
    assert (claim.level, claim.detected) == (2, True)
    assert claim.limits == said(APART, ROOM, ENDS, RANKS)
    assert "otherwise" not in claim.sentence


def test_sides_far_apart_are_no_more_alike_where_the_scale_does_not_end() -> None:
    """Points of a questionnaire are not equally long: far apart, moving alike means little."""
    claim = claimed(*compared(2.6, 4.2, 0.2, 1, effect=0.5, scale=WIDE))
    assert (claim.level, claim.limits) == (2, said(APART))


def test_a_side_without_room_alone_is_enough() -> None:
    """MCR-30: both begin near the top; of an effect of half a point less than half a point is left to be seen."""
    claim = claimed(*compared(4.2, 4.2, 0.8, 1, effect=0.5))
    assert (claim.level, claim.limits) == (2, said(ROOM))
    assert claim.interval is not None
    assert claim.interval[1] < 0.5


@pytest.mark.parametrize(("start", "scale"), [(3.0, FIVE), (3.6, FIVE), (4.2, WIDE)])
def test_sides_that_began_alike_with_room_reach_level_three_as_before(start: float, scale: Outcome) -> None:
    claim = claimed(*compared(start, start, 0.2, 1, effect=0.5, scale=scale))
    assert (claim.level, claim.limits) == (3, said("lottery"))


def shut_in(low: int, high: int) -> CellTable:
    """The region that other tests start from, between other ends: its means are 49 to 58, its deviation 10."""
    return replace(WHOLE, outcome=WHOLE.outcome.model_copy(update={"low": low, "high": high}))


def on_its_scale(declared: Declaration, table: CellTable) -> Circumstances:
    measured = {table.outcome.name: Measured.of(table.outcome)}
    return Circumstances(declared.model_copy(update={"outcomes": measured}))


@pytest.mark.parametrize(("low", "high", "level"), [(0, 100, 3), (40, 70, 3), (47, 100, 2), (0, 61, 2)])
def test_room_is_what_the_declared_scale_leaves(low: int, high: int, level: int) -> None:
    table = shut_in(low, high)
    claim = conclude(table, SURE, on_its_scale(DECLARED, table))
    assert (claim.level, claim.limits[:1]) == (level, said("lottery" if level == 3 else ROOM))


@cache
def spread(programme: float, comparison: float, *, halves: float = 0.0) -> tuple[CellTable, Estimate]:
    """Sides of one mean whose people lie differently far from it; all rise alike, and the scale ends."""
    random, people = np.random.default_rng(5), 2 * EACH * 60
    began = np.arange(people) < people // 2
    scores = 3.4 + np.where(began, programme, comparison) * random.normal(size=people)
    scores += halves * np.where(began, 0, np.where(np.arange(people) % 2, 1, -1))
    scores = scores[:, None] + random.normal(0, 0.4, (people, 5)) + 0.7 * np.array([0, 0, 0, 1, 1])
    names = [f"Trust {number:02}" for number in range(2 * EACH) for _ in range(60)]
    answers = np.rint(scores).clip(1, 5).astype(int)
    cells = fold(names, (4 * began).tolist(), answers, np.ones(answers.shape, dtype=bool))
    table = CellTable.of(FIVE, WAVES, cells)
    return table, estimate(table)


@pytest.mark.parametrize(("programme", "comparison", "halves"), [(0.5, 1.6, 0), (0.6, 0.3, 1.4), (1.6, 0.5, 0)])
def test_sides_of_one_mean_that_are_spread_differently_are_no_sign_of_an_effect(
    programme: float, comparison: float, halves: float
) -> None:
    """MCR-30: no effect, all rise alike, part of one side began at the end: 27 of 30 such regions were level 3."""
    claim = claimed(*spread(programme, comparison, halves=halves))
    assert (claim.level, claim.detected) == (2, True)
    assert claim.limits[:2] == said(SPREAD, ENDS)


def test_a_scale_that_its_file_declares_too_wide_hides_no_end() -> None:
    """MCR-30: answers end at 5, the file says 7, nothing has an effect: 18 of 60 such regions were level 3."""
    table, found = compared(3.9, 4.3, 0.8, 3)
    wide = replace(table, outcome=FIVE.model_copy(update={"high": 7}))
    assert claimed(wide, found).level == 2
    assert claimed(wide, found).limits == claimed(table, found).limits
    assert set(said(ROOM, ENDS)) <= set(claimed(wide, found).limits)


def test_cells_that_do_not_count_scores_carry_no_claim_of_an_effect() -> None:
    """MCR-30: leaving the counts out hides no end either."""
    table, found = compared(3.0, 3.0, 0.2, 1, effect=0.5)
    bare = replace(table, cells=tuple(replace(cell, scores=None, changes=None) for cell in table.cells))
    assert (claimed(table, found).level, claimed(bare, found).level) == (3, 2)
    assert claimed(bare, found).limits == said(ENDS, RANKS)


def test_a_lottery_needs_none_of_it() -> None:
    """Chance made both sides alike in expectation, and they meet the same ends: what is found, the draw explains."""
    table = shut_in(47, 61)
    bare = replace(table, cells=tuple(replace(cell, scores=None) for cell in table.cells))
    assert conclude(bare, SURE, on_its_scale(DRAWN, table)).level == 4
