"""All cells of one outcome: every key once, in one order, so that equal people give an equal table.

Guards that merging and taking away are per key and exact, and that a cell of nobody is no cell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.evaluation.evidence.cells.cell import Cell, Key
from services.evaluation.evidence.errors import EvidenceError

_FAR = 10**6
"""As far as folding goes: sums of products of 20 million people still fit 64 bits."""


class Outcome(BaseModel):
    """What was asked: scores are whole numbers from `low` to `high`, in `unit`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=200)
    unit: str = Field(default="points", min_length=1, max_length=60)
    low: int = Field(ge=-_FAR, le=_FAR)
    high: int = Field(ge=-_FAR, le=_FAR)
    better: Literal["higher", "lower"] = "higher"

    @model_validator(mode="after")
    def _ordered(self) -> "Outcome":
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells of one outcome; `waves` are dates such as 2023-09 in order, `k` the smallest group that may be shown.

    Build it with `CellTable.of`, which merges cells of one key and sorts them.
    """

    outcome: Outcome
    waves: tuple[str, ...]
    cells: tuple[Cell, ...]
    k: int = 10

    @classmethod
    def of(cls, outcome: Outcome, waves: Iterable[str], cells: Iterable[Cell], k: int = 10) -> "CellTable":
        """Return the table of cells that may share keys and come in any order."""
        return cls(outcome, tuple(waves), _united(cells), k)

    @property
    def people(self) -> int:
        """Return how many people are in it, whatever they answered."""
        return sum(cell.n for cell in self.cells)

    @property
    def instruments(self) -> tuple[str, ...]:
        """Return the instruments that occur, sorted."""
        return tuple(sorted({cell.instrument for cell in self.cells}))

    def organisations(self, *, treated: bool) -> tuple[str, ...]:
        """Return the organisations with people in a programme cohort, or with people in none."""
        return tuple(sorted({cell.organisation for cell in self.cells if (cell.cohort > 0) is treated}))

    def where(self, kept: Callable[[Cell], bool]) -> "CellTable":
        """Return the table of the cells for which `kept` holds."""
        return replace(self, cells=tuple(cell for cell in self.cells if kept(cell)))

    def together(self, *waves: int) -> "CellTable":
        """Return those who answered all of `waves` (rising), seen at these waves only."""
        answered = (cell.on(waves) for cell in self.cells if set(waves) <= set(cell.pattern))
        return replace(self, cells=_united(answered))

    def merge(self, other: "CellTable") -> "CellTable":
        """Return the table of both groups of people: partitions, regions, batches of a stream."""
        self._same(other)
        return replace(self, cells=_united([*self.cells, *other.cells]))

    def without(self, other: "CellTable") -> "CellTable":
        """Return the table of those who are left when the people of `other` go."""
        self._same(other)
        cells = {cell.key: cell for cell in self.cells}
        for gone in other.cells:
            cells[gone.key] = cells.get(gone.key, Cell.empty(gone.key)).without(gone)
        return replace(self, cells=_united(cells.values()))

    def _same(self, other: "CellTable") -> None:
        if (self.outcome, self.waves, self.k) != (other.outcome, other.waves, other.k):
            raise EvidenceError("tables of different outcomes, waves or k cannot be put together", field="outcome")


def _united(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    united: dict[Key, Cell] = {}
    for cell in cells:
        known = united.get(cell.key)
        united[cell.key] = cell if known is None else known.merge(cell)
    return tuple(united[key] for key in sorted(united) if united[key].n)
