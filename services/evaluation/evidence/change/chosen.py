"""Chosen: how much of a difference those make who may be compared for how they stood or fared.

Guards that nobody is: people who join later, such as those who enrol because they stand low, rise by themselves, and
the waves before they joined know nothing of them; and of an organisation of which some begin and others do not, who
counts as begun is declared nowhere. How few they are says nothing of how much they make.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared, starting, units
from services.evaluation.evidence.change.mixed import several

_FIRST = 1


def by_choosing(table: CellTable, control: str, *, alike: bool) -> float:
    """Return how much further the difference goes than that between those alone who answered the first wave, in
    organisations whose people begin together; in the outcome's unit, and without end where a side has nobody of these.

    Starts and waves weigh as in the estimate, by people, or `alike` by organisations; one at which a side has nobody
    of these plays no part in the difference between them.
    """
    starts, mixed = starting(table), several(table)
    every, left, made = 0, 0, [Fraction(0), Fraction(0)]
    for one in compared(table, control):
        sides = (one.own, one.others)
        if not all(map(units, sides)):
            continue
        weight, waves = len(units(one.own)) if alike else starts[one.cohort], (one.cohort - 1, one.wave)
        every, made[0] = every + weight, made[0] + weight * _difference(sides, waves, alike=alike)
        some = tuple([cell for cell in side if _foreseen(cell, mixed)] for side in sides)
        if all(map(units, some)):
            left, made[1] = left + weight, made[1] + weight * _difference(some, waves, alike=alike)
    return float(made[0] / every - made[1] / left) if left else inf


def _foreseen(cell: Cell, mixed: set[str]) -> bool:
    return cell.pattern[0] == _FIRST and cell.organisation not in mixed


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
