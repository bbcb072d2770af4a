"""A published figure held against its counts: does it follow, and if not, what was done instead.

Guards that a figure is never called wrong without trying the known ways in which the same counts give it, except where
the explanation would tell of a few people; and that a way which it fits is no more than a possibility.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres.figures import Part, rounded
from services.evaluation.evidence.wres.ways import Way, cut, differences, over_bases, ratios

_FIGURE = re.compile(r"([+-]?)([0-9]{1,9})(?:\.([0-9]{1,9}))?\s*(times|x|%|pp|percentage points|points)?")
_PERCENT, _TIMES = "%", ("times", "x")
_LONGEST = 40
_OFTEN = Fraction(1, 10)
"""Where more of the figures nearby fit some way by chance, a fit says nothing: without decimals about half do."""
_NEAR = Fraction(5)


@dataclass(frozen=True)
class Reconciliation:
    """Whether a published figure is the standard's own, None where it cannot be judged, and in words what it is."""

    published: str
    agrees: bool | None
    reason: str
    words: str


def ratio(published: str, numerator: Part, other: Part, unknown: Part | None, names: tuple[str, str]) -> Reconciliation:
    """Hold a published ratio against counts; `names` are those of the numerator group and of the other.

    `unknown` is None where people of unknown ethnicity are too few to tell: a ratio that they explain says how many.
    """
    if not numerator.count or not other.count:
        return Reconciliation(
            published[:_LONGEST], agrees=False, reason="zero", words="No ratio follows: a group has nobody counted."
        )
    parts = (numerator, other) if unknown is None else (numerator, other, unknown)
    ways = over_bases(lambda one, two, rest=None: ratios(one, two, rest, *names), *parts)
    return _settled(published, ways, "times")


def points(published: str, one: Part, other: Part, other_base: Part | None, names: tuple[str, str]) -> Reconciliation:
    """Hold a published difference in percentage points against counts.

    `other_base` is the first group by the other denominator rule, None where there is nobody of unknown ethnicity.
    """
    ways = over_bases(lambda first, second: differences(first, second, other_base, *names), one, other)
    return _settled(published, ways, "points")


def _settled(published: str, ways: list[Way], unit: str) -> Reconciliation:
    try:
        value, digits, said = read(published)
    except EvidenceError:
        words = "It cannot be read: write it as 1.7, 170% or 4.2pp."
        return Reconciliation(published[:_LONGEST], agrees=None, reason="unreadable", words=words)
    own, rest = ways[0], ways[1:]
    if own.ends is not None:
        words = own.words.replace("the counts", "rounded percentages, which allow others too")
        if rounded(own.value, digits) != value:
            words = f"Rounded percentages allow it, and all of {_ends(own, digits)}."
        own = replace(own, words=words)
    if own.fits(value, digits):
        return _same(published, own, value, said, unit)
    if fits := [way for way in rest if way.fits(value, digits)]:
        return _could_be(published, fits, few=_by_chance(value, digits, rest, unit) > _OFTEN)
    return _unexplained(published, own, min(max(digits, 1), 2))


def _same(published: str, own: Way, value: Fraction, said: str, unit: str) -> Reconciliation:
    """Judge a figure that is the standard's own: its unit may be another, and as a ratio 0 says nothing."""
    if unit == "times" and value == 0:
        words = "Too few digits to tell: every small ratio is printed like this."
        return Reconciliation(published, agrees=None, reason="digits", words=words)
    if unit == "points" and said == _PERCENT:
        words = f"{own.words} Say points, not %."
        return Reconciliation(published, agrees=False, reason="percent_or_points", words=words)
    if (unit == "points") == (said in _TIMES) and said:
        meant = "percentage points" if unit == "points" else "times"
        return Reconciliation(published, agrees=False, reason="unit", words=f"{own.words} It is {meant}, not {said}.")
    return Reconciliation(published, agrees=True, reason="agrees", words=own.words)


def _could_be(published: str, fits: list[Way], *, few: bool) -> Reconciliation:
    """Name every way that fits; the reason only where no other fits, and few figures would fit by chance."""
    could = ", or ".join(dict.fromkeys(way.words for way in fits))
    if not few and len({way.reason for way in fits}) == 1:
        return Reconciliation(published, agrees=False, reason=fits[0].reason, words=f"It could be {could}.")
    return Reconciliation(
        published, agrees=False, reason="digits", words=f"Too few digits to tell: it could be {could}."
    )


def _by_chance(value: Fraction, digits: int, ways: list[Way], unit: str) -> Fraction:
    """Return which share of the figures near a published one some way would fit, though they were made up.

    Near: from half to twice a ratio; half as much more or less, or five points, of a difference.
    """
    size = abs(value)
    around = max(size / 2, _NEAR) if unit == "points" else size
    low, high = (value - around, value + around) if unit == "points" else (size / 2, 2 * size)
    there, reached = 0, low - 1
    for least, most in sorted(way.printed(digits) for way in ways):
        first, last = max(least, low, reached), min(most, high)
        there += max(floor(last * 10**digits) - ceil(first * 10**digits) + 1, 0)
        reached = max(reached, most + Fraction(1, 10**digits))
    return Fraction(there, max(floor((high - low) * 10**digits), 1))


def _unexplained(published: str, own: Way, shown: int) -> Reconciliation:
    words = f"It does not follow from these counts in any way we know; they give {float(own.printed(shown)[0]):g}."
    if own.ends is not None:
        ends = _ends(own, shown)
        words = f"It does not follow from the rounded percentages in any way we know; they give {ends}."
    return Reconciliation(published, agrees=False, reason="unexplained", words=words)


def _ends(way: Way, digits: int) -> str:
    low, high = way.printed(digits)
    return f"{float(low):g} to {float(high):g}"


def follows(percent: str, count: int, base: int) -> bool:
    """Say whether a percentage as written is that of so many people of a base, rounded or cut off."""
    value, digits, _ = read(percent)
    exact = Fraction(100 * count, base) if base else Fraction(0)
    return value in (rounded(exact, digits), cut(exact, digits))


def read(published: str) -> tuple[Fraction, int, str]:
    """Return a published figure's value, its decimals and its unit as written; EvidenceError if it is none."""
    found = _FIGURE.fullmatch(published.strip().lower().replace("\N{MINUS SIGN}", "-"))
    if found is None:
        raise EvidenceError(f"{published[:40]!r} is not a figure such as 1.7, 170% or 4.2pp", field="published")
    sign, whole, decimals, unit = found.groups()
    return Fraction(f"{sign}{whole}.{decimals or 0}"), len(decimals or ""), unit or ""
