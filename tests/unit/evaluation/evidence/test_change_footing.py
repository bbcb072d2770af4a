"""Footing: how far apart both sides began, and how much room the scale left them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome
from services.evaluation.evidence.change import Footing, footing

SCALE = Outcome(name="confidence", low=1, high=5)
YES = Outcome(name="confidence", low=0, high=1)
WAVES = ("2023-09", "2024-01", "2024-05", "2024-09")
NEVER, LATER = "never_treated", "not_yet_treated"

Scores = Sequence[int]
"""Of one person: the first two waves, or as many as there are."""


def table(sides: Mapping[int, Sequence[Scores]], scale: Outcome = SCALE) -> CellTable:
    """People by the wave at which their programme begins, 0 for never."""
    people = [
        Cell.person(Key(f"{cohort}-{place % 3}", cohort, tuple(range(1, len(scores) + 1))), scores)
        for cohort, side in sides.items()
        for place, scores in enumerate(side)
    ]
    return CellTable.of(scale, WAVES, people)


def stood(sides: Mapping[int, Sequence[Scores]], control: str = NEVER, scale: Outcome = SCALE) -> tuple[float, float]:
    """How far apart and with how much room, by what the sums say and the file declares: scores are not counted."""
    whole = table(sides, scale)
    found = footing(replace(whole, cells=tuple(replace(cell, scores=None) for cell in whole.cells)), control)
    assert found.uneven == inf
    return found.apart, found.room


def test_sides_are_apart_by_the_spread_within_them() -> None:
    """Means 2 and 4, each side spread by 1 around its own: two deviations, whatever lies between the sides."""
    assert stood({2: [(1, 2), (3, 2)], 0: [(3, 3), (5, 3)]}) == (2, 1)


def test_the_larger_side_says_more_of_the_spread() -> None:
    treated, others = [1, 3], [2, 2, 2, 2, 2, 4]
    found = footing(table({2: [(one, 3) for one in treated], 0: [(one, 3) for one in others]}), NEVER)
    variance = (2 * np.var(treated) + 6 * np.var(others)) / 8
    assert found.apart == pytest.approx((np.mean(others) - np.mean(treated)) / np.sqrt(variance))


@pytest.mark.parametrize(
    ("treated", "others"),
    [
        ([(4, 3), (5, 3)], [(3, 3), (3, 3)]),
        ([(3, 4), (3, 5)], [(2, 3), (4, 3)]),
        ([(3, 3), (3, 3)], [(2, 5), (4, 4)]),
        ([(3, 3), (3, 3)], [(2, 1), (4, 2)]),
        ([(1, 3), (2, 3)], [(3, 3), (3, 3)]),
    ],
)
def test_room_is_the_least_of_either_side_before_or_since_at_either_end(
    treated: Sequence[Scores], others: Sequence[Scores]
) -> None:
    before = [[first for first, _ in side] for side in (treated, others)]
    deviation = np.sqrt(np.mean([np.var(side) for side in before]))
    assert stood({2: treated, 0: others})[1] == pytest.approx(0.5 / deviation)


def test_who_is_not_part_of_the_difference_does_not_count() -> None:
    """Nobody who answered once, and nobody whose programme had begun before the first wave."""
    sides = {2: [(2, 3), (4, 3)], 0: [(2, 3), (4, 3)]}
    more = {2: [*sides[2], (5,)], 0: [*sides[0], (5,)], 1: [(5, 5), (5, 5)]}
    assert stood(more) == stood(sides) == (0, 2)
    assert footing(table(more), NEVER) == footing(table(sides), NEVER)


def test_those_who_begin_later_count_where_they_are_compared_and_only_until_they_begin() -> None:
    here, above = [(2, 2, 3), (4, 4, 3)], [(3, 3, 5), (5, 5, 5)]
    assert stood({2: here, 3: above}, LATER) == (1, 1)
    assert stood({2: here, 3: above}, NEVER) == (inf, 0)


def test_whoever_is_compared_counts_as_one_side() -> None:
    """Two who never begin and two, a point above, who begin after the last wave that anybody answered."""
    here, above = [(2, 2, 2), (4, 4, 4)], [(3, 3, 3), (5, 5, 5)]
    sides, deviation = {2: here, 0: here, 4: above}, np.sqrt((2 * 1 + 4 * 1.25) / 6)
    assert stood(sides) == (0, 2)
    assert stood(sides, LATER) == pytest.approx((0.5 / deviation, 1.5 / deviation))


def test_no_average_makes_one_alike_of_a_cohort_above_and_a_cohort_below() -> None:
    low, high = [(1, 1, 3), (3, 3, 3)], [(3, 3, 3), (5, 5, 3)]
    found = footing(table({2: low, 3: high, 0: [(2, 2, 3), (4, 4, 3)]}), NEVER)
    assert found.apart == 1


@pytest.mark.parametrize(("ones", "room"), [(5, 1.0), (8, 0.5), (2, 0.5), (9, 1 / 3), (1, 1 / 3), (10, 0.0)])
def test_yes_and_no_leave_half_a_deviation_between_one_in_five_and_four_in_five(ones: int, room: float) -> None:
    """Why half a deviation and not one: of yes and no, one would let nothing through but half and half."""
    side = [(1, 1)] * ones + [(0, 0)] * (10 - ones)
    found = footing(table({2: side, 0: side}, YES), NEVER)
    assert found == Footing(apart=0, room=pytest.approx(room), spread=1, uneven=0)


def test_where_people_do_not_differ_any_distance_is_without_end() -> None:
    assert stood({2: [(3, 3)], 0: [(3, 3)]}) == (0, inf)
    assert stood({2: [(3, 3)], 0: [(4, 4)]}) == (inf, inf)
    assert stood({2: [(5, 5)], 0: [(5, 5)]}) == (0, 0)


@pytest.mark.parametrize("sides", [{}, {2: [(3, 3)]}, {0: [(3, 3)]}, {3: [(3, 3)], 0: [(3, 3)]}])
def test_where_nobody_is_compared_there_is_no_footing(sides: Mapping[int, Sequence[Scores]]) -> None:
    assert footing(table(sides), NEVER) == Footing(apart=inf, room=0, spread=inf, uneven=inf)


SIDES = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=8)


@given(SIDES, SIDES)
def test_the_scale_turned_round_leaves_the_same_footing(
    treated: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]
) -> None:
    """Top and floor are one rule, and it does not matter which side is which."""
    found = footing(table({2: treated, 0: others}), NEVER)
    turned = footing(table({2: [(6 - x, 6 - y) for x, y in others], 0: [(6 - x, 6 - y) for x, y in treated]}), NEVER)
    one, two = ((each.apart, each.room, each.spread, each.uneven) for each in (turned, found))
    assert one == pytest.approx(two)


@given(SIDES, SIDES)
def test_a_wider_scale_leaves_more_room_and_the_same_distance(
    treated: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]
) -> None:
    sides = {2: treated, 0: others}
    narrow, wide = stood(sides), stood(sides, scale=Outcome(name="c", low=0, high=7))
    assert wide[0] == narrow[0]
    assert wide[1] > narrow[1] or narrow[1] == inf


@given(SIDES, SIDES)
def test_a_wider_scale_that_nobody_used_leaves_none(
    treated: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]
) -> None:
    """Where cells count scores: a file that declares 0 to 7 for answers of 1 to 5 takes no end away."""
    sides = {2: treated, 0: others}
    assert footing(table(sides, Outcome(name="c", low=-9, high=9)), NEVER) == footing(table(sides), NEVER)


@given(SIDES, SIDES)
def test_counting_scores_never_leaves_more_room(
    treated: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]
) -> None:
    sides = {2: treated, 0: others}
    assert footing(table(sides), NEVER).room <= stood(sides)[1]


@pytest.mark.parametrize(
    ("treated", "others", "times"),
    [([2, 4], [1, 5], 2), ([1, 5], [2, 4], 2), ([2, 3, 4], [2, 3, 4], 1), ([3, 3], [3, 3], 1), ([3, 3], [2, 4], inf)],
)
def test_spread_is_the_wider_sides_in_the_narrower_ones(
    treated: Sequence[int], others: Sequence[int], times: float
) -> None:
    """The same mean on both sides, and after the start all of one score: only where people began counts."""
    found = footing(table({2: [(one, 3) for one in treated], 0: [(one, 3) for one in others]}), NEVER)
    assert (found.apart, found.spread) == (0, pytest.approx(times))


def test_at_the_ends_those_count_who_stood_there_before_the_start() -> None:
    """Half of the comparison begins at the top, none of the programme's side; that these arrive there is no fault."""
    treated, others = [(2, 5), (3, 5), (4, 5), (3, 5)], [(1, 3), (1, 3), (5, 3), (5, 3)]
    assert footing(table({2: treated, 0: others}), NEVER).uneven == 0.5
    assert footing(table({2: treated, 0: treated}), NEVER).uneven == 0


def test_the_worst_start_counts_for_spread_and_ends_too() -> None:
    narrow, wide = [(3, 2, 3), (3, 4, 3)], [(3, 1, 3), (3, 5, 3)]
    found = footing(table({3: wide, 2: [(2, 3, 3), (4, 3, 3)], 0: [(2, 2, 3), (4, 4, 3)]}), NEVER)
    assert found.spread == 2
    assert found.uneven == 0.5
    assert footing(table({3: narrow, 0: narrow}), NEVER).spread == 1


def test_a_slip_of_the_pen_draws_no_mean_beyond_the_end() -> None:
    """Of 200 one says 5: the scale ends at 3, where all others stand, and no deviation makes room of it."""
    side = [(3, 3)] * 199
    found = footing(table({2: [*side, (3, 5)], 0: side}), NEVER)
    assert found.room == 0
