"""A release as a JSON document, as text and as CSV: hidden is `{"value": null, "suppressed": true}`, "Hidden", `[c]`.

Guards that nothing but figures goes out: no counts a release stands on, and no difference between hidden first and
hidden in consequence.
"""

import csv as files
from collections.abc import Iterator
from io import StringIO
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
        "note": note(release),
        "tables": [_table(table, release) for table in release.tables],
    }


def text(release: Release) -> str:
    """Return the tables for reading, one place to a line."""
    lines = [f"Released by rule {release.rule.rule} ({release.rule.title}), version {release.version}.", note(release)]
    for table in release.tables:
        lines += ["", _heading(table), *_lines(table)]
    return "\n".join(lines)


def csv(release: Release) -> str:
    """Return one line for each figure, `all` for a total and `[c]` for what is hidden."""
    out = StringIO()
    lines = files.writer(out, lineterminator="\n")
    lines.writerow(
        ["table", *(f"{what} {n}" for n in (1, 2, 3) for what in ("dimension", "value")), "measure", "figure"]
    )
    for table in release.tables:
        names = table.declared.names
        for entry in table.entries:
            at = [cell for name, value in zip(names, entry.at, strict=True) for cell in (name, value or "all")]
            percent = [] if entry.percent is None else [("per cent", entry.percent)]
            for measure, figure in ((table.declared.unit, entry.count), *percent, *entry.means):
                place = [table.declared.table, *at, *([""] * (6 - len(at)))]
                lines.writerow([*place, measure, "[c]" if figure.value is None else figure.value])
    return out.getvalue()


def note(release: Release) -> str:
    """Return what every release says of its age, whether anything in it was held or not."""
    return (
        "A figure may be older than this release: it moves when at least "
        f"{release.rule.k} people came or went since it last did, and not before."
    )


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
