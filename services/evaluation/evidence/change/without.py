"""Without: how much further a difference goes than that between those alone whom nobody chose for how they stood.

Guards that a few who were chosen do not make what many show: how few they may be says nothing of how much that is.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import inf

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared, starting, units


def without(table: CellTable, control: str, kept: Callable[[Cell], bool], *, alike: bool = False) -> float:
    """Return how much further the difference goes than that between those alone who are `kept`, in the outcome's unit;
    without end where nobody of a side is.

    Starts and waves weigh as in the estimate, by people, or `alike` by organisations; one of which nobody of a side is
    kept plays no part in the difference between those who are.
    """
    starts = starting(table)
    every, left, made = 0, 0, [Fraction(0), Fraction(0)]
    for one in compared(table, control):
        sides = (one.own, one.others)
        if not all(map(units, sides)):
            continue
        weight, waves = len(units(one.own)) if alike else starts[one.cohort], (one.cohort - 1, one.wave)
        every, made[0] = every + weight, made[0] + weight * _difference(sides, waves, alike=alike)
        some = tuple([cell for cell in side if kept(cell)] for side in sides)
        if all(map(units, some)):
            left, made[1] = left + weight, made[1] + weight * _difference(some, waves, alike=alike)
    return float(made[0] / every - made[1] / left) if left else inf


def _difference(sides: Sequence[Sequence[Cell]], waves: tuple[int, int], *, alike: bool) -> Fraction:
    own, others = (_gain(side, waves, alike=alike) for side in sides)
    return own - others


def _gain(side: Sequence[Cell], waves: tuple[int, int], *, alike: bool) -> Fraction:
    """Return how far a side moved on average: its people, or its organisations alike."""
    (before, after), sizes, gain = waves, units(side), Fraction(0)
    for cell in (cell for cell in side if cell.n):
        many = sizes[cell.organisation, cell.cohort] * len(sizes) if alike else sizes.total()
        gain += Fraction(cell.sums[cell.pattern.index(after)] - cell.sums[cell.pattern.index(before)], many)
    return gain
