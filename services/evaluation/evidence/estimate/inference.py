"""How sure an effect is, by how many organisations there are: nothing, t on organisation means, wild cluster bootstrap.

Guards that few organisations are not taken for many people: the usual errors would find an effect that is not there
three times as often as they say (Cameron, Gelbach and Miller 2008).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.evaluation.evidence.estimate import library
from services.evaluation.evidence.estimate.organisations import Changes
from services.evaluation.evidence.panel import Numbers

FEWEST, MANY = 3, 6
"""Organisations a side below which nothing is inferred, and from which the bootstrap is."""
NONE, MEANS, WILD, PEOPLE = "none", "t on organisation means", "wild cluster bootstrap", "people"


@dataclass(frozen=True, slots=True)
class Inference:
    """An effect in the score's unit with its error, 95 % interval, p-value and degrees of freedom."""

    effect: float
    error: float
    interval: tuple[float, float]
    p_value: float
    freedom: float

    @property
    def smallest_detectable(self) -> float:
        """Return the smallest effect that would have been found four times in five."""
        return detectable(self.error, self.freedom)


def chosen(a_side: int) -> str:
    """Return the inference for so many organisations on the side that has fewer."""
    return NONE if a_side < FEWEST else MEANS if a_side < MANY else WILD


def detectable(error: float, freedom: float) -> float:
    """Return (t.975 + t.80) · error; `freedom` may be infinite (2.8 · error)."""
    return float(stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)) * error


def by_t(effect: float, error: float, freedom: float) -> Inference:
    """Return the interval and p-value of Student's t."""
    half = float(stats.t.ppf(0.975, freedom)) * error
    p = 2 * float(stats.t.sf(abs(effect) / error, freedom))
    return Inference(effect, error, (effect - half, effect + half), p, freedom)


def by_means(changes: Changes) -> Inference | None:
    """Compare means of organisations, each counted once; one start and no gaps make it the two-sample t-test.

    Several starts share one covariance of organisations around their cohort's mean. None when nothing is left to
    judge the spread by.
    """
    tasks = np.flatnonzero(changes.treated.any(axis=0) & changes.control.any(axis=0))
    treated, control = changes.treated[:, tasks], changes.control[:, tasks]
    weights = treated.sum(axis=0) / treated.sum()
    share = weights * (treated / treated.sum(axis=0) - control / control.sum(axis=0))
    taking = share.any(axis=1)
    cohort, mean, answered = (
        changes.cohort[taking],
        changes.mean[taking][:, tasks],
        changes.people[taking][:, tasks] > 0,
    )
    freedom = len(cohort) - len(np.unique(cohort))
    if freedom < 1:
        return None
    rest = mean - _cohort_means(cohort, mean, answered)
    rest[~answered] = 0.0
    spread = rest.T @ rest / freedom
    error = sqrt(float(np.einsum("ij,jk,ik->", share[taking], spread, share[taking])))
    return by_t(float((share[taking] * mean).sum()), error, freedom) if error > 0 else None


def by_wild(changes: Changes, weights: Numbers, error: float, seed: int) -> Inference | None:
    """Return the restricted wild cluster bootstrap of the average that gives each task its weight.

    The average is made the first coefficient of one regression with a mean for each task and role, rows weighted by
    people. None where the test rejects nothing however far away.
    """
    used = np.flatnonzero(weights > 0)
    design, outcome, clusters = _regression(changes, used, weights[used])
    effect = float(np.linalg.lstsq(design, outcome, rcond=None)[0][0])
    p_value, low, high = library.wild(design, outcome, clusters, seed)
    freedom = len(np.unique(changes.organisation)) - 2
    found = np.isfinite([p_value, low, high]).all()
    return Inference(effect, error, (low, high), p_value, freedom) if found else None


def _cohort_means(cohort: NDArray[np.int64], mean: Numbers, answered: NDArray[np.bool_]) -> Numbers:
    same = (cohort[:, None] == cohort) @ np.where(answered, 1.0, 0.0)
    return np.asarray((cohort[:, None] == cohort) @ np.where(answered, mean, 0.0) / np.maximum(same, 1.0))


def _regression(
    changes: Changes, used: NDArray[np.int64], weights: Numbers
) -> tuple[Numbers, Numbers, NDArray[np.int64]]:
    """Columns: the average, the control mean of each task, the treated mean of each task but the first."""
    many = len(used)
    rows, outcome, clusters = [], [], []
    for place, task in enumerate(used):
        for role, units in (("treated", changes.treated[:, task]), ("control", changes.control[:, task])):
            row = np.zeros(2 * many)
            if role == "control":
                row[1 + place] = 1.0
            elif place:
                row[many + place] = 1.0
            else:
                row[0], row[1] = 1 / weights[0], 1.0
                row[2 : 1 + many], row[1 + many :] = weights[1:] / weights[0], -weights[1:] / weights[0]
            root = np.sqrt(changes.people[units, task])
            rows.append(root[:, None] * row)
            outcome.append(root * changes.mean[units, task])
            clusters.append(changes.organisation[units])
    return np.concatenate(rows), np.concatenate(outcome), np.concatenate(clusters)
