"""Averages over cohorts and waves: by time since the start, by cohort, by calendar wave, with their errors.

Guards that the error of an average counts the shares of cohorts as estimated, as Callaway and Sant'Anna (2021,
section 4) do; the library has rows for time and cohort, but no overall figures for them and no calendar ones.
"""

from collections.abc import Callable
from math import sqrt
from typing import Literal

import numpy as np

from services.evaluation.evidence.estimate.library import Fit
from services.evaluation.evidence.panel import Numbers

Kind = Literal["simple", "dynamic", "group", "calendar"]
_STEP = 1e-6


def average(fit: Fit, kind: Kind) -> tuple[float, float]:
    """Return effect and standard error of one average over everything after the start."""
    cohorts = sorted(fit.shares)
    shares = np.array([fit.shares[cohort] for cohort in cohorts])
    weigh = _weights(fit, kind)
    weights = weigh(shares)
    slopes = np.array([_slope(weigh, shares, number) @ fit.effects for number in range(len(cohorts))])
    influence = fit.influence @ weights + fit.share_influence @ slopes
    return float(weights @ fit.effects), sqrt(fit.scale * float(influence @ influence))


def _slope(weigh: Callable[[Numbers], Numbers], shares: Numbers, number: int) -> Numbers:
    """Central difference: weights are ratios of sums of shares, smooth in them."""
    step = np.zeros(len(shares))
    step[number] = _STEP
    return (weigh(shares + step) - weigh(shares - step)) / (2 * _STEP)


def _weights(fit: Fit, kind: Kind) -> Callable[[Numbers], Numbers]:
    """Return the function from cohort shares to the weight of each (cohort, wave); before the start it is 0."""
    cohorts = sorted(fit.shares)
    at = np.array([cohorts.index(cohort) for cohort, _ in fit.pairs])
    after = np.array([wave >= cohort for cohort, wave in fit.pairs])
    label = {
        "simple": [0 for _ in fit.pairs],
        "dynamic": [wave - cohort for cohort, wave in fit.pairs],
        "group": [cohort for cohort, _ in fit.pairs],
        "calendar": [wave for _, wave in fit.pairs],
    }[kind]
    members = np.array([(np.array(label) == one) & after for one in sorted({*np.array(label)[after].tolist()})])

    def weigh(shares: Numbers) -> Numbers:
        within = members * shares[at]
        within = within / within.sum(axis=1, keepdims=True)
        by_cohort = np.array([shares[at[row][0]] for row in members]) if kind == "group" else np.ones(len(members))
        return np.asarray(by_cohort / by_cohort.sum() @ within)

    return weigh
