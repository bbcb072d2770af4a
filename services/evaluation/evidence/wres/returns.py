"""A return as it comes in: one row for each group of each indicator, read into counts.

Guards that a row which cannot be used is named with file, row and field, and that unknown ethnicity keeps its kinds
until it is counted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from services.evaluation.evidence import codes
from services.evaluation.evidence.cells import twins
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres import reading, reconciling
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
_UNKNOWN = {"unknown", "not_stated", "not_known"}
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
    lists: set[str] = field(default_factory=set)

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
        return self._tables.get(key[:3], {})

    def following(self) -> Iterator[tuple[Key, Key]]:
        """Return each part with the same part of the organisation's next return."""
        ordered = sorted(self.counted, key=lambda key: (key[0], key[2], key[3], key[1]))
        for key, after in pairwise(ordered):
            if (key[0], *key[2:]) == (after[0], *after[2:]):
                yield key, after


def share(counted: Counted) -> Part:
    """Return BME people among all, unknown ethnicity in the base."""
    bme = counted.of("bme").count
    return Part(bme, bme + counted.of("white").count + counted.of("unknown").count)


def parse(text: str, by: Standard, file: str = "") -> Return:
    """Return a CSV's counts; EvidenceError names file, row and field of what cannot be used."""
    indicators = {indicator.indicator: indicator for indicator in by.indicators}
    found: dict[Key, Counted] = {}
    for row, cells in reading.rows(text, COLUMNS, _OPTIONAL, file):
        try:
            _add(found, cells, indicators, by)
        except EvidenceError as error:
            raise EvidenceError(error.what, file=file, cell=row, field=error.field) from error
    for (organisation, year, indicator, part), counted in found.items():
        for group in ("white", "bme"):
            if group not in counted.groups:
                cell = f"{organisation} {year}, indicator {indicator}{f' ({part})' if part else ''}"
                raise EvidenceError(f"the {group} group is missing", file=file, cell=cell, field="group")
    if same := twins(organisation for organisation, *_ in found):
        said = f"{same[1]!r} and {same[0]!r} are one organisation; spell it one way"
        raise EvidenceError(said, file=file, field="organisation")
    returned = Return(file, found)
    _consistent(returned, indicators)
    return returned


def _consistent(returned: Return, indicators: Mapping[str, Indicator]) -> None:
    """Hold the parts of a return against one another; EvidenceError where they cannot be of one workforce."""
    for key in {key[:3]: key for key in returned.counted}.values():
        beside, cell = returned.beside(key), f"{key[0]} {key[1]}, indicator {key[2]}"
        if len({name for counted in beside.values() for name in counted.lists}) > 1:
            said = "two lists of codes are used: some groups have other borders; use one"
            raise EvidenceError(said, file=returned.file, cell=cell, field="list")
        if indicators[key[2]].kind == "representation":
            _once(beside, returned.file, cell)
        workforce = beside.get((*key[:3], "workforce"))
        if indicators[key[2]].kind != "board" or workforce is None:
            continue
        board = beside.get((*key[:3], "board"))
        if board is not None and share(board).base > share(workforce).base:
            said = "the board has more people than the workforce; check which is which"
            raise EvidenceError(said, file=returned.file, cell=cell, field="count")
        for bands in [one.indicator for one in indicators.values() if one.kind == "representation"]:
            parts = list(returned.beside((*key[:2], bands, "")).values())
            for group in ("white", "bme", "unknown") if parts else ():
                people = [sum(part.of(group).count for part in parts), workforce.of(group).count]
                if people[0] != people[1]:
                    raise EvidenceError(
                        f"the workforce has {people[1]} people of group {group}, the bands of indicator {bands} add up "
                        f"to {people[0]}: both are the whole workforce",
                        file=returned.file,
                        cell=cell,
                        field="count",
                    )


def _once(bands: Mapping[Key, Counted], file: str, cell: str) -> None:
    """Refuse a band that has the people, and the names, of others: the workforce would count them twice."""
    for key, counted in bands.items():
        words = key[3].casefold().split()
        within = [other for other in bands if other != key and other[3].casefold() in words]
        people = [[bands[other].of(group).count for other in within] for group in ("white", "bme", "unknown")]
        own = [counted.of(group).count for group in ("white", "bme", "unknown")]
        if len(within) > 1 and own == [sum(group) for group in people]:
            names = ", ".join(other[3] for other in within)
            said = f"{key[3]} has the people of {names}, who would be counted twice: give each person one band"
            raise EvidenceError(said, file=file, cell=cell, field="part")


def _add(found: dict[Key, Counted], cells: dict[str, str], indicators: Mapping[str, Indicator], by: Standard) -> None:
    indicator = indicators.get(cells["indicator"])
    if indicator is None:
        raise EvidenceError(f"not one of {', '.join(indicators)}", field="indicator")
    if not re.fullmatch(r"(19|20)[0-9]{2}", cells["year"]):
        raise EvidenceError("not a year of four digits", field="year")
    if not by.years.first <= int(cells["year"]) <= by.years.last:
        said = f"version {by.version} of {by.standard} is for {by.years.first} to {by.years.last}; check the year"
        raise EvidenceError(said, field="year")
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
    if written in _UNKNOWN and counted.seen & _UNKNOWN and "unknown" in {written, *counted.seen}:
        said = "unknown is all of not_stated and not_known: give the one or the two, or people are counted twice"
        raise EvidenceError(said, field="group")
    counted.seen.add(written)
    counted.lists |= {cells["list"]} if cells.get("list") else set()
    counted.groups[group] = _together(counted.groups.get(group), part)
    counted.rebuilt |= part.least is not None
    _publish(counted, cells.get("published", ""))


def _together(before: Part | None, part: Part) -> Part:
    """Return the people of two codes of one group; bounds of bases that were rebuilt add up too."""
    if before is None:
        return part
    count, base = before.count + part.count, before.base + part.base
    if before.least is None and part.least is None:
        return Part(count, base)
    ends = [
        (one.base if one.least is None else one.least, one.base if one.most is None else one.most)
        for one in (before, part)
    ]
    return Part(count, base, ends[0][0] + ends[1][0], ends[0][1] + ends[1][1])


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
        if cells.get("percent"):
            raise EvidenceError("has to be empty here: it is worked out from the counts", field="percent")
        return Part(count, count)
    percent = cells.get("percent", "")
    if percent and not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", percent):
        raise EvidenceError("not a percentage such as 1.2", field="percent")
    if percent and not cells["base"]:
        return rebuilt(count, percent)
    base = _number(cells["base"], "base")
    if count > base:
        raise EvidenceError("more people are counted than there are", field="count")
    if percent and not reconciling.follows(percent, count, base):
        said = f"{percent} does not follow from {count} of {base}; correct one of them, or leave the percentage out"
        raise EvidenceError(said, field="percent")
    return Part(count, base)


def _number(text: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise EvidenceError(f"{text!r} is not a whole number of people" if text else "empty", field=name)
    return int(text)
