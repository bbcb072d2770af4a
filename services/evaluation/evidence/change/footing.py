"""Footing: how far apart both sides of a comparison began, and how much room the scale left each of them.

Guards that sides which a rating scale lets move differently are not read as sides that a programme moved differently:
who begins near the top cannot rise as far as who begins in the middle, whatever reaches both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf, sqrt
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell, CellTable, Histogram
from services.evaluation.evidence.change.compared import compared
from services.evaluation.evidence.change.ends import Ends, counted, declared, uneven, used


@dataclass(frozen=True, slots=True)
class Footing:
    """The worst over all starts and waves that are compared; distances in standard deviations before the start.

    Deviations are those of people within the sides, put together by people. No average is taken over starts: of two
    cohorts, one far above the comparison and one far below, it would make one that is alike.
    """

    apart: float
    """How far the means of both sides lay apart at the last wave before a start."""
    room: float
    """From a side's mean to the nearer end of the scale, at the last wave before a start or at a wave since.

    The scale ends where its file says, or where answers do, if cells say how many gave which.
    """
    spread: float
    """How many times the deviation of one side was that of the other at the last wave before a start; 1 if alike."""
    uneven: float
    """How far the parts of both sides that stood at an end of the scale lay apart then; without end if not known."""


class _Side(NamedTuple):
    """People of one side who answered before the start and at a wave since; means and variance are exact."""

    people: int
    before: Fraction
    after: Fraction
    variance: Fraction
    """Before the start, of people around their side's mean; by `people`, not by one less."""
    scores: tuple[Histogram, Histogram] | None
    """Before and after; None where a cell does not hold both."""


def footing(table: CellTable, control: str) -> Footing:
    """Return how those compared stood: each cohort against `never_treated` people, or those `not_yet_treated` too.

    Where nobody is compared they are without end apart and have no room.
    """
    scale = declared(table.outcome)
    found = [_footing(*pair, scale) for pair in _pairs(table, control)]
    return Footing(
        apart=max((one.apart for one in found), default=inf),
        room=min((one.room for one in found), default=0.0),
        spread=max((one.spread for one in found), default=inf),
        uneven=max((one.uneven for one in found), default=inf),
    )


def _footing(one: _Side, other: _Side, scale: Ends) -> Footing:
    by, parts = _deviation(one, other), inf
    if one.scores and other.scores:
        scale = used(scale, [*one.scores, *other.scores])
        parts = float(uneven(one.scores[0], other.scores[0], scale))
    return Footing(
        apart=_in(abs(one.before - other.before), by),
        room=min(_in(_room(side, scale), by) for side in (one, other)),
        spread=_wider(one.variance, other.variance),
        uneven=parts,
    )


def _pairs(table: CellTable, control: str) -> Iterator[tuple[_Side, _Side]]:
    """Yield the two sides of every difference that the estimate averages: a cohort and a wave since its start."""
    for one in compared(table, control):
        own, others = (_side(side, one.cohort - 1, one.wave) for side in (one.own, one.others))
        if own and others:
            yield own, others


def _side(took: Iterable[Cell], before: int, after: int) -> _Side | None:
    cells = tuple(took)
    people = base = squares = later = 0
    for cell in cells:
        at = cell.pattern.index(before)
        people, base, squares = people + cell.n, base + cell.sums[at], squares + cell.products[at][at]
        later += cell.sums[cell.pattern.index(after)]
    if not people:
        return None
    mean = Fraction(base, people)
    at_first, at_last = counted(cells, before), counted(cells, after)
    scores = None if at_first is None or at_last is None else (at_first, at_last)
    return _Side(people, mean, Fraction(later, people), Fraction(squares, people) - mean**2, scores)


def _deviation(one: _Side, other: _Side) -> float:
    return sqrt((one.people * one.variance + other.people * other.variance) / (one.people + other.people))


def _wider(one: Fraction, other: Fraction) -> float:
    """Return how many times the wider spread is the narrower, as deviations; without end where only one is nothing."""
    narrow, wide = sorted((one, other))
    return sqrt(wide / narrow) if narrow else inf if wide else 1.0


def _room(side: _Side, scale: Ends) -> Fraction:
    """Return how near a side's mean came to an end; not less than none, though few answers may draw it beyond."""
    return max(Fraction(0), min(min(mean - scale.low, scale.high - mean) for mean in (side.before, side.after)))


def _in(distance: Fraction, deviation: float) -> float:
    """Return a distance in deviations; where people do not differ at all any distance is without end."""
    if not distance:
        return 0.0
    return float(distance) / deviation if deviation else inf
