"""Ends: where answers stop, and how many of each side stood there."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.cells import Cell, Key
from services.evaluation.evidence.change.ends import Ends, counted, uneven, used

SEVEN = Ends(1, 7)


def person(*scores: int) -> Cell:
    return Cell.person(Key("R0A", 0, tuple(range(1, len(scores) + 1))), scores)


def test_scores_are_counted_over_cells() -> None:
    assert counted([person(3, 4), person(3, 5)], 1) == {3: 2}
    assert counted([person(3, 4), person(3, 5)], 2) == {4: 1, 5: 1}


def test_where_one_cell_does_not_count_nothing_is_counted() -> None:
    """Half the people would be read as all of them."""
    assert counted([person(3, 4), replace(person(3, 5), scores=None)], 1) is None
    assert counted([replace(person(3, 5), scores={2: {5: 1}})], 1) is None


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ([{2: 50, 5: 50}], Ends(2, 5)),
        ([{2: 50, 4: 50}, {3: 100}, {3: 5, 5: 5}], Ends(2, 5)),
        ([{1: 50, 5: 50}, {4: 49, 7: 1}], Ends(1, 7)),
        ([{1: 1, 3: 50, 5: 48, 7: 1}], Ends(3, 5)),
        ([{1: 2, 3: 50, 5: 46, 7: 2}], Ends(1, 7)),
        ([{3: 98, 4: 50, 6: 1, 7: 1}], Ends(3, 6)),
    ],
)
def test_a_scale_ends_where_answers_do_and_a_slip_of_the_pen_does_not_count(
    sides: list[Mapping[int, int]], expected: Ends
) -> None:
    """More than one in a hundred of a side have to have gone so far, or further."""
    assert used(SEVEN, sides) == expected


def test_a_scale_never_ends_beyond_what_was_declared() -> None:
    assert used(Ends(2, 4), [{1: 5, 5: 5}]) == Ends(2, 4)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({1: 1, 3: 8, 5: 1}, {1: 1, 3: 8, 5: 1}, 0),
        ({1: 1, 3: 8, 5: 1}, {3: 7, 5: 3}, Fraction(2, 10)),
        ({1: 4, 3: 5, 5: 1}, {1: 1, 3: 8, 5: 1}, Fraction(3, 10)),
        ({3: 9, 5: 1}, {3: 9, 5: 1, 6: 5, 7: 5}, Fraction(11, 20) - Fraction(1, 10)),
    ],
)
def test_the_end_at_which_sides_differ_most_counts(
    one: Mapping[int, int], other: Mapping[int, int], expected: Fraction
) -> None:
    assert uneven(one, other, Ends(1, 5)) == uneven(other, one, Ends(1, 5)) == expected


@pytest.mark.parametrize("yes", [1, 100])
def test_of_yes_and_no_the_means_say_it_all(yes: int) -> None:
    """However they are written: nobody stands between the ends."""
    assert uneven({0: 5, yes: 5}, {0: 7, yes: 3}, Ends(0, yes)) == 0
    assert uneven({0: 5, yes + 1: 5}, {0: 7, 1: 1, yes + 1: 2}, Ends(0, yes + 1)) == Fraction(3, 10)


COUNTS = st.dictionaries(st.integers(1, 7), st.integers(1, 50), min_size=1)


@given(COUNTS, COUNTS)
def test_a_scale_declared_wider_than_anybody_used_changes_nothing(
    one: Mapping[int, int], other: Mapping[int, int]
) -> None:
    assert used(Ends(-90, 90), [one, other]) == used(SEVEN, [one, other])
