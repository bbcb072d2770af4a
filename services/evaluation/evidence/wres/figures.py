"""Ratios and differences of two groups, with intervals; from counts, never from percentages.

Guards that a zero cell has no ratio, that a ratio cannot be had without saying whose likelihood is its numerator, and
that a base which is known only within bounds makes the interval as wide as those bounds allow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import ceil, exp, floor, hypot, log, sqrt

from scipy.stats import norm
from scipy.stats.contingency import relative_risk

from services.evaluation.evidence.errors import EvidenceError

_Z = float(norm.ppf(0.975))
_WHOLE = 100
_NOISE = 12
"""Decimals to which floats of ratios and points are exact."""


@dataclass(frozen=True)
class Part:
    """`count` people of a group of `base`; `least` and `most` bound a base that was rebuilt from a percentage."""

    count: int
    base: int
    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.base:
            raise EvidenceError("the count is not between 0 and its base", field="count")

    @property
    def smallest(self) -> int:
        """Return the smaller of those counted and those not."""
        return min(self.count, self.base - self.count)

    @property
    def ends(self) -> tuple["Part", ...]:
        """Return the part with its least and its greatest possible base; itself where the base is known."""
        bases = {self.base if end is None else end for end in (self.least, self.most)}
        return tuple(Part(self.count, base) for base in sorted(bases))


@dataclass(frozen=True)
class Measure:
    """A ratio or a difference in percentage points, with its 95 % interval; no value where `reason` says why.

    `corners` are the measures at the bounds of bases that were rebuilt from percentages: the interval is that of chance
    alone until they are counted in (`widened`).
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    corners: tuple["Measure", ...] = ()

    def rounded(self, decimals: int) -> "Measure":
        """Return the measure as it is printed with so many decimals."""
        value, low, high = (
            None if end is None else _printed(end, decimals) for end in (self.value, self.low, self.high)
        )
        return Measure(value, low, high, self.reason)

    def widened(self) -> "Measure":
        """Return the measure with an interval that holds those of all corners."""
        every = (self, *self.corners)
        if self.value is None or not self.corners:
            return self
        low, high = min(one.low or 0.0 for one in every), max(one.high or 0.0 for one in every)
        return replace(self, low=low, high=high)


def rounded(value: Fraction, digits: int) -> Fraction:
    """Round halves away from zero, as people do."""
    scaled = abs(value) * 10**digits
    return Fraction(floor(scaled + Fraction(1, 2)), 10**digits) * (1 if value >= 0 else -1)


def _printed(value: float, decimals: int) -> float:
    """Return a float as it is printed: 1.005 is a little less, and a half all the same. Zero has no sign."""
    return float(rounded(Fraction(repr(round(value, _NOISE))), decimals))


def ratio(numerator: Part, other: Part) -> Measure:
    """Return how many times as likely the numerator group is as the other; interval exp(ln RR ± 1.96 SE).

    Source: scipy.stats.contingency.relative_risk (Katz). No ratio where nobody of either group was counted.
    """
    if numerator.count == 0 or other.count == 0:
        return Measure(None, reason="no ratio: in one group nobody was counted")
    return _over(_ratio, numerator, other)


def _ratio(numerator: Part, other: Part) -> Measure:
    found = relative_risk(numerator.count, numerator.base, other.count, other.base)
    interval = found.confidence_interval()
    return Measure(float(found.relative_risk), float(interval.low), float(interval.high))


def change(then: tuple[Part, Part], now: tuple[Part, Part]) -> Measure:
    """Return the ratio now divided by the ratio then, each of (numerator group, other group), with its interval."""
    if min(part.count for part in (*then, *now)) == 0:
        return Measure(None, reason="no ratio: in one group nobody was counted")
    return _over(_change, *then, *now)


def _change(*four: Part) -> Measure:
    then, now = four[:2], four[2:]
    before, after = _ratio(*then).value, _ratio(*now).value
    difference, error = log(after or 1) - log(before or 1), hypot(_log_error(*then), _log_error(*now))
    return Measure(exp(difference), exp(difference - _Z * error), exp(difference + _Z * error))


def points(one: Part, other: Part) -> Measure:
    """Return the difference of two percentages in percentage points, with Newcombe's interval (1998, method 10)."""
    if one.base == 0 or other.base == 0:
        return Measure(None, reason="no percentage: a group has nobody in it")
    return _over(_points, one, other)


def _points(one: Part, other: Part) -> Measure:
    (p1, low1, high1), (p2, low2, high2) = _wilson(one), _wilson(other)
    low = p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return Measure(100 * (p1 - p2), 100 * low, 100 * high)


def against_whole(part: Part, whole: Part) -> Measure:
    """Return a part's percentage less the whole's, in points; the part belongs to the whole.

    It is the difference between the part and the rest, times the share of the rest; so is its interval.
    """
    rest = Part(whole.count - part.count, whole.base - part.base)
    if rest.base == 0 or part.base == 0:
        return Measure(None, reason="nothing to compare with: the part is the whole or is empty")
    found, share = points(part, rest), rest.base / whole.base
    value, low, high = (None if end is None else end * share for end in (found.value, found.low, found.high))
    return Measure(value, low, high, found.reason)


def rebuilt(count: int, percent: str) -> Part:
    """Return a part whose base is not given but whose percentage is, as written ("1.2"): about count / percent.

    Bounds are the least and the greatest base of which so many are that percentage, a half rounded either way;
    EvidenceError where there is none: 17 people are 47 per cent of 36, 49 of 35, and 48 of nobody.
    """
    half, value = Fraction(1, 2 * 10 ** len(percent.partition(".")[2])), Fraction(percent)
    if not half < value <= _WHOLE or count == 0:
        raise EvidenceError("a base cannot be rebuilt from this percentage", field="percent")
    least, most = max(ceil(100 * count / (value + half)), count), floor(100 * count / (value - half))
    if least > most:
        said = "is not that of so many people of any base; correct one of them, or give the base"
        raise EvidenceError(said, field="percent")
    return Part(count, min(max(round(100 * count / value), least), most), least, most)


def _over(measured: Callable[..., Measure], *parts: Part) -> Measure:
    """Return a measure with those at every corner of least and greatest bases, where any base is not known."""
    corners = tuple(measured(*ends) for ends in product(*(part.ends for part in parts)))
    return replace(measured(*parts), corners=corners if len(corners) > 1 else ())


def _log_error(one: Part, other: Part) -> float:
    return sqrt(1 / one.count - 1 / one.base + 1 / other.count - 1 / other.base)


def _wilson(part: Part) -> tuple[float, float, float]:
    """Return a share and its interval by Wilson (1927), written out: `binomtest` runs an exact test first each time."""
    share, wide = part.count / part.base, 2 * (part.base + _Z**2)
    middle = (2 * part.base * share + _Z**2) / wide
    away = _Z / wide * sqrt(4 * part.base * share * (1 - share) + _Z**2)
    return share, middle - away if part.count else 0.0, middle + away if part.count < part.base else 1.0
