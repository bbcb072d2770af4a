"""Who came since the start is compared with nobody, and decides nothing: no figure, no weight of a start."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable, fold
from services.evaluation.evidence.change import bounds, resting
from services.evaluation.evidence.claims import Circumstances, Claim, canonical, conclude, ladder, read, seed_of
from services.evaluation.evidence.claims.unchosen import between_unchosen
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


def enrolled(seed: int, *, low: bool, effect: float = 0.0) -> CellTable:
    """Twenty organisations a side of 47 people who answered five waves. Of those that begin at the fourth 14 more came
    at the third, `low` the lowest of 140.
    """
    random = np.random.default_rng(seed)
    people, names, cohorts = [], list[str](), list[int]()
    for number in range(40):
        start = 4 * (number % 2)
        scores = _moving(random, 47)
        if start:
            came = _moving(random, 140)
            came = came[np.argsort(came[:, 2])][:14] if low else came[:14]
            came[:, :2] = np.nan
            scores = np.vstack([scores, came])
        scores[:, 3:] += effect * (start > 0)
        people.append(scores)
        names += [f"Trust {number:02}"] * len(scores)
        cohorts += [start] * len(scores)
    every = np.vstack(people)
    answers = np.rint(np.nan_to_num(every, nan=50)).clip(0, 100).astype(np.int64)
    return CellTable.of(OUTCOME, WAVES[:5], fold(names, cohorts, answers, ~np.isnan(every)))


def _moving(random: np.random.Generator, many: int) -> Any:
    lasting, place = random.normal(50, 7.7, (many, 1)), random.normal(0, 0.6, 5)
    return lasting + place + random.normal(0, 6.3, (many, 5))


@pytest.mark.parametrize(("low", "effect", "level"), [(True, 0.0, 2), (False, 2.5, 3)])
def test_who_enrolled_low_does_not_carry_level_three(low: bool, effect: float, level: int) -> None:
    """MCR-30: of 40 such regions without an effect 19 were "consistent with an effect": who stood low rose."""
    table = enrolled(0, low=low, effect=effect)
    claim = claimed(table)
    assert claim.level == level
    assert (ladder().limits["chosen"] in claim.limits) is low
    assert claim.detected


def test_who_joined_plays_no_part_in_the_estimate_between_the_others() -> None:
    """The estimate of these alone, by the same seed; nobody who answered the first wave is no footing."""
    table = enrolled(1, low=True)
    first, rest = (table.where(lambda cell, one=one: (cell.pattern[0] == 1) is one) for one in (True, False))
    whole, others = estimate(table, Options(seed=7)), estimate(first, Options(seed=7))
    alone = between_unchosen(table, whole)
    assert (alone.effect, alone.interval) == (others.effect, others.interval)
    assert between_unchosen(first, SURE) is SURE
    assert between_unchosen(rest, SURE).interval is None
    nothing = replace(SURE, interval=(-1.0, 8.0))
    assert between_unchosen(rest, nothing) is nothing


@pytest.mark.parametrize("limit", ["chosen", "ranks"])
def test_nothing_is_said_to_have_made_a_difference_that_was_not_found(limit: str) -> None:
    """Nobody joined, and all moved alike: that the difference is no more than chance is another limit."""
    table = enrolled(0, low=False).where(lambda cell: cell.pattern[0] == 1)
    claim = claimed(table)
    assert claim.detected is False
    assert ladder().limits["detected"] in claim.limits
    assert ladder().limits[limit] not in claim.limits
