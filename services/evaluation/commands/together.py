"""Several files of cells: the outcomes of one programme, looked at together.

Guards that what is adjusted for looking at several outcomes was looked at in the same people: the same organisations
and waves, each outcome once, and no answers twice under another name, in whatever way they are scored: each copy of one
that moved would leave the others a larger threshold.
"""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path

from services.evaluation.evidence.cells import CellTable, unscored
from services.evaluation.evidence.claims import fingerprint
from services.evaluation.evidence.errors import EvidenceError


def chosen(tables: Mapping[Path, CellTable], outcome: str | None) -> Path:
    """Return the file of an outcome; EvidenceError where none or several have it, or where people differ."""
    _each_once(tables)
    named = [path for path, table in tables.items() if outcome in (None, table.outcome.name)]
    if len(named) != 1:
        names = ", ".join(repr(name) for name in sorted(table.outcome.name for table in tables.values()))
        raise EvidenceError(f"name one outcome of these, each in one file: {names}", field="--outcome")
    for path in tables:
        _same_people(tables[named[0]], tables[path], named[0], path)
    return named[0]


def _each_once(tables: Mapping[Path, CellTable]) -> None:
    names: dict[str, Path] = {}
    answers: dict[Hashable, Path] = {}
    for path, table in tables.items():
        unnamed = replace(table, outcome=table.outcome.model_copy(update={"name": "-"}))
        if (other := names.setdefault(table.outcome.name.casefold(), path)) != path:
            what = f"{other} has the same outcome; give each outcome in one file"
            raise EvidenceError(what, file=str(path), field="outcome.name")
        if (other := answers.setdefault(unscored(table) or fingerprint(unnamed), path)) != path:
            what = f"has the very answers of {other}, however they are scored; leave one of them out"
            raise EvidenceError(what, file=str(path))


def _same_people(one: CellTable, other: CellTable, of: Path, file: Path) -> None:
    if one.waves != other.waves:
        raise EvidenceError(f"other waves than in {of}; outcomes of one programme share them", file=str(file))
    if _starts(one) != _starts(other):
        what = f"other organisations or starts than in {of}; outcomes of one programme share them"
        raise EvidenceError(what, file=str(file), field="cells")


def _starts(table: CellTable) -> set[tuple[str, int]]:
    return {(cell.organisation, cell.cohort) for cell in table.cells}
