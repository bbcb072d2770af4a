"""How often people who have nothing to do with each other give the same answers, taken together.

Guards honest files against being taken for copies: what is said to be seldom must be seldom for few people, on short
scales, where everybody rounds, and where many answer all waves alike. So every chance here is rather too large.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, pi, prod, sqrt
from typing import NamedTuple

from services.evaluation.evidence.cells.cell import Cell, Histogram

FEWEST = 3
"""People: fewer answer alike by chance, on a short scale, too often."""
_ROUND = (25, 20, 10, 5)
"""Whoever rounds writes multiples of these."""
_PLACES = 5
"""Of the scale, where no histogram says how many places were in use: as good as the shortest scale in use."""
_MOST = 1e300
"""Histograms: more is beyond what a float counts, and would make a chance 0, which has no logarithm."""


class Together(NamedTuple):
    """People of several cells at one wave, or their change from one wave to another."""

    n: int
    total: int
    squares: int
    spread: Histogram | None
    """How many people (value) have a score or change (key); None where a cell kept none."""


def together(cells: Iterable[Cell], early: int, late: int) -> Together:
    """Return what those answered who answered both waves; where the waves are one, their scores, else their changes."""
    n = total = squares = 0
    spread: dict[int, int] = {}
    whole = True
    for cell in cells:
        if early not in cell.pattern or late not in cell.pattern:
            continue
        n += cell.n
        changed = cell.changed(early, late)
        total, squares = total + changed.total, squares + changed.squares
        kept = cell.spread(early, late)
        whole = whole and kept is not None
        for value, many in (kept or {}).items():
            spread[value] = spread.get(value, 0) + many
    return Together(n, total, squares, spread if whole else None)


def chain(cells: Sequence[Cell], waves: Sequence[int]) -> float:
    """Return about how often others answer these waves, which rise, with the same sums and sums of squares.

    Looked at are the first wave and the change from each wave to the next, since colleagues' scores resemble each
    other and what is left of them does not; and never more than the later wave by itself says, since a change to what
    everybody answers alike only repeats the wave before.
    """
    chance = 1.0
    for last, wave in zip([waves[0], *waves], waves, strict=False):
        chance *= max(same(one, one) for one in (together(cells, wave, wave), together(cells, last, wave)))
    return chance


def same(one: Together, other: Together) -> float:
    """Return about how often two have the number, sum and squares, or the very histogram, in which these agree."""
    if one.n < FEWEST:
        return 1.0
    if one.spread is not None and one.spread == other.spread:
        return 1 / _histograms(one.spread.values())
    return 1 / min(_sums(one) * _squares(one), _histograms([one.n / _PLACES] * _PLACES))


def but_one(more: Together, less: Together) -> float | None:
    """Return about how often one of two is the other and one person besides; None where it is not so here."""
    score = more.total - less.total
    if more.n != less.n + 1 or more.squares - less.squares != score**2:
        return None
    if more.spread is None or less.spread is None:
        found = min(_squares(more), _histograms([more.n / _PLACES] * _PLACES) / _PLACES)
    elif Counter(more.spread) == Counter(less.spread) + Counter({score: 1}):
        # Any of the answers given may be the one that the other lacks.
        found = _histograms(more.spread.values()) / len(more.spread)
    else:
        return None
    return 1 / max(1.0, found) if less.n >= FEWEST else 1.0


def telling(one: Together) -> float:
    """Return the logarithm of how seldom the answers of a wave can be met, by histogram or by sums."""
    return -log(min(same(one, one), same(one, one._replace(spread=None))))


def _histograms(counts: Iterable[float]) -> float:
    """Return among how many histograms others' falls: two counts of one expected count c meet in 1 of √(4πc).

    Only places in use are looked at, and all people together are as many.
    """
    used = list(counts)
    many = prod(max(1.0, sqrt(4 * pi * count)) for count in used) / sqrt(4 * pi * sum(used))
    return min(max(1.0, many), _MOST)


def _sums(one: Together) -> float:
    """Return among how many sums others' sum falls: two of one distribution meet in 1 of 2·√π standard deviations."""
    return max(1.0, 2 * sqrt(pi * one.n * _variance(one)) / _step(one))


def _squares(one: Together) -> float:
    """Return among how many sums of squares others' falls that have the same sum, and so the same parity.

    Taken to be normal, or where answers lie as close as on two places to say nothing that the sum does not.
    """
    variance, step = _variance(one), _step(one)
    return max(1.0, sqrt(2 * pi * one.n) * variance / step**2) if variance >= step**2 else 1.0


def _variance(one: Together) -> float:
    return max(one.squares / one.n - (one.total / one.n) ** 2, 0.0)


def _step(one: Together) -> int:
    """Return how far apart answers may lie by their sum and squares."""
    return next((step for step in _ROUND if one.total % step == 0 and one.squares % step**2 == 0), 1)
