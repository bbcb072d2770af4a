"""A published figure held against its counts: does it follow, and if not, what was done instead.

Guards that a figure is never called wrong without trying the known ways in which the same counts give it: direction,
unit, rounding, denominator, a swapped numerator; except where the explanation would tell of a few people.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import floor

from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres.figures import Part

_FIGURE = re.compile(r"([+-]?)([0-9]{1,9})(?:\.([0-9]{1,9}))?\s*(times|x|%|pp|percentage points|points)?")
_PERCENT, _POINTS = "%", ("pp", "points", "percentage points")


@dataclass(frozen=True)
class Reconciliation:
    """Whether a published figure is the standard's own, and in words what it is."""

    published: str
    agrees: bool
    reason: str
    words: str


@dataclass(frozen=True)
class _Way:
    reason: str
    value: Fraction
    words: str
    cut: bool = False


def ratio(published: str, numerator: Part, other: Part, unknown: Part | None, names: tuple[str, str]) -> Reconciliation:
    """Hold a published ratio against counts; `names` are those of the numerator group and of the other.

    `unknown` is None where people of unknown ethnicity are too few to tell: a ratio that they explain says how many.
    """
    if not numerator.count or not other.count:
        return Reconciliation(
            published, agrees=False, reason="zero", words="No ratio follows: a group has nobody counted."
        )
    ways = list(_ratios(numerator, other, unknown, *names))
    return _settled(published, ways, "times", _allowed((numerator, other), _quotient))


def points(published: str, one: Part, other: Part, other_base: Part | None, names: tuple[str, str]) -> Reconciliation:
    """Hold a published difference in percentage points against counts.

    `other_base` is the first group by the other denominator rule, None where there is nobody of unknown ethnicity.
    """
    ways = list(_differences(one, other, other_base, *names))
    return _settled(published, ways, "points", _allowed((one, other), _difference))


def _quotient(one: Part, other: Part) -> Fraction:
    return _share(one) / _share(other)


def _difference(one: Part, other: Part) -> Fraction:
    return 100 * (_share(one) - _share(other))


def _allowed(parts: tuple[Part, Part], figure: Callable[[Part, Part], Fraction]) -> tuple[Fraction, Fraction] | None:
    """Return between which figures the bases may lie that were rebuilt from percentages; None where all are known."""
    if all(part.least is None for part in parts):
        return None
    found = [figure(*ends) for ends in product(*(part.ends for part in parts))]
    return min(found), max(found)


def _share(part: Part) -> Fraction:
    return Fraction(part.count, part.base)


def _ratios(one: Part, other: Part, unknown: Part | None, name: str, others: str) -> Iterator[_Way]:
    p, q = _share(one), _share(other)
    yield _Way("agrees", p / q, f"It follows from the counts: {name} divided by {others}.")
    yield _Way("rounding", p / q, "It was cut off, not rounded.", cut=True)
    for digits in (1, 0, 2):
        rounded = _rounded(100 * p, digits), _rounded(100 * q, digits)
        if rounded[1]:
            said = f"It was divided from percentages rounded to {digits} decimals, not from counts."
            yield _Way("rounding", rounded[0] / rounded[1], said)
    yield _Way(
        "direction", q / p, f"It is the other way round: {others} divided by {name}. The standard asks for {name}."
    )
    yield _Way("unit", 100 * p / q, "It is the ratio in per cent: divide by 100.")
    yield _Way("unit", 100 * (p / q - 1), "It says by how many per cent more likely, not how many times as likely.")
    yield _Way("percent_or_points", 100 * (p - q), "It is the difference in percentage points, not a ratio.")
    if unknown is not None:
        yield from _with_unknown(one, other, unknown, name, others)
    yield _Way("denominator", Fraction(one.count, other.count), "People were divided by people, without their bases.")
    yield _Way(
        "swapped_numerator",
        Fraction(other.count * other.base, one.base * one.count),
        f"The numerators are swapped: {others}'s count over {name}'s base and the reverse.",
    )
    if one.count < one.base and other.count < other.base:
        yield _Way("complement", (1 - p) / (1 - q), "It compares those who were not counted.")
        yield _Way("odds", p * (1 - q) / (q * (1 - p)), "It is a ratio of odds, not of likelihoods.")


def _with_unknown(one: Part, other: Part, unknown: Part, name: str, others: str) -> Iterator[_Way]:
    p = _share(one)
    everybody = Part(one.count + other.count + unknown.count, one.base + other.base + unknown.base)
    if unknown.base:
        rest = _share(Part(other.count + unknown.count, other.base + unknown.base))
        yield _Way(
            "denominator", p / rest, f"People of unknown ethnicity were counted with {others}; they are in neither."
        )
    yield _Way("denominator", p / _share(everybody), f"{name} were divided by everybody, not by {others}.")


