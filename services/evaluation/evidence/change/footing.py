"""Footing: how far apart both sides of a comparison began, and how much room the scale left each of them.

Guards that sides which a rating scale lets move differently are not read as sides that a programme moved differently:
who begins near the top cannot rise as far as who begins in the middle, whatever reaches both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf, sqrt
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell, CellTable, Outcome


@dataclass(frozen=True, slots=True)
class Footing:
    """The worst over all starts and waves that are compared, in standard deviations between people before the start.

    Deviations are those within the sides, put together by people. No average is taken over starts: of two cohorts,
    one far above the comparison and one far below, it would make one that is alike.
    """

    apart: float
    """How far the means of both sides lay apart at the last wave before a start."""
    room: float
    """From a side's mean to the nearer end of the scale, at the last wave before a start or at a wave since."""


class _Side(NamedTuple):
    """People of one side who answered before the start and at a wave since; means and variance are exact."""

    people: int
    before: Fraction
    after: Fraction
    variance: Fraction
    """Before the start, of people around their side's mean; by `people`, not by one less."""


def footing(table: CellTable, control: str) -> Footing:
    """Return how those compared stood: each cohort against `never_treated` people, or those `not_yet_treated` too.

    Where nobody is compared they are without end apart and have no room.
    """
    pairs = [(*pair, _deviation(*pair)) for pair in _pairs(table, not_yet=control == "not_yet_treated")]
    return Footing(
        apart=max((_in(abs(one.before - other.before), by) for one, other, by in pairs), default=inf),
        room=min((_in(_room(side, table.outcome), by) for *pair, by in pairs for side in pair), default=0.0),
    )


def _pairs(table: CellTable, *, not_yet: bool) -> Iterator[tuple[_Side, _Side]]:
    """Yield the two sides of every difference that the estimate averages: a cohort and a wave since its start."""
    for cohort in sorted({cell.cohort for cell in table.cells if cell.cohort > 1}):
        for wave in range(cohort, len(table.waves) + 1):
            took = [cell for cell in table.cells if {cohort - 1, wave} <= set(cell.pattern)]
            own = _side((cell for cell in took if cell.cohort == cohort), cohort - 1, wave)
            others = (cell for cell in took if cell.cohort == 0 or (not_yet and cell.cohort > wave))
            comparison = _side(others, cohort - 1, wave)
            if own and comparison:
                yield own, comparison


def _side(cells: Iterable[Cell], before: int, after: int) -> _Side | None:
    people = base = squares = later = 0
    for cell in cells:
        at = cell.pattern.index(before)
        people, base, squares = people + cell.n, base + cell.sums[at], squares + cell.products[at][at]
        later += cell.sums[cell.pattern.index(after)]
    if not people:
        return None
    mean = Fraction(base, people)
    return _Side(people, mean, Fraction(later, people), Fraction(squares, people) - mean**2)


def _deviation(one: _Side, other: _Side) -> float:
    return sqrt((one.people * one.variance + other.people * other.variance) / (one.people + other.people))


def _room(side: _Side, outcome: Outcome) -> Fraction:
    return min(min(mean - outcome.low, outcome.high - mean) for mean in (side.before, side.after))


def _in(distance: Fraction, deviation: float) -> float:
    """Return a distance in deviations; where people do not differ at all any distance is without end."""
    if not distance:
        return 0.0
    return float(distance) / deviation if deviation else inf
