"""Apart: how many people changed otherwise than most.

Guards that a figure does not tell everybody's change: of twenty who all stayed where they were, or all but one, a mean
without an interval says so of each, to whoever knows where somebody stood.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell


class Moved(NamedTuple):
    """People who answered a wave and the last one before the start of those who are looked at, or before the wave."""

    start: int
    wave: int
    cells: Sequence[Cell]


def apart(every: Iterable[Moved]) -> int:
    """Return how many changed otherwise than most, at that time since the start at which most people did; 0 of nobody.

    Where a cell keeps no histogram of changes, each is taken to lie one score from most, or as many as there are.
    """
    times: defaultdict[int, list[tuple[int, int, Cell]]] = defaultdict(list)
    for one in every:
        before = min(one.start, one.wave) - 1
        times[one.wave - one.start] += [(before, one.wave, cell) for cell in one.cells]
    return max(map(_apart, times.values()), default=0)


def _apart(moved: Iterable[tuple[int, int, Cell]]) -> int:
    people = gain = squares = 0
    counts: Counter[int] = Counter()
    for before, after, cell in moved:
        i, j = cell.pattern.index(before), cell.pattern.index(after)
        people += cell.n
        gain += cell.sums[j] - cell.sums[i]
        squares += cell.products[j][j] + cell.products[i][i] - 2 * cell.products[i][j]
        counts.update((cell.changes or {}).get((before, after), {}))
    if counts.total() == people:
        return people - max(counts.values(), default=0)
    most = round(gain / people)
    return min(people, squares - 2 * most * gain + people * most**2)
