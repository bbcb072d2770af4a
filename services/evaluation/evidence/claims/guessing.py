"""Guessing: in how many ways the people of a table can have answered, for whoever tries the likely ones first.

Guards that a fingerprint tells no answer. Where nearly all say no, hardly any way is left but that a few said yes, on
whatever scale: the number of answers that a scale allows says nothing of that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from math import e, lgamma, log, log2, pi

from services.evaluation.evidence.cells import Cell, CellTable, Histogram

BITS = 128
"""As many guesses as nobody makes."""


def bits(table: CellTable) -> float:
    """Return the logarithm (base 2) of the ways in which a table's people can have answered, those of the organisation
    left out that has most: it knows its own.

    Each answer counts as among so many that are as likely (the perplexity of the table's scores at a wave, or of the
    changes from the last wave answered, whichever is less).
    """
    each, known = _entropies(table), defaultdict[str, float](float)
    for cell in table.cells:
        person = sum(min(each[pair], each[pair[1], pair[1]]) for pair in _steps(cell))
        known[cell.organisation] += _ways(person, cell.n)
    return sum(known.values()) - max(known.values(), default=0.0)


def _steps(cell: Cell) -> Iterable[tuple[int, int]]:
    """Return each wave answered with the one before it, the first with itself."""
    return [(cell.pattern[0], cell.pattern[0]), *pairwise(cell.pattern)]


def _entropies(table: CellTable) -> dict[tuple[int, int], float]:
    """Return the entropy (bits) of the scores at each wave, of the changes between two, over all who answered them."""
    counts: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    sums: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for cell in table.cells:
        for early, late in {*_steps(cell), *((wave, wave) for wave in cell.pattern)}:
            counts[early, late].update(cell.spread(early, late) or {})
            total, squares = cell.changed(early, late)
            sums[early, late].update({"people": cell.n, "total": total, "squares": squares})
    return {pair: _entropy(counts[pair], one["people"], one["total"], one["squares"]) for pair, one in sums.items()}


def _entropy(counts: Histogram, people: int, total: int, squares: int) -> float:
    """Return it exactly where every cell counts scores, else the most that whole numbers of this variance have."""
    if sum(counts.values()) == people:
        return sum(many / people * log2(people / many) for many in counts.values())
    return log2(2 * pi * e * (max(squares / people - (total / people) ** 2, 0.0) + 1 / 12)) / 2


def _ways(person: float, people: int) -> float:
    """Return the bits of the ways in which so many people, told apart by nothing, answer of `person` bits each; of more
    than nobody guesses, as many.
    """
    if person >= BITS:
        return BITS * min(people, 1)
    each = 2.0**person
    return min(BITS, (lgamma(people + each) - lgamma(people + 1) - lgamma(each)) / log(2)) if people else 0.0
