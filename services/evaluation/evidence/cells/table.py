"""All cells of one outcome: every key once, in one order, so that equal people give an equal table.

Guards that merging and taking away are per key and exact, and that a cell of nobody is no cell.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

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


class Then(NamedTuple):
    """Three waves (1-based, rising): rated before, rated looking back ("how I was then"), rated after."""

    before: int
    then: int
    after: int


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells of one outcome; `waves` are dates such as 2023-09 in order, `k` the smallest group that may be shown.

    Build it with `CellTable.of`, which merges cells of one key and sorts them.
    """

    outcome: Outcome
    waves: tuple[str, ...]
    cells: tuple[Cell, ...]
    k: int = 10
    cut_off: Mapping[str, int] = field(default_factory=dict)
    """Position of the stream up to which people were counted, by partition."""
    then: Then | None = None
    """Where one of the waves looks back: it is no wave of its own, see `forward`."""

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

    def forward(self) -> "CellTable":
        """Return the table without the wave that looks back, later waves and starts counted one lower."""
        if self.then is None:
            return self
        back = self.then.then
        waves = tuple(wave for number, wave in enumerate(self.waves, start=1) if number != back)
        cells = (_moved(cell, back) for cell in self.cells if cell.pattern != (back,))
        return replace(self, waves=waves, cells=_united(cells), then=None)

    def merge(self, other: "CellTable") -> "CellTable":
        """Return the table of both groups of people: partitions, regions, batches of a stream."""
        self._same(other)
        cut_off = {**self.cut_off, **other.cut_off}
        return replace(self, cells=_united([*self.cells, *other.cells]), cut_off=cut_off)

    def without(self, other: "CellTable") -> "CellTable":
        """Return the table of those who are left when the people of `other` go."""
        self._same(other)
        cells = {cell.key: cell for cell in self.cells}
        for gone in other.cells:
            cells[gone.key] = cells.get(gone.key, Cell.empty(gone.key)).without(gone)
        return replace(self, cells=_united(cells.values()))

    def _same(self, other: "CellTable") -> None:
        if (self.outcome, self.waves, self.k, self.then) != (other.outcome, other.waves, other.k, other.then):
            raise EvidenceError("tables of different outcomes, waves or k cannot be put together", field="outcome")


def _moved(cell: Cell, gone: int) -> Cell:
    def number(wave: int) -> int:
        return wave - (wave > gone)

    kept = cell.on([wave for wave in cell.pattern if wave != gone])
    scores, changes = kept.scores, kept.changes
    return replace(
        kept,
        cohort=number(cell.cohort),
        pattern=tuple(map(number, kept.pattern)),
        scores=None if scores is None else {number(wave): counts for wave, counts in scores.items()},
        changes=None if changes is None else {(number(a), number(b)): counts for (a, b), counts in changes.items()},
    )


def _united(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    united: dict[Key, Cell] = {}
    for cell in cells:
        known = united.get(cell.key)
        united[cell.key] = cell if known is None else known.merge(cell)
    return tuple(united[key] for key in sorted(united) if united[key].n)
