"""Smallness: by how much few and uneven organisations make a clustered error too small, and its degrees of freedom.

Guards that each side of a (cohort, wave) is judged by the organisations it rests on, and not by all there are: six
small organisations beside thirty large ones are six.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.evaluation.evidence.kish import effective, judged
from services.evaluation.evidence.panel import Numbers

_LEAST = 2.0
"""Degrees of freedom below which nothing is said of weights that were fitted: with 1 their spread has no end."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair: people and summed influence of each organisation that has people in it."""

    pair: tuple[int, int]
    """(cohort, wave)."""
    own: bool
    """Whether it is the side that begins."""
    people: Numbers
    influence: Numbers

    @property
    def effective(self) -> float:
        """Return how many organisations of one size it is worth (Kish)."""
        return effective(self.people)


@dataclass(frozen=True, slots=True)
class Smallness:
    """`correction` is the part by which variances fall short, above 1; `freedom` the degrees that they have."""

    correction: float
    freedom: float

    def fitted(self, weights: int) -> "Smallness | None":
        """Return it for the least variance that so many free weights could make, or None where too little is left.

        They suit the very covariance that judges them: what it gives is too small by one factor, and what they make
        larger than it could be by another. Exact on average for normal organisations, as in an analysis of covariance.
        """
        left = self.freedom - weights
        if np.isinf(self.freedom) or weights < 1:
            return self
        if left <= _LEAST:
            return None
        return Smallness(self.correction * self.freedom / left * (self.freedom - 1) / (left - 1), left)


def smallness(sides: Sequence[Side], clusters: int, cohorts: int) -> Smallness:
    """Return how small `clusters` organisations are that make up these sides; each needs two of them.

    Cohorts and the comparison each vary in their own way (Satterthwaite), pairs of one are taken together. Equal
    organisations, equally many a side, give what is given without sides: one lost for each cohort and the comparison.
    """
    plain = Smallness((clusters - 1) / max(1.0, clusters - 1.0 - cohorts), max(1.0, clusters - 1.0 - cohorts))
    raw, parts = 0.0, dict[int, tuple[float, float]]()
    for side in sides:
        group = side.pair[0] if side.own else 0
        short, freedom = judged(side.people)
        variance = float(side.influence @ side.influence)
        known, fewest = parts.get(group, (0.0, np.inf))
        raw += variance
        parts[group] = known + short * variance, min(fewest, freedom)
    if raw <= 0:
        return plain
    whole = sum(part for part, _ in parts.values())
    freedom = whole**2 / sum(part**2 / fewest for part, fewest in parts.values())
    correction = whole / raw * (clusters - 1) / clusters
    return Smallness(max(plain.correction, correction), max(1.0, min(plain.freedom, freedom)))
