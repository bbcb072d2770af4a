"""Ranks: what steps and ends of a scale make of sides that would have moved alike."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.change import by_rank
from services.evaluation.evidence.claims import conclude, holding, ladder
from tests.unit.evaluation.evidence.claimed import KNOWN, SURE, WHOLE
from tests.unit.evaluation.evidence.test_change_footing import NEVER, table

SIDE = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=8)


def test_who_stood_where_there_was_room_would_have_moved_as_those_who_stood_there() -> None:
    """Half of the comparison stood at the end, and moved by half a point on average: of the others each by one."""
    others = [(3, 4), (3, 4), (5, 5), (5, 5)]
    assert by_rank(table({2: [(3, 3), (3, 5)], 0: others}), NEVER) == pytest.approx(0.5)
    assert by_rank(table({2: [(5, 5), (5, 3)], 0: others}), NEVER) == pytest.approx(-0.5)
    assert by_rank(table({2: [(4, 4), (4, 4)], 0: others}), NEVER) == pytest.approx(0.0)


@given(SIDE)
def test_sides_that_stood_alike_would_have_moved_alike(others: Sequence[tuple[int, int]]) -> None:
    assert by_rank(table({2: [(x, 3) for x, _ in others], 0: others}), NEVER) == pytest.approx(0.0)


@given(SIDE, SIDE)
def test_the_scale_turned_round_turns_the_sign(
    own: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]
) -> None:
    turned = {2: [(6 - x, 6 - y) for x, y in own], 0: [(6 - x, 6 - y) for x, y in others]}
    assert by_rank(table(turned), NEVER) == pytest.approx(-by_rank(table({2: own, 0: others}), NEVER))


def test_starts_count_by_their_people() -> None:
    others = [(3, 4, 4), (5, 5, 5)]
    one, three = [(3, 3, 3)], [(5, 5, 5)] * 3
    assert by_rank(table({2: one, 0: others}), NEVER) == pytest.approx(0.5)
    assert by_rank(table({2: one, 3: three, 0: others}), NEVER) == pytest.approx((2 * 0.5 + 3 * 0.0) / 5)


def test_what_is_not_counted_or_not_compared_is_without_end() -> None:
    cells = table({2: [(3, 3)], 0: [(3, 4)]})
    assert by_rank(replace(cells, cells=tuple(replace(cell, scores=None) for cell in cells.cells)), NEVER) == inf
    assert by_rank(table({2: [(3, 3)]}), NEVER) == inf


@pytest.mark.parametrize(("further", "level"), [(0.0, 3), (-9.0, 3), (4.0, 3), (4.1, 2), (inf, 2), (20.0, 2)])
def test_a_difference_that_the_scale_may_have_made_stays_a_comparison(
    monkeypatch: pytest.MonkeyPatch, further: float, level: int
) -> None:
    """Seven steps, 0.4 deviations apart, all rise by one: 9 of 40 regions without an effect were level 3."""
    monkeypatch.setattr(holding, "by_rank", lambda *_: further)
    claim = conclude(WHOLE, SURE, KNOWN)
    assert claim.level == level
    assert (ladder().limits["ranks"] in claim.limits) == (level == 2)
