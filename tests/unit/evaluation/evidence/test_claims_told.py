"""How sure a difference is, where organisations count alike, tells nobody what the people of a small one did."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.change import fewest
from services.evaluation.evidence.claims import Claim, canonical, conclude, ladder, read
from services.evaluation.evidence.claims.recognising import told_by_spread
from services.evaluation.evidence.estimate import MEANS, METHODS, NONE, Estimate, estimate

OUTCOME = Outcome(name="Confidence to challenge", low=0, high=100)
WAVES = ["2023-09", "2024-01", "2024-05"]


def region(seed: int, sizes: list[int]) -> tuple[CellTable, list[float]]:
    """So many people of each organisation that begins, twelve others of 25; and how far each that begins moved."""
    random = np.random.default_rng(seed)
    every = [*sizes, *[25] * 12]
    house = np.repeat(np.arange(len(every)), every)
    begins = house < len(sizes)
    scores = random.normal(50, 10, (len(house), 1)) + random.normal(0, 6, (len(house), 3))
    answers = np.rint(scores + 5 * begins[:, None] * [0, 0, 1]).clip(0, 100).astype(np.int64)
    names = [f"Trust {one:02}" for one in house]
    table = CellTable.of(OUTCOME, WAVES, fold(names, np.where(begins, 3, 0).tolist(), answers, answers >= 0))
    return table, [float((answers[house == one, 2] - answers[house == one, 1]).mean()) for one in range(len(sizes))]


def solved(known: float, observed: float, found: Estimate) -> float:
    """What the first of three organisations, which knows its own change, makes of the others': the smaller one's.

    Its side makes up nearly all of the error where the other side is many.
    """
    half = np.diff(found.interval or (0.0, 0.0))[0] / 2
    spread = 6 * (half / float(stats.t.ppf(0.975, found.freedom))) ** 2
    away = known - observed
    apart = sqrt(max(2 * (spread - away**2) - away**2, 0.0))
    return observed + (-away - apart) / 2


def claimed(table: CellTable) -> tuple[Claim, Estimate]:
    found = estimate(table)
    claim = conclude(table, found)
    assert found.inference == MEANS
    assert read(canonical(claim)) == claim
    return claim, found


def test_of_three_organisations_one_solved_for_the_change_of_two_people() -> None:
    """The interval said how far the three differ, the change what they add up to: to a tenth of a point of 100."""
    table, moved = region(1, [30, 30, 2])
    claim, found = claimed(table)
    assert found.observed is not None
    assert solved(moved[0], round(found.observed, 1), found) == pytest.approx(moved[2], abs=0.7)
    assert (claim.level, claim.interval, claim.smallest_detectable, claim.detected) == (2, None, None, None)
    assert "How sure this is cannot be said" in claim.sentence
    assert ladder().limits["told"] in claim.limits


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([30, 30, 30], True),
        ([30, 30, 10], True),
        ([30, 30, 9], False),
        ([9, 9, 9], False),
        ([9, 9, 9, 9], False),
        ([10, 10, 10, 10], True),
        ([30, 30, 30, 30, 9], False),
        ([30, 30, 30, 9, 9], False),
        ([9, 9, 9, 9, 9], False),
        ([10, 10, 10, 10, 10], True),
    ],
)
def test_how_sure_it_is_is_said_of_organisations_with_people_enough_or_many_small_ones(
    sizes: list[int], *, said: bool
) -> None:
    claim, _ = claimed(region(2, sizes)[0])
    assert (claim.interval is not None) is said
    assert (ladder().limits["told"] in claim.limits) is not said


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((), False),
        ((9,) * 3, True),
        ((9,) * 5, True),
        ((9,) * 6, False),
        ((9, 9, 10, 10, 10, 10), True),
        ((9, 10, 10, 10), True),
        ((10,) * 3, False),
    ],
)
def test_one_or_two_small_ones_stand_out_and_of_five_each_nearly_knows_the_others(
    sizes: tuple[int, ...], *, told: bool
) -> None:
    """MCR-30: of four of five a side, yes and no scored 100 and 0, one or two values were left in a quarter; of five
    of unlike size in nearly all.
    """
    assert told_by_spread(sizes, 10) is told


def answered_yes(seed: int, sizes: list[int]) -> tuple[CellTable, list[int]]:
    """Yes and no, 100 and 0, of three organisations that begin and three others; how many more said yes in each."""
    random = np.random.default_rng(seed)
    house = np.repeat(np.arange(len(sizes)), sizes)
    said = (random.normal(0, 1, (len(house), 1)) + random.normal(0, 1, (len(house), 2)) > 0).astype(np.int64)
    starts = np.where(house < 3, 2, 0).tolist()
    table = CellTable.of(OUTCOME, WAVES[:2], fold([f"Trust {one}" for one in house], starts, 100 * said, said >= 0))
    return table, [int((said[house == one, 1] - said[house == one, 0]).sum()) for one in range(3)]


def left(moved: list[int], sizes: list[int], observed: float) -> set[int]:
    """What the second can have changed by, for the first, which knows its own, the sizes and a mean of organisations'
    means.
    """
    others = product(*(range(-size, size + 1) for size in sizes[1:3]))
    means = (
        (second, 100 * (moved[0] / sizes[0] + second / sizes[1] + third / sizes[2]) / 3) for second, third in others
    )
    return {second for second, mean in means if abs(mean - observed) <= 0.0501}


@pytest.mark.parametrize("seed", [0, 1, 3, 5])
def test_parts_of_unlike_wholes_are_not_added_up(seed: int) -> None:
    """Fifths, sevenths and ninths make a figure in one way only: the mean of means told each what the others did."""
    sizes = [5, 7, 9, 8, 9, 11]
    table, moved = answered_yes(seed, sizes)
    claim, found = claimed(table)
    assert found.observed is not None
    told = left(moved, sizes, round(found.observed, 1))
    assert told <= {moved[1] - 7, moved[1], moved[1] + 7}  # all seven went the other way, or only so many did
    assert (claim.level, claim.interval, claim.method) == (2, None, f"{METHODS[NONE]}; {NONE}")
    assert claim.observed == round(100 * sum(moved) / 21, 1)
    assert ladder().limits["told"] in claim.limits


def test_an_organisation_is_as_small_as_at_the_wave_that_fewest_answered() -> None:
    answered = np.ones((40, 3), dtype=bool)
    answered[:7, 2] = False
    scores = np.random.default_rng(1).integers(0, 100, (40, 3))
    names = ["A"] * 10 + ["B"] * 10 + ["C"] * 20
    table = CellTable.of(OUTCOME, WAVES, fold(names, [2] * 20 + [0] * 20, scores, answered))
    assert fewest(table, "never_treated") == ({"A": 3, "B": 10}, {"C": 20})
    assert fewest(table.where(lambda cell: cell.cohort == 0), "never_treated") == ({}, {})


@pytest.mark.parametrize(
    ("organisations", "people", "sure"), [(4, 5, False), (4, 9, False), (4, 10, True), (5, 5, True)]
)
def test_how_sure_a_change_of_four_small_organisations_is_is_not_said(
    organisations: int, people: int, sure: bool
) -> None:
    """MCR-30: of four of five people, who say yes or no, each was left one or two values for what another's changed by
    in 17 to 53 of 100 regions.
    """
    random = np.random.default_rng(1)
    many = organisations * people
    names = [f"Trust {number % organisations}" for number in range(many)]
    said = random.integers(0, 2, (many, 2))
    table = CellTable.of(
        Outcome(name="Peer support", low=0, high=1), WAVES[:2], fold(names, [2] * many, said, said >= 0)
    )
    claim = conclude(table, None)
    assert claim.level == 1
    assert (
        (claim.interval is not None) is (claim.smallest_detectable is not None) is (claim.detected is not None) is sure
    )
    assert ladder().people_alone not in claim.assumptions or sure
    assert read(canonical(claim)) == claim


def test_no_warning_tells_a_difference_of_nothing_that_is_not_said() -> None:
    """Warnings are errors here; one came where the difference was exactly 0, also beside "not enough responses"."""
    side = np.repeat([[0], [100]], 10, axis=0) * np.ones((1, 3), dtype=np.int64)
    side[0, 1] = side[7, 2] = 100
    names = [f"Trust {number // 5}" for number in range(40)]
    answers = np.concatenate([side, side])
    table = CellTable.of(OUTCOME, WAVES, fold(names, [3] * 20 + [0] * 20, answers, answers >= 0))
    found = estimate(table)
    claim = conclude(table, found)
    assert (found.effect, found.pre_test_powered) == (0.0, False)
    assert (claim.level, claim.difference) == (0, None)
