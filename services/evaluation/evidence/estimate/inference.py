"""How sure an effect is, by how many organisations there are: nothing, t on organisation means, wild cluster bootstrap.

Guards that few organisations are not taken for many people: the usual errors would find an effect that is not there
three times as often as they say (Cameron, Gelbach and Miller 2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.evaluation.evidence.estimate import library
from services.evaluation.evidence.estimate.organisations import Changes, Task
from services.evaluation.evidence.kish import THIN, effective
from services.evaluation.evidence.panel import Numbers

FEWEST, MANY = 3, 6
"""Organisations a side below which nothing is inferred, and from which the bootstrap is."""
NONE, MEANS, WILD, PEOPLE = "none", "t on organisation means", "wild cluster bootstrap", "people"


@dataclass(frozen=True, slots=True)
class Inference:
    """An effect in the score's unit with its error, 95 % interval, p-value and degrees of freedom.

    `observed` is how far the programme's side moved, averaged as the effect is; None where that is not known.
    """

    effect: float
    error: float
    interval: tuple[float, float]
    p_value: float
    freedom: float
    observed: float | None = None

    @property
    def smallest_detectable(self) -> float:
        """Return the smallest effect that would have been found four times in five, as the interval judges it.

        Half an interval of Student's t is t.975 · error; the bootstrap's half takes its place.
        """
        half = (self.interval[1] - self.interval[0]) / 2
        return detectable(half / float(stats.t.ppf(0.975, self.freedom)), self.freedom)


def chosen(a_side: int, thinnest: float = MANY) -> str:
    """Return the inference for so many organisations on the side that has fewer.

    `thinnest` is how few of them one side of one (cohort, wave) rests on. The bootstrap takes the spread of
    organisations around that mean: of one it sees none, of two half, of three two thirds, and finds effects that are
    not there; t on organisation means pools the spread of all that begin instead.
    """
    return NONE if a_side < FEWEST else MEANS if a_side < MANY or thinnest < THIN else WILD


def detectable(error: float, freedom: float, significance: float = 0.05) -> float:
    """Return (t.975 + t.80) · error, or with another significance's point; `freedom` may be infinite (2.8 · error)."""
    return float(stats.t.isf(significance / 2, freedom) + stats.t.ppf(0.8, freedom)) * error


def by_t(effect: float, error: float, freedom: float) -> Inference:
    """Return the interval and p-value of Student's t."""
    half = float(stats.t.ppf(0.975, freedom)) * error
    p = 2 * float(stats.t.sf(abs(effect) / error, freedom))
    return Inference(effect, error, (effect - half, effect + half), p, freedom)


def by_means(changes: Changes) -> Inference | None:
    """Compare means of organisations, each counted once; one start and no gaps make it Welch's t-test.

    Those who begin and those who only compare are spread each in their own way: small organisations differ more than
    large ones, and few of them beside many larger ones would pass for as steady. Where organisations did not answer,
    each (cohort, wave) is spread over those that did. None when nothing is left to judge the spread by.
    """
    tasks = np.flatnonzero(changes.treated.any(axis=0) & changes.control.any(axis=0))
    treated, control = changes.treated[:, tasks], changes.control[:, tasks]
    own = treated / treated.sum()
    share = own - treated.sum(axis=0) / treated.sum() * control / control.sum(axis=0)
    taking = share.any(axis=1)
    mean, share = changes.mean[taking][:, tasks], share[taking]
    effect, observed = float((share * mean).sum()), float((own[taking] * mean).sum())
    cohort, answered = changes.cohort[taking], changes.people[taking][:, tasks] > 0
    quiet = mean - effect * _begun(cohort, [changes.tasks[task] for task in tasks])
    sides = sides_of(treated[taking].any(axis=1))
    parts = [_spread(share[side], cohort[side], quiet[side], answered[side], whole=len(sides) == 1) for side in sides]
    variance = sum(part for part, _ in parts)
    if min(freedom for _, freedom in parts) < 1 or variance <= 0:
        return None
    return replace(by_t(effect, sqrt(variance), pooled(parts)), observed=observed)


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
    return Inference(effect, error, (low, high), p_value, freedom, moved(changes, weights)) if found else None


def moved(changes: Changes, weights: Numbers) -> float:
    """Return how far the programme's people moved: each task's mean change, people alike, tasks by their weight."""
    people = np.where(changes.treated, changes.people, 0.0)
    each = (people * changes.mean).sum(axis=0) / np.maximum(people.sum(axis=0), 1.0)
    return float(weights @ each)


def thinnest(changes: Changes, weights: Numbers) -> float:
    """Return the fewest organisations, as if all were of one size, that one side of a task with weight rests on.

    Kish's effective number, (Σn)²/Σn²: an organisation among much smaller ones is all but alone. 0 for no task.
    """
    used = weights > 0
    sides = [np.where(side, changes.people, 0.0)[:, used] for side in (changes.treated, changes.control)]
    return min((effective(each) for side in sides for each in side.T), default=0.0)


def _begun(cohort: NDArray[np.int64], tasks: list[Task]) -> NDArray[np.bool_]:
    """Return whose change over a task holds the beginning of their own programme, and with it the effect."""
    starts, waves = (np.array(side) for side in zip(*tasks, strict=True))
    return np.asarray((cohort[:, None] >= starts) & (cohort[:, None] <= waves))


def pooled(parts: Sequence[tuple[float, int]]) -> float:
    """Return the degrees of freedom of a sum of variances, each with its own (Welch, Satterthwaite)."""
    return sum(part for part, _ in parts) ** 2 / sum(part**2 / freedom for part, freedom in parts)


def sides_of(begins: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return who begins and who only compares; both as one where a side has too few to tell how they are spread."""
    sides = [begins, ~begins]
    return sides if min(side.sum() for side in sides) >= FEWEST else [np.ones_like(begins)]


def _spread(
    share: Numbers, cohort: NDArray[np.int64], mean: Numbers, answered: NDArray[np.bool_], *, whole: bool
) -> tuple[float, int]:
    """Return one side's part of the variance and its degrees of freedom, by a covariance that its organisations share.

    They are spread around their cohort's mean; where cohorts leave too few for that (each organisation begins alone),
    around the mean of the side, which takes effects that differ between cohorts for chance. Where the side is the
    `whole`, the effect that was taken out came from these very organisations and costs one more degree.
    """
    alike, spent = around(cohort, whole=whole)
    used = share.any(axis=0)
    share, mean, answered = share[:, used], mean[:, used], answered[:, used]
    left = np.array([many.sum() - len(np.unique(alike[many])) - spent for many in answered.T])
    rest = np.where(answered, mean - _cohort_means(alike, mean, answered), 0.0) / np.sqrt(np.maximum(left, 1))
    return float(np.einsum("ij,jk,ik->", share, rest.T @ rest, share)), int(left.min())


def around(cohort: NDArray[np.int64], *, whole: bool) -> tuple[NDArray[np.int64], int]:
    """Return which organisations of a side are spread around one mean, and the degrees that costs besides the means."""
    apart = len(cohort) - len(np.unique(cohort)) >= FEWEST
    return (cohort, 0) if apart else (np.zeros_like(cohort), int(whole))


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
