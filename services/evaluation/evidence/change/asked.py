"""Asked before: how many of those who are compared also answered the waves that vouch for them.

Guards that sides are not said to have moved alike because a few of their people did: a test of the time before that
rests on other people says nothing of those whose change is compared.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.compared import compared

Sizes = Counter[str]
"""People by organisation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One side of a difference: those compared, and those of them who answered one wave before the start."""

    compared: Sizes
    before: Sizes = field(default_factory=Counter)

    @property
    def people(self) -> Fraction:
        """Return the part of the people who answered before."""
        return Fraction(self.before.total(), self.compared.total())

    def organisations(self, share: float) -> int:
        """Return how many organisations there are such a share of whose people, or more, answered before."""
        return sum(self.before[name] >= share * many for name, many in self.compared.items())


def asked(table: CellTable, control: str) -> tuple[list[Asked], list[Asked]]:
    """Return the programme's sides and those they are compared with: one for every cohort, wave since its start and
    wave before it but the last, which all that are compared answered.

    A cohort that begins at the second wave has none. A wave that nobody answered is there, with nobody in it.
    """
    found = list(_found(table, control))
    return [own for own, _ in found], [other for _, other in found]


def _found(table: CellTable, control: str) -> Iterator[tuple[Asked, Asked]]:
    for one in compared(table, control):
        own, others = ([cell for cell in side if cell.n] for side in (one.own, one.others))
        for early in range(1, one.cohort - 1):
            if own and others:
                yield _asked(own, early), _asked(others, early)


def _asked(cells: Iterable[Cell], early: int) -> Asked:
    compared, before = Sizes(), Sizes()
    for cell in cells:
        compared[cell.organisation] += cell.n
        if early in cell.pattern:
            before[cell.organisation] += cell.n
    return Asked(compared, before)
