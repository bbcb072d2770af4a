"""Elsewhere: what part of those who begin together answered another instrument than the one that is looked at.

Guards that nobody is left out for how they fared: a declaration names the instrument, never who answers it, and whoever
is handed in by another is missing from the difference and from what is said of those who left.
"""

from collections import Counter
from fractions import Fraction

from services.evaluation.evidence.cells import CellTable


def elsewhere(everybody: CellTable, chosen: CellTable) -> Fraction:
    """Return the largest part of the people of one start (0 is one) who are not in the `chosen` table; 0 for nobody.

    Those who had begun at the first wave are compared with nobody and do not count.
    """
    of, there = _people(everybody), _people(chosen)
    return max((1 - Fraction(there[start], of[start]) for start in of if start != 1 and of[start]), default=Fraction(0))


def _people(table: CellTable) -> Counter[int]:
    found: Counter[int] = Counter()
    for cell in table.cells:
        found[cell.cohort] += cell.n
    return found
