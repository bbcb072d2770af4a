"""One organisation under several names: the same people's answers, counted again.

Guards the number of organisations, on which the level of a claim and its interval rest: copying an organisation makes
both look surer than the people asked can make them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from math import comb, log

import numpy as np
from numpy.typing import NDArray

from services.evaluation.evidence.cells.cell import Cell
from services.evaluation.evidence.cells.chance import FEWEST, but_one, chain, same, telling, together

_SELDOM = 1e-6
"""Of two organisations that have nothing to do with each other; a region has some thousand such pairs."""
_COMMONPLACE = 10
"""Organisations with the same cell, none a copy of another: what so many have says little, and takes long to pair."""
_BITS = 2**64 - 1
"""Sums are compared modulo 2⁶⁴ first, where no whole number is too large, and exactly afterwards."""


def copies(cells: Iterable[Cell]) -> tuple[str, str] | None:
    """Return two names under which the very same answers stand, too many for chance, or None.

    Two ways, as one of them alone is got round: the cells that two organisations have in common, of whatever size; and
    all their people together, wave by wave, of whom one may be missing. Waves and cells that differ are passed over.
    Whether a cell's people are said to have begun, and by which instrument they were asked, plays no part.
    """
    everybody: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.n:
            everybody[cell.organisation].append(cell)
    names = list(everybody)
    for late, early, chance in _pairs(list(everybody.values())):
        if chance < _SELDOM:
            return names[early], names[late]
    return None


def _pairs(everybody: Sequence[list[Cell]]) -> Iterator[tuple[int, int, float]]:
    """Yield two organisations by their places, the later first, and the chance of what they have in common."""
    holders: dict[object, dict[int, Cell]] = defaultdict(dict)
    whole = _Whole(everybody)
    for late, cells in enumerate(everybody):
        common: dict[int, list[Cell]] = defaultdict(list)
        for cell in cells:
            others = holders[cell.pattern, cell.n, cell.sums, cell.products]
            if len(others) < _COMMONPLACE:
                for early, other in others.items():
                    common[early].append(_as_far_as_equal(cell, other))
            others[late] = cell
        common.pop(late, None)
        for early, found in common.items():
            if sum(cell.n for cell in found) >= FEWEST:
                yield late, early, _in_common(found, min(len(cells), len(everybody[early])))
        for early in whole.like(late):
            yield late, early, whole.chance(early, late)


def _as_far_as_equal(cell: Cell, other: Cell) -> Cell:
    """Without histograms where they differ, though the sums do not: less is in common, and more of it by chance."""
    if cell.scores == other.scores and cell.changes == other.changes:
        return cell
    return replace(cell, scores=None, changes=None)


def _in_common(cells: Sequence[Cell], of: int) -> float:
    """Return the chance of having these cells of so many in common; people of small cells count as one crowd."""
    small = [cell for cell in cells if cell.n < FEWEST]
    chance = 1.0 * comb(of, min(len(cells), of))
    for crowd in [*([cell] for cell in cells if cell.n >= FEWEST), small]:
        if sum(cell.n for cell in crowd) >= FEWEST:
            chance *= chain(crowd, sorted({wave for cell in crowd for wave in cell.pattern}))
    return chance


class _Whole:
    """Organisations with all their people together, whatever waves each of these answered."""

    def __init__(self, everybody: Sequence[list[Cell]]) -> None:
        waves = range(1, 1 + max((cell.pattern[-1] for cells in everybody for cell in cells), default=0))
        self._together = cache(lambda place, early, late: together(everybody[place], early, late))
        each = [[self._together(place, wave, wave) for wave in waves] for place in range(len(everybody))]
        self._telling = np.array([[telling(one) for one in own] for own in each])
        self._sums = np.array(
            [[[number & _BITS for number in one[:3]] for one in own] for own in each], dtype=np.uint64
        )

    def like(self, late: int) -> list[int]:
        """Return which earlier organisations may be this one, by the waves at which the sums are the same, but for one.

        Most pairs need not be looked at any closer.
        """
        most = (self._fitting(late) * self._telling[late]).sum(axis=1)
        return np.flatnonzero(most > -log(_SELDOM)).tolist()

    def _fitting(self, late: int) -> NDArray[np.bool_]:
        n, total, squares = np.moveaxis(self._sums[:late] - self._sums[late], 2, 0)
        one, few = np.uint64(1), self._sums[late, :, 0] < FEWEST
        equal = (n == 0) & (total == 0) & (squares == 0)
        more, less = (n == one) & (squares == total**2), (n == ~np.uint64(0)) & (squares + total**2 == 0)
        return np.asarray((equal | more | less) & ~few)

    def chance(self, early: int, late: int) -> float:
        """Return the chance of all waves that agree, the one person always missing from the same organisation."""
        return min(self._chance(early, late), self._chance(late, early))

    def _chance(self, more: int, less: int) -> float:
        """Return the chance of the waves at which the first has the answers of the second, or one person's besides."""
        chance, last, agreeing, one_less = 1.0, 0, 0, 1
        both = (np.flatnonzero((self._sums[[more, less], :, 0] >= FEWEST).all(axis=0)) + 1).tolist()
        for wave in both:
            links = [self._link(more, less, early, wave) for early in (wave, last or wave)]
            if None in links:
                continue
            chance *= max(link[0] for link in links if link)
            one_less = 2 if any(link[1] for link in links if link) else one_less
            last, agreeing = wave, agreeing + 1
        return chance * comb(len(both), agreeing) * one_less

    def _link(self, more: int, less: int, early: int, late: int) -> tuple[float, bool] | None:
        """Return the chance and whether one person is missing, or None where the two differ by more than that."""
        one, other = self._together(more, early, late), self._together(less, early, late)
        if one[:3] == other[:3]:
            return same(one, other), False
        chance = but_one(one, other)
        return None if chance is None else (chance, True)
