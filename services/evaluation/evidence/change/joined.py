"""Joined: those compared who first answered after the first wave, when it was known who would begin.

Guards that nobody is compared for how they stood: people who join later, such as those who enrol because they stand
low, rise by themselves on the side that recruits them, and the waves before they joined know nothing of them.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared, starting, units

_FIRST = 1


def joined(table: CellTable, control: str, *, alike: bool) -> Fraction:
    """Return the largest such part of a side, of any start and wave that is compared; all where nobody is.

    `alike` says that organisations count alike, whatever their size: each person is that part of theirs.
    """
    sides = [(one.own, one.others) for one in compared(table, control)]
    parts = [_part(side, alike=alike) for pair in sides if all(map(units, pair)) for side in pair]
    return max(parts, default=Fraction(1))


def by_joining(table: CellTable, control: str, *, alike: bool) -> float:
    """Return how much further the difference goes than that between those alone who answered the first wave, in the
    outcome's unit; without end where nobody of a side did. Starts and waves weigh as in the estimate, by people, or
    `alike` by organisations.
    """
    starts = starting(table)
    every = [one for one in compared(table, control) if units(one.own) and units(one.others)]
    made, whole = Fraction(0), 0
    for one in every:
        first = [[cell for cell in side if cell.pattern[0] == _FIRST] for side in (one.own, one.others)]
        if not all(map(units, first)):
            return inf
        gains = [_gain(side, (one.cohort - 1, one.wave), alike=alike) for side in (one.own, one.others, *first)]
        weight = len(units(one.own)) if alike else starts[one.cohort]
        made, whole = made + weight * (gains[0] - gains[1] - gains[2] + gains[3]), whole + weight
    return float(made / whole) if whole else inf


def _gain(side: Sequence[Cell], waves: tuple[int, int], *, alike: bool) -> Fraction:
    """Return how far a side moved on average: its people, or its organisations alike."""
    (before, after), sizes, gain = waves, units(side), Fraction(0)
    for cell in (cell for cell in side if cell.n):
        many = sizes[cell.organisation, cell.cohort] * len(sizes) if alike else sizes.total()
        gain += Fraction(cell.sums[cell.pattern.index(after)] - cell.sums[cell.pattern.index(before)], many)
    return gain


def _part(side: Sequence[Cell], *, alike: bool) -> Fraction:
    sizes = units(side)
    late = units(cell for cell in side if cell.pattern[0] > _FIRST)
    if not alike:
        return Fraction(late.total(), sizes.total())
    return sum((Fraction(many, sizes[unit]) for unit, many in late.items()), Fraction(0)) / len(sizes)