def _differences(one: Part, other: Part, other_base: Part | None, name: str, others: str) -> Iterator[_Way]:
    p, q = 100 * _share(one), 100 * _share(other)
    yield _Way("agrees", p - q, f"It follows from the counts: {name} less {others}, in percentage points.")
    yield _Way("rounding", p - q, "It was cut off, not rounded.", cut=True)
    for digits in (1, 0):
        said = f"It was subtracted from percentages rounded to {digits} decimals, not from counts."
        yield _Way("rounding", _rounded(p, digits) - _rounded(q, digits), said)
    yield _Way("direction", q - p, f"It is the other way round: {others} less {name}.")
    if q:
        said = "It is in per cent of the other group's percentage, not in percentage points."
        yield _Way("percent_or_points", 100 * (p - q) / q, said)
        yield _Way("unit", p / q, "It is a ratio, not a difference in percentage points.")
    yield _Way("unit", (p - q) / 100, "It is a difference of shares: times 100 makes percentage points.")
    yield _Way("unit", p, f"It is the percentage of {name} alone, not a difference.")
    yield _Way("unit", q, f"It is the percentage of {others} alone, not a difference.")
    if other_base is not None and other_base.base:
        said = "Unknown ethnicity was left out of the base, or put into it, against the standard."
        yield _Way("denominator", 100 * _share(other_base) - q, said)
    swapped = Fraction(100 * other.count, one.base) - Fraction(100 * one.count, other.base)
    yield _Way("swapped_numerator", swapped, "The numerators of the two groups are swapped.")


def _settled(
    published: str, ways: list[_Way], unit: str, allowed: tuple[Fraction, Fraction] | None = None
) -> Reconciliation:
    value, digits, said = read(published)
    own, rest = ways[0], ways[1:]
    if allowed is not None:
        own = replace(own, words=own.words.replace("the counts", "rounded percentages, which allow others too"))
        low, high = (_rounded(end, digits) for end in allowed)
        if low <= value <= high:
            between = replace(own, value=value, words=f"Rounded percentages allow it, and all of {_ends(low, high)}.")
            rest = [between, *rest]
    for way in (own, *rest):
        if (_cut(way.value, digits) if way.cut else _rounded(way.value, digits)) == value:
            words = way.words
            if way.reason == "agrees" and said == _PERCENT and unit == "points":
                return Reconciliation(
                    published, agrees=False, reason="percent_or_points", words=f"{words} Say points, not %."
                )
            if way.reason == "agrees" and said in (_PERCENT, *_POINTS) and unit == "times":
                return Reconciliation(published, agrees=False, reason="unit", words=f"{words} It is times, not {said}.")
            return Reconciliation(published, agrees=way.reason == "agrees", reason=way.reason, words=words)
    shown = min(max(digits, 1), 2)
    words = f"It does not follow from these counts in any way we know; they give {float(_rounded(own.value, shown)):g}."
    if allowed is not None:
        ends = _ends(*(_rounded(end, shown) for end in allowed))
        words = f"It does not follow from the rounded percentages in any way we know; they give {ends}."
    return Reconciliation(published, agrees=False, reason="unexplained", words=words)


def _ends(low: Fraction, high: Fraction) -> str:
    return f"{float(low):g} to {float(high):g}"


def follows(percent: str, count: int, base: int) -> bool:
    """Say whether a percentage as written is that of so many people of a base, rounded or cut off."""
    value, digits, _ = read(percent)
    exact = Fraction(100 * count, base) if base else Fraction(0)
    return value in (_rounded(exact, digits), _cut(exact, digits))


def read(published: str) -> tuple[Fraction, int, str]:
    """Return a published figure's value, its decimals and its unit as written; EvidenceError if it is none."""
    found = _FIGURE.fullmatch(published.strip().lower())
    if found is None:
        raise EvidenceError(f"{published[:40]!r} is not a figure such as 1.7, 170% or 4.2pp", field="published")
    sign, whole, decimals, unit = found.groups()
    return Fraction(f"{sign}{whole}.{decimals or 0}"), len(decimals or ""), unit or ""


def _rounded(value: Fraction, digits: int) -> Fraction:
    """Round halves away from zero, as people do."""
    scaled = abs(value) * 10**digits
    return Fraction(floor(scaled + Fraction(1, 2)), 10**digits) * (1 if value >= 0 else -1)


def _cut(value: Fraction, digits: int) -> Fraction:
    return Fraction(floor(abs(value) * 10**digits), 10**digits) * (1 if value >= 0 else -1)
