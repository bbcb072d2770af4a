"""Apart: how many people changed otherwise than most.

Guards that a figure does not tell everybody's change: of twenty who all stayed where they were, or all but one, a mean
without an interval says so of each, to whoever knows where somebody stood.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell, Histogram


class Moved(NamedTuple):
    """People who answered a wave and the last one before the start of those who are looked at, or before the wave."""

    start: int
    wave: int
    cells: Sequence[Cell]


def apart(every: Iterable[Moved]) -> int:
    """Return how many changed otherwise than most, at that time since the start at which most people did; 0 of nobody.

    Those of one organisation are left out, whichever leaves fewest: it knows its own. Nobody may be there twice at one
    time. Of a cell that keeps no histogram of changes, whose people did not all change alike, one is taken to have
    changed otherwise: no more is certain.
    """
    times: defaultdict[int, defaultdict[str, _Changes]] = defaultdict(lambda: defaultdict(_Changes))
    for one in every:
        before = min(one.start, one.wave) - 1
        for cell in one.cells:
            times[one.wave - one.start][cell.organisation].add(cell, before, one.wave)
    return max((_apart(list(time.values())) for time in times.values()), default=0)


class _Changes:
    """How many people changed by how much, and how many certainly otherwise than most, whatever most did."""

    def __init__(self) -> None:
        self.otherwise = 0
        self.counts: Counter[int] = Counter()

    def add(self, cell: Cell, before: int, after: int) -> None:
        kept = cell.spread(before, after) or _alike(cell, before, after)
        self.counts.update(kept)
        self.otherwise += cell.n > 0 and not kept


def _alike(cell: Cell, before: int, after: int) -> Histogram:
    """Return how much all of a cell's people changed by, from its sums; nothing where they did not change alike."""
    gain, squares = cell.changed(before, after)
    return {gain // cell.n: cell.n} if cell.n and cell.n * squares == gain**2 else {}


def _apart(organisations: Sequence[_Changes]) -> int:
    otherwise = sum(one.otherwise for one in organisations)
    counts: Counter[int] = Counter()
    for one in organisations:
        counts.update(one.counts)
    return min(otherwise - one.otherwise + _otherwise(counts - one.counts) for one in organisations)


def _otherwise(counts: Histogram) -> int:
    return sum(counts.values()) - max(counts.values(), default=0)
