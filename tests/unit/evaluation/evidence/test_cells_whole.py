"""Moments that no whole-number scores have: refused, because they would make a change look surer than it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.cells import parse
from services.evaluation.evidence.cells.whole import rank, squares_are_possible
from services.evaluation.evidence.errors import EvidenceError


def cells(sums: list[int], products: list[list[int]], low: int = 1, high: int = 5, n: int = 100) -> str:
    waves = [f"2023-{month:02}" for month in range(1, len(sums) + 1)]
    plain: dict[str, Any] = {"organisation": "A", "cohort": 2, "pattern": list(range(1, len(sums) + 1))}
    plain |= {"n": n, "sums": sums, "products": products}
    outcome = {"name": "confidence", "low": low, "high": high}
    return json.dumps({"format": "groundswell-cells/1", "outcome": outcome, "waves": waves, "cells": [plain]})


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (cells([300, 350], [[1000, 1150], [1150, 1326]]), "products[1][0]"),
        (cells([300, 350], [[1000, 1150], [1150, 1325]]), "products[1][1]"),
        (cells([300, 301], [[100_000, 100_000], [100_000, 100_001]]), "products[0][0]"),
        (cells([300, 350], [[1001, 1150], [1150, 1350]]), "products[0][0]"),
        (cells([350, 300], [[1224, 1050], [1050, 1000]]), "products[0][0]"),
        (cells([300, 300], [[1000, 10**400], [10**400, 1000]]), "products[1][0]"),
        (cells([300, 300], [[10**400, 900], [900, 1000]]), "products[0][0]"),
        (cells([300, 300], [[9 * 10**308, 900], [900, 1000]]), "products[0][0]"),
        (
            cells([0, 100], [[10**13, 10**13 + 1000], [10**13 + 1000, 10**13 + 1000]], -(10**6), 10**6),
            "products[1][0]",
        ),
        (cells([300], [[1000]], -(10**9), 10**9), "outcome.low"),
    ],
    ids=[
        "changes that sum to 50 with squares 26",
        "everybody changes by half a point",
        "squares beyond the scale",
        "odd squares of an even sum",
        "squares below the least",
        "a product without end",
        "a square without end",
        "a square that floats just hold",
        "a negative variance within rounding",
        "a scale beyond a million",
    ],
)
def test_moments_that_no_scores_have_are_refused_with_their_place(text: str, field: str) -> None:
    """MCR-27: a sum of squares that is too small would narrow the interval."""
    with pytest.raises(EvidenceError) as refused:
        parse(text, "cells.json")
    assert (refused.value.file, refused.value.field) == ("cells.json", field)


def test_a_negative_direction_that_no_pair_of_waves_shows_is_found() -> None:
    """Each pair of the three is possible; all three together are not, by less than floats can tell from nothing."""
    n, big = 4, 4 * 10**8
    pairwise = [[big, 0, big - 2], [0, big, big - 2], [big - 2, big - 2, 2 * big - 8]]
    assert rank([[n * entry for entry in row] for row in pairwise]) is None
    with pytest.raises(EvidenceError) as refused:
        parse(cells([0, 0, 0], pairwise, -(10**6), 10**6, n), "cells.json")
    assert refused.value.field == "products"


@given(st.lists(st.integers(-7, 9), max_size=12))
def test_whatever_people_answered_is_possible(scores: list[int]) -> None:
    assert squares_are_possible(len(scores), sum(scores), sum(score**2 for score in scores), -7, 9)


@given(st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), max_size=5))
def test_the_rank_of_people_is_at_most_their_number(people: list[list[int]]) -> None:
    products = [[sum(row[i] * row[j] for row in people) for j in range(3)] for i in range(3)]
    found = rank(products)
    assert found is not None
    assert found <= len(people)


def test_a_matrix_with_a_negative_direction_has_no_rank() -> None:
    for matrix in ([[-1]], [[0, 1], [1, 0]], [[1, 2], [2, 1]], [[2, 1, 1], [1, 2, -2], [1, -2, 2]]):
        assert rank(matrix) is None
    assert rank([[0, 0], [0, 0]]) == 0
    assert rank([[1, 1], [1, 1]]) == 1
