"""Cells as a file: JSON in and out, checked to the last number.

Guards that a file which no people can have produced never becomes a table: the error names file, cell and field.
"""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.evaluation.evidence import documents
from services.evaluation.evidence.cells.cell import Cell, Pair
from services.evaluation.evidence.cells.names import no_word, trouble
from services.evaluation.evidence.cells.plausible import check
from services.evaluation.evidence.cells.table import CellTable, Outcome, Then
from services.evaluation.evidence.errors import EvidenceError

CELLS_FORMAT = "groundswell-cells/1"
MANY = 100_000
"""More cells than this no region has: 20,000 people are 20,000 cells at most."""
_WAVE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_EARLIEST = 1900
NO_WAVE = "must be a month or a day of the calendar, such as 2023-09 or 2023-09-18"


def _well_named(name: str) -> str:
    if name and (what := trouble(name)):
        raise ValueError(what)
    return name


def _one_word(name: str) -> str:
    if what := no_word(name):
        raise ValueError(what)
    return name


def is_wave(text: str) -> bool:
    """Return whether a text names a wave: a month or a day of the calendar."""
    try:
        day = date.fromisoformat(f"{text}-01"[:10]) if _WAVE.fullmatch(text) else None
    except ValueError:
        return False
    return day is not None and day.year >= _EARLIEST


def _real_day(wave: str) -> str:
    if not is_wave(wave):
        raise ValueError(NO_WAVE)
    return wave


def _keyed(pattern: str, what: str) -> AfterValidator:
    """Return a check of names that stand for numbers: each number has one spelling, so none can hide another."""

    def check(key: str) -> str:
        if not re.fullmatch(pattern, key):
            raise ValueError(f"{key[:20]!a} must be {what}")
        return key

    return AfterValidator(check)


_Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_well_named)]
Wave = Annotated[str, AfterValidator(_real_day)]
_Value = Annotated[str, _keyed("0|-?[1-9][0-9]{0,9}", "a whole number such as 3 or -3")]
_InWave = Annotated[str, _keyed("[1-9][0-9]?", "a wave such as 1")]
_Between = Annotated[str, _keyed("[1-9][0-9]?-[1-9][0-9]?", "two waves such as 1-3")]
_Partition = Annotated[str, _keyed("[A-Za-z0-9._-]{1,120}", "a partition such as engagement-0")]
_Counts = dict[_Value, Annotated[int, Field(ge=0)]]
_Number = Annotated[int, Field(ge=1, le=60)]
_Row = Annotated[list[int], Field(min_length=1, max_length=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _CellInFile(_Strict):
    organisation: _Name
    cohort: int = Field(ge=0, le=60)
    pattern: list[_Number] = Field(min_length=1, max_length=60)
    instrument: Annotated[str, AfterValidator(_one_word)] = ""
    n: int = Field(ge=0, le=10**9)
    sums: _Row
    products: list[_Row] = Field(min_length=1, max_length=60)
    scores: dict[_InWave, _Counts] | None = None
    changes: dict[_Between, _Counts] | None = None

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
            scores=None if self.scores is None else {int(wave): _kept(one) for wave, one in self.scores.items()},
            changes=None if changes is None else {_pair(name): _kept(one) for name, one in changes.items()},
        )


class _ThenInFile(_Strict):
    before: _Number
    then: _Number
    after: _Number

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.before < self.then < self.after:
            raise ValueError("before, then and after must be rising numbers of waves")
        return self


class _CellsInFile(_Strict):
    format: Literal["groundswell-cells/1"]
    outcome: Outcome
    waves: list[Wave] = Field(min_length=1, max_length=60)
    k: int = Field(default=10, ge=10, le=1000)
    cut_off: dict[_Partition, Annotated[int, Field(ge=0)]] = Field(default_factory=dict, max_length=1000)
    then: _ThenInFile | None = None
    cells: list[_CellInFile] = Field(min_length=1, max_length=MANY)


def parse(text: str | bytes, file: str = "") -> CellTable:
    """Return the table of a file's text; raises EvidenceError with file, cell and field for anything unusable."""
    whole = documents.plain(text, file)
    _refuse_too_many(documents.loads(whole, file, most=MANY), file)
    try:
        read = _CellsInFile.model_validate_json(whole)
    except ValidationError as error:
        raise documents.told(error, file, CELLS_FORMAT) from None
    cells = tuple(one.cell() for one in read.cells)
    then = Then(read.then.before, read.then.then, read.then.after) if read.then else None
    table = CellTable(read.outcome, tuple(read.waves), cells, read.k, dict(sorted(read.cut_off.items())), then)
    try:
        check(table)
    except EvidenceError as error:
        raise error.inside(file) from None
    return replace(table, cells=CellTable.of(table.outcome, table.waves, table.cells, table.k).cells)


def written(table: CellTable) -> dict[str, Any]:
    """Return what `parse` reads, ready for JSON."""
    return {
        "format": CELLS_FORMAT,
        "outcome": table.outcome.model_dump(),
        "waves": list(table.waves),
        "k": table.k,
        **({"cut_off": dict(sorted(table.cut_off.items()))} if table.cut_off else {}),
        **({"then": table.then._asdict()} if table.then else {}),
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
    return {int(value): counts[value] for value in sorted(counts, key=int) if counts[value]}


def _pair(name: str) -> Pair:
    early, late = name.split("-")
    return int(early), int(late)


def _refuse_too_many(plain: Any, file: str) -> None:
    """Whatever is in the list of cells: a million that are none would be refused one by one, for minutes."""
    cells = plain.get("cells") if isinstance(plain, dict) else None
    if isinstance(cells, list) and len(cells) > MANY:
        raise EvidenceError(f"{len(cells)} cells, more than the {MANY} of any region", file=file, field="cells")
