"""A release as a JSON document and as text: hidden is `{"value": null, "suppressed": true}`, and "Hidden" to read.

Guards that nothing but figures goes out: no counts a release stands on, and no difference between hidden first and
hidden in consequence.
"""

from collections.abc import Iterator
from typing import Any

from services.evaluation.evidence.disclosure.releasing import Entry, Release, ReleasedTable
from services.evaluation.evidence.disclosure.rules import Figure

RELEASE_FORMAT = "groundswell-release/1"


def document(release: Release) -> dict[str, Any]:
    """Return what is published, and by which rule of which version."""
    by = release.rule
    return {
        "format": RELEASE_FORMAT,
        "rule": {"name": by.rule, "title": by.title, "version": release.version, "k": by.k},
        "tables": [_table(table, release) for table in release.tables],
    }


def text(release: Release) -> str:
    """Return the tables for reading, one place to a line."""
    lines = [f"Released by rule {release.rule.rule} ({release.rule.title}), version {release.version}."]
    for table in release.tables:
        lines += ["", _heading(table), *_lines(table)]
    return "\n".join(lines)


def _table(table: ReleasedTable, release: Release) -> dict[str, Any]:
    declared = table.declared
    return {
        "table": declared.table,
        "title": declared.title,
        "unit": declared.unit,
        "population": declared.population,
        "dimensions": [{"name": d.name, "values": list(d.values)} for d in declared.dimensions],
        "margins": declared.margins,
        "rounded_to": release.rule.round[declared.total_kind],
        "percent_of": None if declared.percent_of is None else list(declared.percent_of),
        "entries": [_entry(entry, declared.names) for entry in table.entries],
    }


def _entry(entry: Entry, names: tuple[str, ...]) -> dict[str, Any]:
    at = {name: value for name, value in zip(names, entry.at, strict=True) if value is not None}
    percent = {} if entry.percent is None else {"percent": _figure(entry.percent)}
    means = {"means": {name: _figure(mean) for name, mean in entry.means}} if entry.means else {}
    return {"at": at, "count": _figure(entry.count), **percent, **means}


def _figure(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "suppressed": figure.suppressed}


def _heading(table: ReleasedTable) -> str:
    declared = table.declared
    return f"{declared.title or declared.table} ({declared.unit})"


def _lines(table: ReleasedTable) -> Iterator[str]:
    declared = table.declared
    measures = [*(["per cent"] if declared.percent_of is not None else []), *(mean.name for mean in declared.means)]
    rows = [[*declared.names, declared.unit, *measures]]
    for entry in table.entries:
        figures = [entry.count, *([] if entry.percent is None else [entry.percent]), *(mean for _, mean in entry.means)]
        rows.append([*(value or "all" for value in entry.at), *(_shown(figure) for figure in figures)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()


def _shown(figure: Figure) -> str:
    return "Hidden" if figure.value is None else f"{figure.value:,}"
