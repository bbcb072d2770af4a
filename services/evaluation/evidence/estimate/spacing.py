"""Spacing: how much time lies between waves, for whatever is said of trends: they run by the calendar, not by waves.

Guards that three waves of one week do not vouch for the year after them. Waves that are evenly spaced are judged as if
nobody had looked at the calendar.
"""

from collections.abc import Sequence

import numpy as np

from services.evaluation.evidence.estimate.library import Fit
from services.evaluation.evidence.panel import Numbers

_DAYS = 31
"""Of the longest month: the same day four months later is four months later, and months stay in order."""


def months(waves: Sequence[str]) -> Numbers:
    """Return when waves were, in months; a wave that names no day is that of the first of its month."""
    return np.array([12 * int(wave[:4]) + int(wave[5:7]) + (int(wave[8:] or 1) - 1) / _DAYS for wave in waves])


def steps(fit: Fit, when: Numbers) -> Numbers:
    """Return the time each of the fit's effects spans: from the last wave before the start to a wave since; before
    the start, from the wave before.
    """
    return np.array([when[wave - 1] - when[min(wave, cohort) - 2] for cohort, wave in fit.pairs])
