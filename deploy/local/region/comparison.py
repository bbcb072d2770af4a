"""The answers beside the truth: which figures are equal, and which are not. Pure.

Guards that every figure of every cell counts that either side speaks of, so that an answer can be wrong by saying
too much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploy.local.region.truth import PARTICIPATION, PROJECTS, Cell, Figures


@dataclass(frozen=True)
class Difference:
    """A figure that evaluation tells otherwise than it is."""

    cell: Cell
    figure: str
    answered: int
    true: int

    def __str__(self) -> str:
        where = " / ".join(part for part in self.cell if part is not None)
        return f"{where}: {self.figure} is {self.true}, evaluation says {self.answered}"


@dataclass(frozen=True)
class Side:
    """One kind of figures, as answered and as they are."""

    names: Sequence[str]
    answered: Figures
    true: Figures

    def cells(self) -> list[Cell]:
        """Return every cell of which either side speaks."""
        return sorted({*self.answered.cells(), *self.true.cells()}, key=lambda cell: tuple(part or "" for part in cell))

    def count(self) -> int:
        """Return how many figures are compared."""
        return len(self.cells()) * len(self.names)

    def differences(self) -> Iterable[Difference]:
        """Return the figures that are not equal."""
        for cell in self.cells():
            for name in self.names:
                said, true = self.answered.get(cell, name), self.true.get(cell, name)
                if said != true:
                    yield Difference(cell, name, said, true)

    def at(self, programme: str, organisation: str) -> list[tuple[int, int]]:
        """Return answer and truth of each figure of a programme at an organisation, groups added up."""
        cells = [cell for cell in self.cells() if (cell.programme, cell.organisation) == (programme, organisation)]
        return [
            (sum(self.answered.get(cell, name) for cell in cells), sum(self.true.get(cell, name) for cell in cells))
            for name in self.names
        ]


def participation(answered: Figures, true: Figures) -> Side:
    """Compare enrolments, attendance, commitment and journals."""
    return Side(PARTICIPATION, answered, true)


def change_projects(answered: Figures, true: Figures) -> Side:
    """Compare projects and milestones."""
    return Side(PROJECTS, answered, true)
