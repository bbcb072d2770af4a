"""Figures as they may be shown: coarse enough that one person's answer cannot be read off, intervals never narrowed.

Guards that what is detected is judged on the figures that are shown, so a sentence never says more than it prints, and
that what is said to be detectable is detected by that very judgement.
"""

from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import NamedTuple

_STEADY = 9
"""Decimals at which floating point is cut off before rounding outwards."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A figure with its interval, rounded to `decimals`, and whether it differs from 0; in the outcome's unit.

    `observed` is how far the programme's people moved, `figure` what the sentence is about: that very move, or the
    difference from the comparison.
    """

    observed: float
    figure: float
    interval: tuple[float, float] | None
    detectable: float | None
    detected: bool | None
    """None where nothing was tested."""
    decimals: int

    @property
    def enlarged(self) -> bool:
        """Return whether it was detected though smaller than what is found four times in five: of such regions those
        that find something are those in which chance added to it (Gelman and Carlin 2014: type M errors).
        """
        return self.detected is True and self.detectable is not None and abs(self.figure) < self.detectable


class Sure(NamedTuple):
    """How sure a figure is, before rounding; None where it cannot be said."""

    interval: tuple[float, float] | None
    detectable: float | None
    p_value: float | None

    def known(self) -> "Sure":
        """Return it with None for whatever is not a finite number."""
        interval = self.interval if self.interval and all(map(isfinite, self.interval)) else None
        rest = (value if value is not None and isfinite(value) else None for value in (self.detectable, self.p_value))
        return Sure(interval, *rest)


def figures(observed: float, figure: float, sure: Sure, *, decimals: int, significance: float) -> Figures:
    """Return figures rounded: intervals and the detectable change outwards.

    An interval that leaves out 0 must do so by a whole step to be shown leaving it out: the detectable change is as
    much larger.
    """
    shown = nearest(figure, decimals)
    interval, detectable, p_value = sure.known()
    rounded = None if interval is None else (downwards(interval[0], decimals), upwards(interval[1], decimals))
    detected = None
    if rounded is not None and p_value is not None and detectable is not None:
        detected = p_value < significance and shown != 0 and not rounded[0] <= 0 <= rounded[1]
    least = None if detectable is None else upwards(detectable + 10.0**-decimals, decimals)
    return Figures(nearest(observed, decimals), shown, rounded, least, detected, decimals)


def nearest(value: float, decimals: int) -> float:
    """Return a value rounded; never minus zero."""
    return round(value, decimals) + 0.0


def downwards(value: float, decimals: int) -> float:
    """Return the next value below with so many decimals."""
    return float(floor(round(value * 10.0**decimals, _STEADY)) / 10.0**decimals)


def upwards(value: float, decimals: int) -> float:
    """Return the next value above with so many decimals."""
    return float(ceil(round(value * 10.0**decimals, _STEADY)) / 10.0**decimals)


def rounded_people(people: int, k: int) -> int:
    """Return a number of people to the nearest k, halves upwards."""
    return (people + k // 2) // k * k
