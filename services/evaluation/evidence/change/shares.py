"""Shares: how much further one side would move than the other had all moved alike beneath the answers.

Guards that a difference is not a programme's which steps of a scale made: of people who stand close together more come
over a line than of people who stand far apart, and those of one score need not stand alike beneath it.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf

import numpy as np
from scipy import stats

from services.evaluation.evidence.cells import CellTable, Histogram
from services.evaluation.evidence.change.compared import Scored, averaged, scored
from services.evaluation.evidence.panel import Numbers

_FEW = 0.05
"""Part of all answers up to which other scores make no third one."""
_BETWEEN = 0.3
"""Likewise, up to which scores between two others may be given by whoever is unsure, whatever is beneath."""


def by_share(table: CellTable, control: str, spread: float | None) -> float:
    """Return by how much the programme's side would have moved further than the comparison, in the outcome's unit, had
    each place beneath the answers moved as it did in the comparison.

    Beneath the answers both sides are normal, and the lines between two scores are the same for both. How far apart the
    programme's people stand there follows from the answers, but from yes and no it does not, nor where all but some
    in between are, who may have been unsure wherever they stood: there it is `spread` times that of the comparison, and
    all move alike. Without a `spread` the answers are believed as far as they tell one. Averaged over starts and waves
    by the people who begin. Without end where cells do not say how many gave which score, nobody is compared, or
    nothing can be told of how far a side stands from a line.
    """
    every = scored(table, control)
    if not every:
        return inf
    scores = _given((side for one in every for side in one), seen=spread is None)
    return averaged(every, lambda one: _further(one, scores, spread or 1.0))


def _given(sides: Iterable[Histogram], *, seen: bool) -> Numbers:
    """Return all scores, rising; two of them where all but a few gave these, or all but some who need not have stood
    in between: that they did is believed where it is to be `seen`.
    """
    every = Counter[int]()
    for side in sides:
        every.update(side)
    scores, whole = sorted(+every), every.total()
    first, *rest = sorted(scores, key=lambda score: (-every[score], score))
    if rest and every[first] + every[rest[0]] >= (1 - _FEW) * whole:
        return np.array(sorted((first, rest[0])), dtype=float)
    beside = scores[max(scores.index(first) - 1, 0) : scores.index(first) + 2]
    apart = next((score for score in rest if score not in beside and not seen), first)
    others = whole - every[first] - every[apart]
    if apart != first and others <= min(_BETWEEN * whole, 2 * every[apart]):
        return np.array(sorted((first, apart)), dtype=float)
    return np.array(scores, dtype=float)


def _further(one: Scored, scores: Numbers, spread: float) -> float:
    below = np.array([_below(side, scores[1:]) for side in one])
    crossed = ((below > 0) & (below < 1)).all(axis=0)
    if not crossed.any():
        return inf
    own, before, after = below[:, crossed]
    lines = stats.norm.ppf(before)
    if crossed.sum() == 1:
        middle, wide = lines[0] - spread * stats.norm.ppf(own[0]), spread
        moved, wider = lines[0] - stats.norm.ppf(after[0]), 1.0
    else:
        (middle, wide), (moved, wider) = _fitted(lines, own), _fitted(lines, after)
    if min(wide, wider) <= 0:
        return inf
    places = [(middle, wide), (moved + wider * middle, wider * wide), (moved, wider)]
    first, last, theirs = (stats.norm.cdf((lines - mean) / deviation) for mean, deviation in places)
    return float(np.diff(scores)[crossed] @ (first - last - (before - theirs)))


def _fitted(lines: Numbers, below: Numbers) -> tuple[float, float]:
    """Return mean and deviation of a side whose people stand below each line in these parts; weighted by how sure each
    part is.
    """
    away = stats.norm.ppf(below)
    root = stats.norm.pdf(away) / np.sqrt(below * (1 - below))
    columns = np.column_stack([np.ones_like(lines), lines]) * root[:, None]
    start, slope = np.linalg.lstsq(columns, away * root, rcond=None)[0]
    return (-start / slope, 1 / slope) if slope > 0 else (0.0, 0.0)


def _below(side: Histogram, lines: Numbers) -> Numbers:
    """Return which part of a side's people gave less than each of these scores."""
    given, many = np.array(list(side)), np.array(list(side.values()), dtype=float)
    return np.asarray((given[None, :] < lines[:, None]) @ many / many.sum())
