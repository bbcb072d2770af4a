"""A return as it comes in: one row for each group of each indicator, read into counts.

Guards that a row which cannot be used is named with file, row and field, and that unknown ethnicity keeps its kinds
until it is counted.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from itertools import pairwise

from services.evaluation.evidence import codes
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres import reconciling
from services.evaluation.evidence.wres.figures import Part, rebuilt
from services.evaluation.evidence.wres.standard import Indicator, Standard

COLUMNS: Mapping[str, str] = {
    "organisation": "its code",
    "year": "of the return, four digits",
    "indicator": "its number in the standard",
    "part": "band, grade or sub-question; board or workforce for the board indicator; else empty",
    "group": "white, bme, unknown, not_stated or not_known; with a list, a code of that list",
    "count": "people of the group who are counted",
    "base": "people of the group in all; empty where the group's own count is the point (bands, board)",
    "list": "optional: ethnicity-2001, ethnicity-2021 or ethnicity-scotland",
    "percent": "optional, where the base is not known: the percentage as published",
    "published": "optional, once for an indicator: the figure as published, for reconciliation",
}
_OPTIONAL = ("list", "percent", "published")
_GROUPS = ("white", "bme", "unknown", "not_stated", "not_known")
MOST_ROWS = 200_000
Key = tuple[str, int, str, str]
"""Organisation, year, indicator, part."""


@dataclass
class Counted:
    """What was returned for one part of one indicator: people by group."""

    groups: dict[str, Part] = field(default_factory=dict)
    published: str = ""
    rebuilt: bool = False
    seen: set[str] = field(default_factory=set)
    """Groups and codes as written, to find rows that are there twice."""

    def of(self, group: str) -> Part:
        """Return a group's counts; `unknown` is every kind of unknown together."""
        if group == "unknown":
            kinds = [part for name, part in self.groups.items() if name not in ("white", "bme")]
            return Part(sum(part.count for part in kinds), sum(part.base for part in kinds))
        return self.groups[group]


@dataclass(frozen=True)
class Return:
    """A whole return, by organisation, year, indicator and part, in the order of the file."""

    file: str
    counted: Mapping[Key, Counted]

    @cached_property
    def _tables(self) -> dict[tuple[str, int, str], dict[Key, Counted]]:
        found: dict[tuple[str, int, str], dict[Key, Counted]] = {}
        for key, counted in self.counted.items():
            found.setdefault(key[:3], {})[key] = counted
        return found

    def beside(self, key: Key) -> Mapping[Key, Counted]:
        """Return all parts of the same indicator, organisation and year."""
        return self._tables[key[:3]]

    def following(self) -> Iterator[tuple[Key, Key]]:
        """Return each part with the same part of the organisation's next return."""
        ordered = sorted(self.counted, key=lambda key: (key[0], key[2], key[3], key[1]))
        for key, after in pairwise(ordered):
            if (key[0], *key[2:]) == (after[0], *after[2:]):
                yield key, after


def parse(text: str, by: Standard, file: str = "") -> Return:
    """Return a CSV's counts; EvidenceError names file, row and field of what cannot be used."""
    indicators = {indicator.indicator: indicator for indicator in by.indicators}
    found: dict[Key, Counted] = {}
    for row, cells in _rows(text, file):
        try:
            _add(found, cells, indicators)
        except EvidenceError as error:
            raise EvidenceError(error.what, file=file, cell=row, field=error.field) from error
    for (organisation, year, indicator, part), counted in found.items():
        for group in ("white", "bme"):
            if group not in counted.groups:
                cell = f"{organisation} {year}, indicator {indicator}{f' ({part})' if part else ''}"
                raise EvidenceError(f"the {group} group is missing", file=file, cell=cell, field="group")
    return Return(file, found)


