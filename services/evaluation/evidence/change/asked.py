"""Asked before: how many of those who are compared also answered the waves that vouch for them.

Guards that sides are not said to have moved alike because a few of their people did: a test of the time before that
rests on other people says nothing of those whose change is compared.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from services.evaluation.evidence.cells import Cell, CellTable

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
    found = list(_found(table, not_yet=control == "not_yet_treated"))
    return [own for own, _ in found], [other for _, other in found]


def _found(table: CellTable, *, not_yet: bool) -> Iterator[tuple[Asked, Asked]]:
    for cohort in sorted({cell.cohort for cell in table.cells if cell.cohort > 1}):
        for wave in range(cohort, len(table.waves) + 1):
            took = [cell for cell in table.cells if cell.n and {cohort - 1, wave} <= set(cell.pattern)]
            own = [cell for cell in took if cell.cohort == cohort]
            others = [cell for cell in took if cell.cohort == 0 or (not_yet and cell.cohort > wave)]
            for early in range(1, cohort - 1):
                if own and others:
                    yield _asked(own, early), _asked(others, early)


def _asked(cells: Iterable[Cell], early: int) -> Asked:
    compared, before = Sizes(), Sizes()
    for cell in cells:
        compared[cell.organisation] += cell.n
        if early in cell.pattern:
            before[cell.organisation] += cell.n
    return Asked(compared, before)
