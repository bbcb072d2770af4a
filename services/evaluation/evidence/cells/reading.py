"""Cells as a file: JSON in and out, checked to the last number.

Guards that a file which no people can have produced never becomes a table: the error names file, cell and field.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.evaluation.evidence.cells.cell import Cell, Pair
from services.evaluation.evidence.cells.plausible import check
from services.evaluation.evidence.cells.table import CellTable, Outcome
from services.evaluation.evidence.errors import EvidenceError

CELLS_FORMAT = "groundswell-cells/1"
MANY = 100_000
"""More cells than this no region has: 20,000 people are 20,000 cells at most."""
_FEW = 1000
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Wave = Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
_Counts = dict[int, Annotated[int, Field(ge=0)]]
_Number = Annotated[int, Field(ge=1, le=60)]
_Row = Annotated[list[int], Field(min_length=1, max_length=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _CellInFile(_Strict):
    organisation: _Name
    cohort: int = Field(ge=0, le=60)
    pattern: list[_Number] = Field(min_length=1, max_length=60)
    instrument: str = Field(default="", max_length=200)
    n: int = Field(ge=0, le=10**9)
    sums: _Row
    products: list[_Row] = Field(min_length=1, max_length=60)
    scores: dict[_Number, _Counts] | None = None
    changes: dict[Annotated[str, Field(pattern=r"^\d{1,2}-\d{1,2}$")], _Counts] | None = None

    def cell(self) -> Cell:
        changes = self.changes
        return Cell(
            organisation=self.organisation,
            cohort=self.cohort,
            pattern=tuple(self.pattern),
            instrument=self.instrument,
            n=self.n,
            sums=tuple(self.sums),
            products=tuple(tuple(row) for row in self.products),
            scores=None if self.scores is None else {wave: _kept(one) for wave, one in self.scores.items()},
            changes=None if changes is None else {_pair(name): _kept(one) for name, one in changes.items()},
        )


class _CellsInFile(_Strict):
    format: Literal["groundswell-cells/1"]
    outcome: Outcome
    waves: list[_Wave] = Field(min_length=1, max_length=60)
    k: int = Field(default=10, ge=10, le=1000)
    cells: list[_CellInFile] = Field(min_length=1, max_length=MANY)


def parse(text: str | bytes, file: str = "") -> CellTable:
    """Return the table of a file's text; raises EvidenceError with file, cell and field for anything unusable."""
    _refuse_too_many(text, file)
    try:
        read = _CellsInFile.model_validate_json(text)
    except ValidationError as error:
        raise _told(error, file) from None
    table = CellTable(read.outcome, tuple(read.waves), tuple(one.cell() for one in read.cells), read.k)
    try:
        check(table)
    except EvidenceError as error:
        raise error.inside(file) from None
    return CellTable.of(table.outcome, table.waves, table.cells, table.k)


def written(table: CellTable) -> dict[str, Any]:
    """Return what `parse` reads, ready for JSON."""
    return {
        "format": CELLS_FORMAT,
        "outcome": table.outcome.model_dump(),
        "waves": list(table.waves),
        "k": table.k,
        "cells": [_plain(cell) for cell in table.cells],
    }


def _plain(cell: Cell) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "organisation": cell.organisation,
        "cohort": cell.cohort,
        "pattern": list(cell.pattern),
        "instrument": cell.instrument,
        "n": cell.n,
        "sums": list(cell.sums),
        "products": [list(row) for row in cell.products],
    }
    if cell.scores is not None:
        plain["scores"] = {str(wave): _named(counts) for wave, counts in sorted(cell.scores.items())}
    if cell.changes is not None:
        changes = sorted(cell.changes.items())
        plain["changes"] = {f"{early}-{late}": _named(counts) for (early, late), counts in changes}
    return plain


def _named(counts: Any) -> dict[str, int]:
    return {str(value): counts[value] for value in sorted(counts)}


def _kept(counts: _Counts) -> dict[int, int]:
    return {value: counts[value] for value in sorted(counts) if counts[value]}


def _pair(name: str) -> Pair:
    early, late = name.split("-")
    return int(early), int(late)


def _refuse_too_many(text: str | bytes, file: str) -> None:
    """Count before anything is read: a million cells would take minutes and gigabytes to be refused one by one."""
    many = text.count(b'"organisation"') if isinstance(text, bytes) else text.count('"organisation"')
    if many > MANY:
        raise EvidenceError(f"{many} cells, more than the {MANY} that any region could have", file=file, field="cells")


def _told(error: ValidationError, file: str) -> EvidenceError:
    """Say the first problem, a wrong version before all others: it explains the rest."""
    problems = error.errors(include_url=False, include_context=False, include_input=error.error_count() < _FEW)
    first = min(problems, key=lambda problem: problem["loc"] != ("format",))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    place = first["loc"]
    if place == ("format",):
        what = f"wrong version: this program reads {CELLS_FORMAT}, not {str(first.get('input', 'another'))[:60]!r}"
        return EvidenceError(what, file=file, field="format")
    inside = place[:1] == ("cells",) and len(place) > 1
    cell = f"cells[{place[1]}]" if inside else ""
    return EvidenceError(first["msg"] + more, file=file, cell=cell, field=_path(place[2:] if inside else place))


def _path(place: Sequence[int | str]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(parts).removeprefix(".")