def _rows(text: str, file: str) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        lines = list(csv.reader(StringIO(text), strict=True))
    except csv.Error as error:
        raise EvidenceError(f"not CSV: {error}", file=file) from error
    if len(lines) > MOST_ROWS:
        raise EvidenceError(f"more than {MOST_ROWS} rows", file=file)
    head = [name.strip().lower() for name in lines[0]] if lines else []
    for name in COLUMNS:
        if head.count(name) > 1 or (name not in head and name not in _OPTIONAL):
            raise EvidenceError("a column is missing or there twice", file=file, cell="row 1", field=name)
    for unknown in set(head) - set(COLUMNS):
        raise EvidenceError("no such column", file=file, cell="row 1", field=unknown or "(empty)")
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line):
            if len(line) != len(head):
                raise EvidenceError(f"{len(line)} cells for {len(head)} columns", file=file, cell=f"row {number}")
            yield f"row {number}", dict(zip(head, (cell.strip() for cell in line), strict=True))


def _add(found: dict[Key, Counted], cells: dict[str, str], indicators: Mapping[str, Indicator]) -> None:
    indicator = indicators.get(cells["indicator"])
    if indicator is None:
        raise EvidenceError(f"not one of {', '.join(indicators)}", field="indicator")
    if not re.fullmatch(r"(19|20)[0-9]{2}", cells["year"]):
        raise EvidenceError("not a year of four digits", field="year")
    if not cells["organisation"]:
        raise EvidenceError("empty", field="organisation")
    key = (cells["organisation"], int(cells["year"]), indicator.indicator, _part(indicator, cells["part"]))
    counted = found.setdefault(key, Counted())
    group, written = _group(cells)
    part = _counts(indicator, cells)
    if any((seen in _GROUPS) != (written in _GROUPS) for seen in counted.seen):
        raise EvidenceError("groups and codes of a list are mixed: people would be counted twice", field="group")
    if written in counted.seen:
        raise EvidenceError("this group is there twice", field="group")
    counted.seen.add(written)
    before = counted.groups.get(group, Part(0, 0))
    counted.groups[group] = Part(before.count + part.count, before.base + part.base, part.least, part.most)
    counted.rebuilt |= part.least is not None
    _publish(counted, cells.get("published", ""))


def _publish(counted: Counted, published: str) -> None:
    if published:
        reconciling.read(published)
    if published and counted.published not in ("", published):
        raise EvidenceError("another figure is published for the same indicator", field="published")
    counted.published = published or counted.published


def _part(indicator: Indicator, part: str) -> str:
    if indicator.kind == "representation" and not part:
        raise EvidenceError("a band is needed", field="part")
    if indicator.kind == "board" and part not in ("board", "workforce"):
        raise EvidenceError("board or workforce is needed", field="part")
    return part


def _group(cells: dict[str, str]) -> tuple[str, str]:
    """Return the group and what was written, by which a second row of the same is found."""
    if cells.get("list"):
        answer = codes.read(cells["group"], cells["list"], field="group")
        return answer.group, f"{answer.list} {answer.recorded}"
    group = cells["group"].lower()
    if group not in _GROUPS:
        raise EvidenceError(f"not one of {', '.join(_GROUPS)}, and no list is named", field="group")
    return group, group


def _counts(indicator: Indicator, cells: dict[str, str]) -> Part:
    count = _number(cells["count"], "count")
    if indicator.kind in ("representation", "board"):
        if cells["base"]:
            raise EvidenceError("has to be empty here: the groups are one another's base", field="base")
        return Part(count, count)
    if not cells["base"] and cells.get("percent"):
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", cells["percent"]):
            raise EvidenceError("not a percentage such as 1.2", field="percent")
        return rebuilt(count, cells["percent"])
    base = _number(cells["base"], "base")
    if count > base:
        raise EvidenceError("more people are counted than there are", field="count")
    return Part(count, base)


def _number(text: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise EvidenceError(f"{text!r} is not a whole number of people" if text else "empty", field=name)
    return int(text)
