"""Shares: how much further one side would move than the other where answers are yes and no, and only the shares show.

Guards that a difference is not a programme's where all moved alike beneath the answers: of people who stand close
together more come over the line than of people who stand far apart, and from yes and no nobody sees which they do.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf

from scipy import stats

from services.evaluation.evidence.cells import CellTable, Histogram
from services.evaluation.evidence.change.compared import compared
from services.evaluation.evidence.change.ends import counted

_FEW = 0.05
"""Part of all answers up to which other scores make no third one."""


def by_share(table: CellTable, control: str, spread: float) -> float:
    """Return by how much the programme's side would have moved further than the comparison, in the outcome's unit, had
    its people stood `spread` times as far apart beneath the answers, and all moved alike there; 0 where more than two
    scores were given, but for a few answers, for then `footing` sees how far apart they stood.

    Beneath the answers both sides are normal. Averaged over starts and waves by the people who begin. Without end where
    cells do not say how many gave which score, nobody is compared, or all of a side said the same.
    """
    found: list[tuple[int, Histogram, Histogram, Histogram]] = []
    for one in compared(table, control):
        own, before = (counted(side, one.cohort - 1) for side in (one.own, one.others))
        after = counted(one.others, one.wave)
        if own is None or before is None or after is None:
            return inf
        if own and before:
            found.append((sum(own.values()), own, before, after))
    if not found:
        return inf
    two = _two(side for _, *sides in found for side in sides)
    if two is None:
        return 0.0
    no, yes = two
    further = sum(many * _further([_share(side, yes) for side in sides], spread) for many, *sides in found)
    return (yes - no) * further / sum(many for many, *_ in found)


def _further(shares: list[float], spread: float) -> float:
    own, before, after = shares
    if not all(0 < share < 1 for share in shares):
        return inf
    moved = float(stats.norm.ppf(after) - stats.norm.ppf(before)) / spread
    return float(stats.norm.cdf(stats.norm.ppf(own) + moved)) - own - (after - before)


def _two(sides: Iterable[Histogram]) -> list[int] | None:
    """Return the two scores that all but a few gave, rising; None where there are more, or only one."""
    every = Counter[int]()
    for side in sides:
        every.update(side)
    most = every.most_common(2)
    alike = len(most) > 1 and sum(many for _, many in most) >= (1 - _FEW) * every.total()
    return sorted(score for score, _ in most) if alike else None


def _share(side: Histogram, score: int) -> float:
    return sum(many for given, many in side.items() if given >= score) / sum(side.values())
