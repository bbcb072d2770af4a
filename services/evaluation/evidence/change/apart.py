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

    Those of one organisation are left out, whichever leaves fewest: it knows its own. Where a cell keeps no histogram
    of changes, each is taken to lie one score from most, or as many as there are.
    """
    times: defaultdict[int, defaultdict[str, _Sums]] = defaultdict(lambda: defaultdict(_Sums))
    for one in every:
        before = min(one.start, one.wave) - 1
        for cell in one.cells:
            times[one.wave - one.start][cell.organisation].add(cell, before, one.wave)
    return max((_apart(list(time.values())) for time in times.values()), default=0)


class _Sums:
    """Changes of some people: how many, their sum, that of their squares, and how many each is."""

    def __init__(self) -> None:
        self.people = self.gain = self.squares = 0
        self.counts: Counter[int] = Counter()

    def add(self, cell: Cell, before: int, after: int) -> None:
        i, j = cell.pattern.index(before), cell.pattern.index(after)
        self.people += cell.n
        self.gain += cell.sums[j] - cell.sums[i]
        self.squares += cell.products[j][j] + cell.products[i][i] - 2 * cell.products[i][j]
        self.counts.update((cell.changes or {}).get((before, after), {}))


def _apart(organisations: Sequence[_Sums]) -> int:
    people, gain, squares = (sum(getattr(one, name) for one in organisations) for name in ("people", "gain", "squares"))
    counts: Counter[int] = Counter()
    for one in organisations:
        counts.update(one.counts)
    return min(
        _of(people - one.people, gain - one.gain, squares - one.squares, counts - one.counts) for one in organisations
    )


def _of(people: int, gain: int, squares: int, counts: Counter[int]) -> int:
    if counts.total() == people:
        return people - max(counts.values(), default=0)
    most = round(gain / people) if people else 0
    return min(people, squares - 2 * most * gain + people * most**2)
