"""Mixed: how many of those compared belong to organisations in which some people begin and others do not.

Guards that nobody's place is chosen by how they fared. A declaration names organisations and their starts, never
people: who of a mixed organisation counts as begun is in the cells alone, and whoever kept the list may have counted
those as begun who finished.
"""

from collections import defaultdict

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change.resting import Resting, resting


def mixed(table: CellTable, control: str) -> float:
    """Return the larger part of the two sides that belongs to organisations whose people have several starts; people
    count for as much as they do in the estimate, in which a few who are all that is left to compare with decide much.

    To have begun at the first wave is a start: such people are left out of every comparison. `control` is
    `never_treated` or `not_yet_treated`. All of a side where nobody is compared.
    """
    names = of_several_starts(table)
    return max(_part(side, names) for side in resting(table, control, alike=False))


def of_several_starts(table: CellTable) -> set[str]:
    """Return the organisations whose people have several starts."""
    starts: dict[str, set[int]] = defaultdict(set)
    for cell in table.cells:
        starts[cell.organisation].add(cell.cohort)
    return {name for name, own in starts.items() if len(own) > 1}


def _part(side: Resting, names: set[str]) -> float:
    return sum(part for name, part in side.parts.items() if name in names) if side.parts else 1.0
