"""A band that holds a whole event study at once, not each point for itself.

Guards that looking at many waves does not find what is not there: the critical value is that of the largest of all
standardised deviations, about 2.6 instead of 1.96 for seven waves.
"""

import numpy as np

from services.evaluation.evidence.panel import Numbers

_DRAWS = 10_000


def critical_value(covariance: Numbers, freedom: float, seed: int) -> float:
    """Return the 95 % point of max |t| under a multivariate t with this covariance; `freedom` may be infinite."""
    errors = np.sqrt(np.diag(covariance))
    values, axes = np.linalg.eigh(covariance / np.outer(errors, errors))
    random = np.random.default_rng(seed)
    normal = random.standard_normal((_DRAWS, len(errors))) @ (axes * np.sqrt(np.clip(values, 0, None))).T
    spread = np.ones(_DRAWS) if np.isinf(freedom) else np.sqrt(random.chisquare(freedom, _DRAWS) / freedom)
    return float(np.quantile(np.abs(normal).max(axis=1) / spread, 0.95))


def event_study(
    times: tuple[int, ...], effects: Numbers, covariance: Numbers, freedom: float, seed: int
) -> tuple[tuple[int, float, float, float, float], ...]:
    """Return (wave since the start, effect, error, low, high) with a simultaneous band.

    With few organisations errors are too small on average; `covariance` is to be the corrected one.
    """
    errors = np.sqrt(np.diag(covariance))
    seen = errors > 0
    if not seen.any():
        return ()
    half = critical_value(covariance[np.ix_(seen, seen)], freedom, seed) * errors
    lines = zip(times, effects, errors, effects - half, effects + half, seen, strict=True)
    return tuple(
        (time, float(effect), float(error), float(low), float(high))
        for time, effect, error, low, high, ok in lines
        if ok
    )
