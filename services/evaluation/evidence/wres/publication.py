"""A return's indicators as a JSON document and as text.

Guards that every ratio stands beside its numerator group and its interval, and that an indicator which is not in the
return is said to be missing.
"""

from typing import Any

from services.evaluation.evidence.wres.indicators import DECIMALS, Row
from services.evaluation.evidence.wres.results import Read
from services.evaluation.evidence.wres.standard import Standard

WRES_FORMAT = "groundswell-wres/1"


INTERNAL = "Internal: figures of few people are shown. Do not publish."
Absent = tuple[str, int, tuple[str, ...]]


def document(found: Read, by: Standard, *, internal: bool = False) -> dict[str, Any]:
    """Return the indicators as JSON; hidden is `{"value": null, "suppressed": true}`.

    Figures have the decimals of the text; all of them only where `internal` says so, because they give counts away.
    """
    return {
        "format": WRES_FORMAT,
        "internal": internal,
        "standard": {"name": by.standard, "version": by.version, "k": by.k},
        "notes": list(found.notes),
        "indicators": [_plain(row, internal=internal) for row in found.rows],
        "changes": [_plain(row, internal=internal) for row in found.changes],
        "missing": [
            {"organisation": organisation, "year": year, "indicators": list(absent)}
            for organisation, year, absent in missing(found, by)
        ],
    }


def text(found: Read, by: Standard, *, internal: bool = False) -> str:
    """Return the indicators for reading."""
    lines = [INTERNAL] if internal else []
    lines.append(f"{by.title}, version {by.version}. 95 % intervals in brackets.")
    lines += found.notes
    for row in found.rows:
        lines += ["", f"{row.organisation} {row.year}  {_name(row)}. {row.title}", *_said(row)]
    for row in found.changes:
        lines += ["", f"{row.organisation}  change in {_name(row)}. {row.title}", *_said(row)]
    lines += [""] if missing(found, by) else []
    for organisation, year, absent in missing(found, by):
        lines.append(f"Not in the return of {organisation} {year}: {', '.join(absent)}.")
    return "\n".join(lines)


def missing(found: Read, by: Standard) -> list[Absent]:
    """Return the standard's indicators that no row is about, for each return (organisation and year) that lacks any."""
    there: dict[tuple[str, int], set[str]] = {one: set() for one in found.returns}
    for row in found.rows:
        there.setdefault((row.organisation, row.year), set()).add(row.indicator)
    absent = {one: tuple(i.indicator for i in by.indicators if i.indicator not in has) for one, has in there.items()}
    return [(*one, lacking) for one, lacking in sorted(absent.items()) if lacking]


def _name(row: Row) -> str:
    return f"{row.indicator} ({row.part})" if row.part not in ("", "board") else row.indicator


def _said(row: Row) -> list[str]:
    lines = [f"    {_value(row)}   {row.direction}"]
    lines += [f"    {'; '.join(row.flags)}"] if row.flags else []
    lines += [f"    {note}" for note in row.notes]
    if row.reconciliation is not None:
        held = row.reconciliation
        judged = {True: "agrees", False: "differs", None: "not judged"}[held.agrees]
        lines.append(f"    Published {held.published}: {judged}. {held.words}")
    return lines


def _value(row: Row) -> str:
    if row.suppressed:
        return "Hidden"
    measure = row.measure.rounded(DECIMALS[row.unit])
    if measure.value is None or measure.low is None or measure.high is None:
        return measure.reason.capitalize()
    digits, sign = DECIMALS[row.unit], "" if row.unit.startswith("times") else "+"
    low, high = f"{measure.low:{sign}.{digits}f}", f"{measure.high:{sign}.{digits}f}"
    return f"{measure.value:{sign}.{digits}f} {row.unit} ({low} to {high})"


def _plain(row: Row, *, internal: bool) -> dict[str, Any]:
    measure, held = row.measure if internal else row.measure.rounded(DECIMALS[row.unit]), row.reconciliation
    return {
        "organisation": row.organisation,
        "year": row.year,
        "indicator": row.indicator,
        "part": row.part,
        "title": row.title,
        "unit": row.unit,
        "direction": row.direction,
        "figure": {"value": measure.value, "suppressed": row.suppressed},
        "interval": None if measure.value is None else [measure.low, measure.high],
        "reason": measure.reason,
        "flags": list(row.flags),
        "notes": list(row.notes),
        "reconciliation": None if held is None else {**vars(held)},
    }
