"""From tables to what may leave the house: figures by a rule, or a refusal that names what could be undone.

Guards evidence's rules on disclosure: percentages from rounded counts, means to one decimal of ten people or more, 0 %
and 100 % of a small base hidden, and that nothing is published before the attacker has failed at it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.evaluation.evidence.disclosure import rules
from services.evaluation.evidence.disclosure.attacker import undone
from services.evaluation.evidence.disclosure.basis import standing
from services.evaluation.evidence.disclosure.constraints import Published, groups, system
from services.evaluation.evidence.disclosure.rules import HIDDEN, Figure, Rule
from services.evaluation.evidence.disclosure.tables import At, Mean, Place, Table, Tables, places

MEAN_PEOPLE = 10
"""A mean of fewer people is never shown: with ten, one decimal fits every number of people (1/10 is its step)."""


@dataclass(frozen=True)
class Entry:
    """One place of a released table; no percentage where none was declared."""

    at: At
    count: Figure
    percent: Figure | None
    means: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True)
class ReleasedTable:
    """A table as everybody may see it: its declaration and its entries, cells first, then totals."""

    declared: Table
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Release:
    """What may be published, and what it stands on: `standing` is internal and the next release's `previous`."""

    rule: Rule
    version: str
    tables: tuple[ReleasedTable, ...]
    standing: Tables


@dataclass(frozen=True)
class Refusal:
    """Nothing is published: an attacker could undo these figures, named without their values."""

    rule: Rule
    cells: tuple[str, ...]


def release(tables: Tables, previous: Tables | None, by: Rule) -> Release | Refusal:
    """Return the release of `tables` after `previous` (what that one stood on), or a refusal; pure and repeatable."""
    kept = standing(tables, previous, by)
    now = [published("now", table, by) for table in kept.tables]
    before = []
    if previous is not None:
        earlier = rules.rule(previous.rule) if previous.rule else by
        before = [published("before", table, earlier) for table in previous.tables]
    cells = [name for group in groups([*now, *before]) for name in _attacked(group, by)]
    if cells:
        return Refusal(by, tuple(cells))
    hidden = _hidden_cells(now)
    released = tuple(ReleasedTable(known.table, tuple(_entries(known, hidden))) for known in now)
    return Release(by, rules.rules().version, released, kept)


def published(which: str, table: Table, by: Rule) -> Published:
    """Return the counts of a table as figures."""
    shown = []
    hidden = {i for i, count in enumerate(table.counts) if rules.figure(count, by, table.total_kind).suppressed}
    for place in places(table):
        total = sum(table.counts[member] for member in place.members)
        figure = rules.figure(total, by, table.total_kind)
        over = by.totals_over_hidden == "hidden" and not hidden.isdisjoint(place.members)
        shown.append((place, HIDDEN if over else figure))
    return Published(which, table, by, tuple(shown))


def _attacked(group: list[Published], by: Rule) -> tuple[str, ...]:
    now = [known for known in group if known.release == "now"]
    before = [known for known in group if known.release == "before"]
    return undone(system(now, before, by.k), by.keeps)


def _hidden_cells(published: Iterable[Published]) -> list[tuple[Table, Mapping[str, str | None]]]:
    """Return where cells are hidden, for the means of all tables of their people."""
    return [
        (known.table, dict(zip(known.table.names, place.at, strict=True)))
        for known in published
        for place, shown in known.places
        if shown.suppressed and None not in place.at
    ]


def _entries(known: Published, hidden: list[tuple[Table, Mapping[str, str | None]]]) -> Iterable[Entry]:
    table, shown = known.table, {place.at: figure for place, figure in known.places}
    for place, count in known.places:
        means = tuple((mean.name, _mean(known, place, count, mean, hidden)) for mean in table.means)
        yield Entry(place.at, count, _percent(known, place, shown), means)


def _percent(known: Published, place: Place, shown: Mapping[At, Figure]) -> Figure | None:
    """Return a whole percentage of rounded counts, halves upwards; hidden if either is, or 0 or 100 of a small base."""
    table = known.table
    if table.percent_of is None:
        return None
    within = tuple(v if name in table.percent_of else None for name, v in zip(table.names, place.at, strict=True))
    count, base = shown[place.at].value, shown.get(within, HIDDEN).value
    if not base or count is None:
        return HIDDEN
    if count in (0, base) and base < known.by.small_base:
        return HIDDEN
    return Figure((200 * int(count) + int(base)) // (2 * int(base)))


def _mean(
    known: Published, place: Place, count: Figure, mean: Mean, hidden: list[tuple[Table, Mapping[str, str | None]]]
) -> Figure:
    """Return a mean to one decimal; showing it depends on published figures only, but for a unanimous score."""
    table = known.table
    if count.suppressed or rules.interval(count, known.by, table.total_kind)[0] < MEAN_PEOPLE:
        return HIDDEN
    fixed = {name: value for name, value in zip(table.names, place.at, strict=True) if value is not None}
    if any(_inside(at, other, fixed, table, mean.name) for other, at in hidden):
        return HIDDEN
    people = sum(table.counts[member] for member in place.members)
    total = sum(mean.sums[member] for member in place.members)
    if total in (people * mean.low, people * mean.high) and people < known.by.small_base:
        return HIDDEN
    return Figure((20 * total + people) // (2 * people) / 10)


def _inside(at: Mapping[str, str | None], other: Table, fixed: Mapping[str, str], table: Table, name: str) -> bool:
    """Say whether a hidden cell is part of a place, so that a mean over the place would tell of it by subtraction."""
    same = other.table == table.table or (table.population and other.population == table.population)
    has = any(mean.name == name for mean in other.means)
    return bool(same and has) and all(at.get(dimension) == value for dimension, value in fixed.items())
