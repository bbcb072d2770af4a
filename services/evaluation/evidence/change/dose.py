"""Attendance and change: whether those who attended more also changed more.

Guards that this stays a statement about two things that go together: no figure per hour leaves this room, because
people choose how often they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from scipy import stats

from services.evaluation.evidence.change.paired import Change
from services.evaluation.evidence.errors import EvidenceError

_FEWEST_BANDS = 2


@dataclass(frozen=True, slots=True)
class Dose:
    """Whether change goes along with attendance; `fewest` is the number of people of the smallest band."""

    direction: Literal["higher", "lower", "none"]
    """Towards which scores those who attended more moved further; `none` where nothing was detected."""
    p_value: float
    fewest: int


def dose(bands: Sequence[tuple[float, Change]]) -> Dose:
    """Return whether change rises or falls over bands of attendance: (hours in the middle of the band, its change).

    A weighted linear contrast of the bands' mean changes. Raises EvidenceError with fewer than two different bands or
    a band whose spread is unknown.
    """
    if len({hours for hours, _ in bands}) < _FEWEST_BANDS:
        raise EvidenceError("needs two bands of attendance", field="bands")
    centre = sum(hours * change.n for hours, change in bands) / sum(change.n for _, change in bands)
    slope = variance = 0.0
    for hours, change in bands:
        if not change.error:
            raise EvidenceError("too few people or no spread in a band of attendance", field=f"{hours:g} hours")
        weight = change.n * (hours - centre)
        slope += weight * change.difference
        variance += (weight * change.error) ** 2
    degrees = min(change.freedom for _, change in bands)
    p_value = float(2 * stats.t.sf(abs(slope) / sqrt(variance), degrees))
    detected = p_value < 1 - 0.95
    direction: Literal["higher", "lower"] = "higher" if slope > 0 else "lower"
    return Dose(direction if detected else "none", p_value, min(change.n for _, change in bands))
