"""The ways in which the same counts give another figure: direction, unit, rounding, denominator, a swapped numerator.

Guards that each known mistake is described in words that follow "It could be": that a figure fits a way is no proof.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import floor

from services.evaluation.evidence.wres.figures import Part, rounded


@dataclass(frozen=True)
class Way:
    """A figure that the counts give, why it is not the standard's, and what it is; `cut` is cut off, not rounded.

    `ends` are the least and the greatest that bases allow which were rebuilt from percentages; None if all are known.
    """

    reason: str
    value: Fraction
    words: str
    cut: bool = False
    ends: tuple[Fraction, Fraction] | None = None

    def printed(self, digits: int) -> tuple[Fraction, Fraction]:
        """Return the least and the greatest figure that it may be, as they are printed with so many decimals."""
        low, high = ((cut if self.cut else rounded)(end, digits) for end in self.ends or (self.value, self.value))
        return low, high

    def fits(self, value: Fraction, digits: int) -> bool:
        """Say whether a figure of so many decimals may be this one."""
        low, high = self.printed(digits)
        return low <= value <= high


def over_bases(made: Callable[..., Iterable[Way]], *parts: Part) -> list[Way]:
    """Return the ways that `made` gives of some parts, over all bases that these may have.

    Each goes one way as one base grows, so that its ends are at the ends of the bases.
    """
    found = {way.words: way for way in made(*parts)}
    every = [found, *({way.words: way for way in made(*ends)} for ends in product(*(part.ends for part in parts)))]
    if all(part.least is None for part in parts):
        return list(found.values())
    for ways in every:
        for words, way in ways.items():
            low, high = found.setdefault(words, way).ends or (way.value, way.value)
            found[words] = replace(found[words], ends=(min(low, way.value), max(high, way.value)))
    return list(found.values())


def share(part: Part) -> Fraction:
    """Return who is counted of a group, 0 to 1."""
    return Fraction(part.count, part.base)


def ratios(one: Part, other: Part, unknown: Part | None, name: str, others: str) -> Iterator[Way]:
    """Return the ratio of the standard, then all known others; `unknown` is None where it must not be told of."""
    p, q = share(one), share(other)
    yield Way("agrees", p / q, f"It follows from the counts: {name} divided by {others}.")
    yield Way("rounding", p / q, "the figure cut off, not rounded", cut=True)
    for digits in (1, 0, 2):
        shown = rounded(100 * p, digits), rounded(100 * q, digits)
        if shown[1]:
            said = f"divided from percentages rounded to {digits} decimals, not from counts"
            yield Way("rounding", shown[0] / shown[1], said)
    yield Way(
        "direction", q / p, f"the other way round: {others} divided by {name}, where the standard asks for {name}"
    )
    yield Way("unit", 100 * p / q, "the ratio in per cent: divide by 100")
    yield Way("unit", 100 * (p / q - 1), "by how many per cent more likely, not how many times as likely")
    yield Way("percent_or_points", 100 * (p - q), "the difference in percentage points, not a ratio")
    if unknown is not None:
        yield from _with_unknown(one, other, unknown, name, others)
    yield Way("denominator", Fraction(one.count, other.count), "people divided by people, without their bases")
    yield Way(
        "swapped_numerator",
        Fraction(other.count * other.base, one.base * one.count),
        f"the ratio with the numerators swapped: {others}'s count over {name}'s base and the reverse",
    )
    if one.count < one.base and other.count < other.base:
        yield Way("complement", (1 - p) / (1 - q), "the ratio of those who were not counted")
        yield Way("odds", p * (1 - q) / (q * (1 - p)), "a ratio of odds, not of likelihoods")


def _with_unknown(one: Part, other: Part, unknown: Part, name: str, others: str) -> Iterator[Way]:
    p = share(one)
    everybody = Part(one.count + other.count + unknown.count, one.base + other.base + unknown.base)
    if unknown.base:
        rest = share(Part(other.count + unknown.count, other.base + unknown.base))
        yield Way(
            "denominator",
            p / rest,
            f"a ratio in which people of unknown ethnicity were counted with {others}; they are in neither",
        )
    yield Way("denominator", p / share(everybody), f"{name} divided by everybody, not by {others}")


def differences(one: Part, other: Part, other_base: Part | None, name: str, others: str) -> Iterator[Way]:
    """Return the difference of the standard in percentage points, then all known others."""
    p, q = 100 * share(one), 100 * share(other)
    yield Way("agrees", p - q, f"It follows from the counts: {name} less {others}, in percentage points.")
    yield Way("rounding", p - q, "the figure cut off, not rounded", cut=True)
    for digits in (1, 0):
        said = f"subtracted from percentages rounded to {digits} decimals, not from counts"
        yield Way("rounding", rounded(p, digits) - rounded(q, digits), said)
    yield Way("direction", q - p, f"the other way round: {others} less {name}")
    if q:
        said = "in per cent of the other group's percentage, not in percentage points"
        yield Way("percent_or_points", 100 * (p - q) / q, said)
        yield Way("unit", p / q, "a ratio, not a difference in percentage points")
    yield Way("unit", (p - q) / 100, "a difference of shares: times 100 makes percentage points")
    yield Way("unit", p, f"the percentage of {name} alone, not a difference")
    yield Way("unit", q, f"the percentage of {others} alone, not a difference")
    if other_base is not None and other_base.base:
        said = "a difference with unknown ethnicity left out of the base, or put into it, against the standard"
        yield Way("denominator", 100 * share(other_base) - q, said)
    swapped = Fraction(100 * other.count, one.base) - Fraction(100 * one.count, other.base)
    yield Way("swapped_numerator", swapped, "the difference with the numerators of the two groups swapped")


def cut(value: Fraction, digits: int) -> Fraction:
    """Leave out the further decimals."""
    return Fraction(floor(abs(value) * 10**digits), 10**digits) * (1 if value >= 0 else -1)
