"""Ends: where the answers of a comparison stop, and how many people of each side stood there.

Guards that a scale which its file declares too wide hides no end: where answers stop, the scale stops.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell, Histogram, Outcome

_FEW = Fraction(1, 100)
"""A slip of the pen beyond the end does not move it: scores count that more than these of a side reached."""


class Ends(NamedTuple):
    """The lowest and the highest score."""

    low: int
    high: int


def declared(outcome: Outcome) -> Ends:
    """Return the ends that the file says the scale has."""
    return Ends(outcome.low, outcome.high)


def counted(cells: Iterable[Cell], wave: int) -> Histogram | None:
    """Return how many people have which score at a wave; None where a cell does not say."""
    found: Counter[int] = Counter()
    for cell in cells:
        if cell.scores is None or wave not in cell.scores:
            return None
        found.update(cell.scores[wave])
    return found


def used(scale: Ends, sides: Sequence[Histogram]) -> Ends:
    """Return the narrower of the scale and of the scores that more than a few of some side, at some wave, reached."""
    lowest, highest = (
        min(_stop(side, sorted(side)) for side in sides),
        max(_stop(side, sorted(side)[::-1]) for side in sides),
    )
    return Ends(max(scale.low, lowest), min(scale.high, highest))


def uneven(one: Histogram, other: Histogram, ends: Ends) -> Fraction:
    """Return how far the parts of both sides that stand at an end lie apart, at the end where they do so most.

    Nought where nobody stands in between, of yes and no: there the parts are the means, which are compared already.
    """
    if not any(ends.low < score < ends.high for score in {**one, **other}):
        return Fraction(0)
    return max(
        abs(_part(one, lambda score: score <= ends.low) - _part(other, lambda score: score <= ends.low)),
        abs(_part(one, lambda score: score >= ends.high) - _part(other, lambda score: score >= ends.high)),
    )


def _stop(side: Histogram, scores: Sequence[int]) -> int:
    """Return the first of a side's scores, coming from an end, that more than a few reached."""
    few = _FEW * sum(side.values())
    reached = accumulate(side[score] for score in scores)
    return next(score for score, people in zip(scores, reached, strict=True) if people > few)


def _part(side: Histogram, there: Callable[[int], bool]) -> Fraction:
    return Fraction(sum(people for score, people in side.items() if there(score)), sum(side.values()))
