"""Mixed: how many of those compared belong to organisations in which some people begin and others do not.

Guards that nobody's place is chosen by how they fared. A declaration names organisations and their starts, never
people: who of a mixed organisation counts as begun is in the cells alone, and whoever kept the list may have counted
those as begun who finished.
"""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared


def mixed(table: CellTable, control: str) -> Fraction:
    """Return the larger part of the two sides that belongs to organisations whose people have several starts; people
    count once for each wave at which they are compared, as in the estimate.

    To have begun at the first wave is a start: such people are left out of every comparison. `control` is
    `never_treated` or `not_yet_treated`. All of a side where nobody is compared.
    """
    starts: dict[str, set[int]] = defaultdict(set)
    for cell in table.cells:
        starts[cell.organisation].add(cell.cohort)
    several = {name for name, own in starts.items() if len(own) > 1}
    pairs = [(one.own, one.others) for one in compared(table, control) if one.own and one.others]
    return max(_part(chain.from_iterable(pair[side] for pair in pairs), several) for side in (0, 1))


def _part(side: Iterable[Cell], several: set[str]) -> Fraction:
    people = within = 0
    for cell in side:
        people, within = people + cell.n, within + cell.n * (cell.organisation in several)
    return Fraction(within, people) if people else Fraction(1)
