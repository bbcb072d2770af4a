"""Joined: those compared who first answered after the first wave, when it was known who would begin.

Guards that nobody is compared for how they stood: people who join later, such as those who enrol because they stand
low, rise by themselves on the side that recruits them, and the waves before they joined know nothing of them.
"""

from collections.abc import Sequence
from fractions import Fraction

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared, units
from services.evaluation.evidence.change.without import without

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
    outcome's unit; without end where nobody of a side did. `alike` as above.
    """
    return without(table, control, lambda cell: cell.pattern[0] == _FIRST, alike=alike)


def _part(side: Sequence[Cell], *, alike: bool) -> Fraction:
    sizes = units(side)
    late = units(cell for cell in side if cell.pattern[0] > _FIRST)
    if not alike:
        return Fraction(late.total(), sizes.total())
    return sum((Fraction(many, sizes[unit]) for unit, many in late.items()), Fraction(0)) / len(sizes)
