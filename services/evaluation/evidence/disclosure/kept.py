"""What a release stands on, kept for the next one: exact counts, by which rule, and what earlier releases still tell.

Guards that a release stands on what the last one really published: a file of raw tables, or one that was edited, is
refused; a table or a category that was absent once is not forgotten, nor what was hidden in it.
"""

import json
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.evaluation.evidence.disclosure import tables as declared
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.rules import Rule
from services.evaluation.evidence.disclosure.tables import TABLES_FORMAT, At, Table, Tables
from services.evaluation.evidence.errors import EvidenceError

KEPT_FORMAT = "groundswell-kept/1"
MOST_RELEASES = 12
"""No more releases of the same people are kept whole; the oldest is forgotten first."""
_Cell = tuple[str, str, At]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stood(_Model):
    """Tables of one release with the rule by which they were published."""

    rule: Rule
    tables: tuple[Table, ...]


class Kept(_Model):
    """The last release first, then of each earlier one the tables that still tell of something (`keep`)."""

    format: Literal["groundswell-kept/1"] = "groundswell-kept/1"
    version: str
    """Version of the rules' file."""
    releases: tuple[Stood, ...] = Field(min_length=1)

    @property
    def rule(self) -> Rule:
        """Return the rule of the last release."""
        return self.releases[0].rule

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the tables of the last release."""
        return self.releases[0].tables

    @property
    def every(self) -> tuple[Table, ...]:
        """Return the tables of all releases, newest first."""
        return tuple(table for release in self.releases for table in release.tables)


def keep(now: Tables, previous: Kept | None, by: Rule, version: str) -> Kept:
    """Return what the next release has to know: this one, and what of earlier ones still tells of something.

    That is what is not in a newer one by the same rule, and, up to `MOST_RELEASES` of the same people, every release
    that differs from the next newer one. It need not have hidden anything: a shown figure bounds one that is hidden
    later, through cells that stand still and, since each move is of k people at least, through those that moved.
    """
    stood = [Stood(rule=by, tables=now.tables)]
    newer = {(cell, _telling(by)) for table in now.tables for cell in _cells(table)}
    said: dict[str, list[list[str]]] = {}
    for table in now.tables:
        said[plain(table.population)] = [_said(stood[0], plain(table.population))]
    for release in previous.releases if previous is not None else ():
        rule, telling = _telling(release.rule), set()
        for population in {plain(table.population) for table in release.tables}:
            known = said.setdefault(population, [])
            if len(known) < MOST_RELEASES and _said(release, population) not in known[-1:]:
                telling.add(population)
        still = tuple(
            table
            for table in release.tables
            if plain(table.population) in telling or any((cell, rule) not in newer for cell in _cells(table))
        )
        newer |= {(cell, rule) for table in still for cell in _cells(table)}
        if still:
            stood.append(Stood(rule=release.rule, tables=still))
        for population in {plain(table.population) for table in still}:
            said[population].append(_said(stood[-1], population))
    return Kept(version=version, releases=tuple(stood))


def same(one: Rule, other: Rule) -> bool:
    """Say whether two rules publish the same figures of the same counts."""
    return _telling(one) == _telling(other)


def written(kept: Kept) -> dict[str, Any]:
    """Return the JSON document that `parse` reads, with a digest over all of it."""
    releases = [
        {"rule": release.rule.model_dump(mode="json", by_alias=True), "tables": _plain(release.tables)}
        for release in kept.releases
    ]
    document = {"format": KEPT_FORMAT, "version": kept.version, "releases": releases}
    return {**document, "digest": _digest(document)}


def parse(document: Any, file: str = "") -> Kept:
    """Return what a release stood on; EvidenceError if it is something else, or was changed since it was written."""
    if not isinstance(document, dict) or document.get("format") != KEPT_FORMAT:
        raise EvidenceError(
            f"not what --keep wrote ({KEPT_FORMAT}); give the file of the last release, or --first if there was none",
            file=file,
            field="format",
        )
    document = dict(document)
    if document.pop("digest", None) != _digest(document):
        raise EvidenceError("was changed since --keep wrote it; take the original", file=file, field="digest")
    try:
        releases = [
            {**release, "tables": declared.parse({"format": TABLES_FORMAT, "tables": release["tables"]}, file).tables}
            for release in document["releases"]
        ]
        return Kept.model_validate({**document, "releases": releases})
    except (ValidationError, KeyError, TypeError) as error:
        raise EvidenceError("written by another version; take the original", file=file, field="releases") from error


def _telling(rule: Rule) -> str:
    return rule.model_dump_json(exclude={"rule", "title", "source", "measured"})


def _said(release: Stood, population: str) -> list[str]:
    """Return all that a release said of some people: rule, tables and counts, in their order."""
    silent = {"title", "unit", "percent_of", "renamed_from", "new", "dimensions"}
    explained = {"renamed_from", "new"}
    return [_telling(release.rule)] + [
        table.model_dump_json(exclude=silent) + "".join(d.model_dump_json(exclude=explained) for d in table.dimensions)
        for table in release.tables
        if plain(table.population) == population
    ]


def _cells(table: Table) -> dict[_Cell, int]:
    names = plain(table.population), plain(table.table)
    places = ((*names, tuple(plain(value or "") for value in at)) for at in table.cells())
    return dict(zip(places, table.counts, strict=True))


def _plain(tables: tuple[Table, ...]) -> list[Any]:
    found: list[Any] = declared.written(Tables(format="groundswell-tables/1", tables=tables))["tables"]
    return found


def _digest(document: dict[str, Any]) -> str:
    try:
        return sha256(json.dumps(document, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
    except (TypeError, ValueError):
        return ""
