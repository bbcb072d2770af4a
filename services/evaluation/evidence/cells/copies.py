"""One organisation under several names: the same people's answers, counted again.

Guards the number of organisations, on which the level of a claim and its interval rest: copying an organisation makes
both look surer than the people asked can make them.
"""

from collections.abc import Iterable
from math import pi, sqrt

from services.evaluation.evidence.cells.cell import Cell

_FEWEST = 5
"""People: fewer answer alike by chance, on a short scale, too often."""
_SELDOM = 1e-6
"""Of two organisations that have nothing to do with each other; a region has some thousand such pairs."""


def copies(cells: Iterable[Cell]) -> tuple[str, str] | None:
    """Return two names under which cells hold the very same sums and products, too many for chance, or None.

    Whether a cell's people are said to have begun, and by which instrument they were asked, plays no part.
    """
    first: dict[object, str] = {}
    chances: dict[tuple[str, str], float] = {}
    for cell in cells:
        if cell.n < _FEWEST:
            continue
        name = first.setdefault((cell.pattern, cell.n, cell.sums, cell.products), cell.organisation)
        if name == cell.organisation:
            continue
        pair = name, cell.organisation
        chances[pair] = chances.get(pair, 1.0) * _chance(cell)
        if chances[pair] < _SELDOM:
            return pair
    return None


def _chance(cell: Cell) -> float:
    """Return about how often other people, who answer alike in distribution, have these sums and sums of squares.

    Two sums of the same distribution meet in 1 of 2·√π standard deviations. Looked at are the first wave and the
    change from each wave to the next, since colleagues' scores resemble each other and what is left of them does not.
    Where everybody answers the same, this says nothing.
    """
    each = [(cell.sums[0], cell.products[0][0])]
    for late in range(1, len(cell.pattern)):
        own, before, both = cell.products[late][late], cell.products[late - 1][late - 1], cell.products[late][late - 1]
        each.append((cell.sums[late] - cell.sums[late - 1], own + before - 2 * both))
    chance = 1.0
    for total, squares in each:
        variance = squares / cell.n - (total / cell.n) ** 2
        for deviation in (sqrt(cell.n * max(variance, 0.0)), variance * sqrt(cell.n / 2)):
            chance /= max(1.0, 2 * sqrt(pi) * deviation)
    return chance
