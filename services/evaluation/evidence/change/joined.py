"""Joined: what part of those compared first answered after the first wave, when it was known who would begin.

Guards that chance decided who is compared, not only which organisations: people who join after a draw, such as those
who enrol because they stand low, rise by themselves on the side that recruits them.
"""

from collections.abc import Sequence
from fractions import Fraction

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared, units

_FIRST = 1


def joined(table: CellTable, control: str, *, alike: bool) -> Fraction:
    """Return the largest such part of a side, of any start and wave that is compared; all where nobody is.

    `alike` says that organisations count alike, whatever their size: each person is that part of theirs.
    """
    sides = [(one.own, one.others) for one in compared(table, control)]
    parts = [_part(side, alike=alike) for pair in sides if all(map(units, pair)) for side in pair]
    return max(parts, default=Fraction(1))


def _part(side: Sequence[Cell], *, alike: bool) -> Fraction:
    sizes = units(side)
    late = units(cell for cell in side if cell.pattern[0] > _FIRST)
    if not alike:
        return Fraction(late.total(), sizes.total())
    return sum((Fraction(many, sizes[unit]) for unit, many in late.items()), Fraction(0)) / len(sizes)
