"""Whether programme and comparison moved alike before the start, and whether we would have seen it if they had not.

Guards that "no difference before" is not said by a test that could not have found one: power is that against the
drift, straight by the calendar, which alone would produce the whole effect (Roth 2022), or against one of a fifth of a
standard deviation from wave to wave where that is less, so that an effect which happened to come out large does not
vouch for the test.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from services.evaluation.evidence.estimate.library import Fit
from services.evaluation.evidence.estimate.spacing import steps
from services.evaluation.evidence.panel import Numbers

PASSED = 0.05
"""Below this p-value the groups did not move alike."""
POWERED = 0.8
"""Four times in five, as for everything else that is said to be detectable."""
DRIFT = 0.2
"""Standard deviations between people from wave to wave, on average: the ordinary trend of calibration."""
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class PreTest:
    """`p` of the joint test over all (cohort, wave) before the start, and `power` against the drift."""

    p: float
    power: float

    @property
    def powered(self) -> bool:
        """Return whether the drift would have been found four times in five."""
        return self.power >= POWERED


def pre_test(fit: Fit, spread: float, when: Numbers) -> PreTest | None:
    """Return the Wald test with its power, or None without two waves before the start; `spread` is one deviation, and
    `when` says when each wave was.

    With few organisations Hotelling's T² takes the place of χ²; where pairs are too many for the organisations, their
    average over cohorts by wave since the start is tested instead, or at last the average drift alone.
    """
    small = fit.small_before
    before = [number for number, (cohort, wave) in enumerate(fit.pairs) if wave < cohort]
    whole = _drift(fit, steps(fit, when))
    if not before or whole is None:
        return None
    average, longest = whole[before].mean(), DRIFT * spread
    # Divided only where it is longer: a warning of numpy would tell a difference of exactly 0 that is not said.
    drift = whole[before] * (longest / average if average > longest else 1.0)
    effects, covariance = fit.effects[before], small.correction * fit.covariance[np.ix_(before, before)]
    ones = np.ones((1, len(before))) / len(before)
    for reading in (np.eye(len(before)), _by_time(fit, before), ones):
        known = reading @ covariance @ reading.T
        if len(reading) <= max(1.0, small.freedom - _FEWEST) and np.linalg.cond(known) < 1 / np.finfo(float).eps:
            return _tested(reading @ effects, known, small.freedom, reading @ drift)
    return None


def _tested(effects: Numbers, covariance: Numbers, freedom: float, drift: Numbers) -> PreTest:
    """F from T²: exact for averages of normal organisations; χ² over its degrees when freedom has no end."""
    many = len(effects)
    second = freedom - many + 1
    shrink = 1.0 if np.isinf(freedom) else second / freedom
    statistic = float(effects @ np.linalg.solve(covariance, effects))
    distance = float(drift @ np.linalg.solve(covariance, drift))
    if np.isinf(freedom):
        critical = stats.chi2.isf(PASSED, many)
        return PreTest(float(stats.chi2.sf(statistic, many)), float(stats.ncx2.sf(critical, many, distance)))
    critical = stats.f.isf(PASSED, many, second)
    p = stats.f.sf(statistic * shrink / many, many, second)
    return PreTest(float(p), float(stats.ncf.sf(critical, many, second, distance)))


def _drift(fit: Fit, spans: Numbers) -> Numbers | None:
    """Return the drift over each effect's time that, straight and without an effect, would make the whole estimate."""
    shares = np.array([fit.shares[cohort] if wave >= cohort else 0.0 for cohort, wave in fit.pairs])
    over = float(shares @ spans)
    return abs(fit.simple[0]) * shares.sum() / over * spans if over else None


def _by_time(fit: Fit, before: list[int]) -> Numbers:
    times = np.array([fit.pairs[number][1] - fit.pairs[number][0] for number in before])
    shares = np.array([fit.shares[fit.pairs[number][0]] for number in before])
    rows = [np.where(times == time, shares, 0.0) for time in sorted(set(times.tolist()))]
    return np.array([row / row.sum() for row in rows])
