"""A return as it comes in: one row for each group of each indicator, read into counts.

Guards that a row which cannot be used is named with file, row and field, that no message has the numbers of few people,
and that one organisation or part under two names is turned away.
"""

import re
from collections.abc import Iterable, Mapping

from services.evaluation.evidence import codes, rows
from services.evaluation.evidence.cells import trouble, twins
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres import reconciling
from services.evaluation.evidence.wres.consistency import consistent
from services.evaluation.evidence.wres.counted import Counted, Key, Return
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
_FORMULA = ("=", "+", "-", "@")
_TAKEN = "begins with a sign that spreadsheets take for a formula; write it without"


def parse(text: str, by: Standard, file: str = "") -> Return:
    """Return a CSV's counts; EvidenceError names file, row and field of what cannot be used."""
    indicators = {indicator.indicator: indicator for indicator in by.indicators}
    found: dict[Key, Counted] = {}
    for row, cells in rows.rows(text, COLUMNS, _OPTIONAL, file):
        try:
            _add(found, cells, indicators, by)
        except EvidenceError as error:
            raise EvidenceError(error.what, file=file, cell=row, field=error.field, figures=error.figures) from error
    for (organisation, year, indicator, part), counted in found.items():
        for group in ("white", "bme"):
            if group not in counted.groups:
                cell = f"{organisation} {year}, indicator {indicator}{f' ({part})' if part else ''}"
                raise EvidenceError(f"the {group} group is missing", file=file, cell=cell, field="group")
    _one_spelling(found, file)
    returned = Return(file, found)
    consistent(returned, indicators)
    return returned


def _one_spelling(found: Iterable[Key], file: str) -> None:
    """Refuse one organisation, or one part of an indicator, under two names."""
    if same := twins(organisation for organisation, *_ in found):
        said = f"{same[1]!r} and {same[0]!r} are one organisation; spell it one way"
        raise EvidenceError(said, file=file, field="organisation")
    for indicator in sorted({indicator for _, _, indicator, _ in found}):
        if same := twins(part for _, _, other, part in found if other == indicator):
            said = f"{same[1]!r} and {same[0]!r} are one part; spell it one way"
            raise EvidenceError(said, file=file, cell=f"indicator {indicator}", field="part")


def _add(found: dict[Key, Counted], cells: dict[str, str], indicators: Mapping[str, Indicator], by: Standard) -> None:
    indicator = indicators.get(cells["indicator"])
    if indicator is None:
        raise EvidenceError(f"not one of {', '.join(indicators)}", field="indicator")
    if not re.fullmatch(r"(19|20)[0-9]{2}", cells["year"]):
        raise EvidenceError("not a year of four digits, such as 2023", field="year")
    if not by.years.first <= int(cells["year"]) <= by.years.last:
        said = f"version {by.version} of {by.standard} is for {by.years.first} to {by.years.last}; check the year"
        raise EvidenceError(said, field="year")
    _named(cells)
    key = (cells["organisation"], int(cells["year"]), indicator.indicator, _part(indicator, cells["part"]))
    counted = found.setdefault(key, Counted())
    group, written, local = _group(cells)
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
    counted.local.update(local)
    counted.groups[group] = _together(counted.groups.get(group), part)
    counted.rebuilt |= part.least is not None
    counted.percents |= bool(cells.get("percent"))
    _publish(counted, cells.get("published", ""))


def _named(cells: Mapping[str, str]) -> None:
    if not cells["organisation"]:
        raise EvidenceError("empty; write it in each row", field="organisation")
    for name in ("organisation", "part"):
        what = _TAKEN if cells[name][:1] in _FORMULA else trouble(cells[name])
        if cells[name] and what:
            raise EvidenceError(what, field=name)


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
    """Keep what was published, even if it is no figure: the counts are good without it."""
    if published[:1] in ("=", "@"):
        raise EvidenceError(_TAKEN, field="published")
    if published and counted.published not in ("", published):
        raise EvidenceError("another figure is published for the same indicator", field="published")
    counted.published = published or counted.published


def _part(indicator: Indicator, part: str) -> str:
    if indicator.kind == "representation" and not part:
        raise EvidenceError("a band is needed", field="part")
    if indicator.kind == "board" and part not in ("board", "workforce"):
        raise EvidenceError("board or workforce is needed", field="part")
    return part


def _group(cells: dict[str, str]) -> tuple[str, str, dict[str, str]]:
    """Return the group, what was written (a second row of the same is refused) and a code of the sender's own."""
    if cells.get("list"):
        answer = codes.read(cells["group"], cells["list"], field="group")
        local = {answer.recorded: answer.code} if answer.recorded != answer.code else {}
        return answer.group, f"{answer.list} {answer.recorded}", local
    group = cells["group"].lower()
    if group not in _GROUPS:
        raise EvidenceError(f"not one of {', '.join(_GROUPS)}, and no list is named", field="group")
    return group, group, {}


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
        said = "does not follow from the count and its base; correct one of them, or leave the percentage out"
        raise EvidenceError(said, field="percent", figures=f"{percent} for {count} of {base}")
    return Part(count, base)


def _number(text: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        said = "not a whole number of people such as 1234" if text else "empty"
        said += "; where it is not known, leave the indicator out"
        raise EvidenceError(said, field=name, figures=repr(text[:40]) if text else "")
    return int(text)
