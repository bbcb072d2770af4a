"""On which counts a release stands: a cell moves when at least k people came or went since the last one, or not at all.

Guards that two releases side by side never show the answer of a newcomer, and that the same people give the same
release. What a cell is called does not matter: the same people are recognised in any table and in any total.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.evaluation.evidence.disclosure.kept import Kept
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.rules import Margins, Rule, figure, interval
from services.evaluation.evidence.disclosure.tables import At, Table, Tables, places
from services.evaluation.evidence.errors import EvidenceError

_Who = tuple[str, str, frozenset[tuple[str, str]]]
"""Population, table (empty for any) and the values of a place, as they are compared."""


@dataclass(frozen=True)
class _Old:
    """What a place stood on when it was last released."""

    people: int
    sums: Mapping[str, int]


def standing(now: Tables, previous: Kept | None, by: Rule) -> Tables:
    """Return the tables with every cell that moved by fewer than k people as it was when it was last released.

    Movement is net, which is never more than the people who came or went. A place that is new stands as it is.
    """
    if previous is None:
        return now
    for table in now.tables:
        for before in previous.every:
            if _names(table) == _names(before):
                _alike(table, before)
    own, others = _released(previous)
    return now.model_copy(update={"tables": tuple(_held(table, own, others, by) for table in now.tables)})


def _alike(table: Table, before: Table) -> None:
    names = [[plain(name) for name in one.names] for one in (table, before)]
    means = [{plain(mean.name) for mean in one.means} for one in (table, before)]
    if names[0] != names[1] or means[0] != means[1]:
        said = "declared otherwise in the last release; declare it as it was, and what is different as a further table"
        raise EvidenceError(said, cell=table.table)


def _released(previous: Kept) -> tuple[dict[_Who, _Old], dict[_Who, _Old]]:
    """Return what every place stood on in its newest release: by table, and by population."""
    own: dict[_Who, _Old] = {}
    others: dict[_Who, _Old] = {}
    for table in previous.every:
        for place in places(table):
            sums = {plain(mean.name): sum(mean.sums[member] for member in place.members) for mean in table.means}
            old = _Old(sum(table.counts[member] for member in place.members), sums)
            values = _values(table, place.at)
            if None not in place.at:
                own.setdefault((*_names(table), values), old)
            known = others.setdefault((plain(table.population), "", values), old)
            if known.sums.keys() < old.sums.keys():
                others[plain(table.population), "", values] = old
    return own, others


def _held(table: Table, own: Mapping[_Who, _Old], others: Mapping[_Who, _Old], by: Rule) -> Table:
    means = [plain(mean.name) for mean in table.means]
    held: list[_Old | None] = []
    for at, count in zip(table.cells(), table.counts, strict=True):
        values = _values(table, at)
        old = own.get((*_names(table), values)) or others.get((plain(table.population), "", values))
        known = old is not None and set(means) <= old.sums.keys()
        held.append(old if old is not None and known and not moves(old.people, count, by, table.total_kind) else None)
    counts = tuple(n if old is None else old.people for n, old in zip(table.counts, held, strict=True))
    sums = [
        tuple(n if old is None else old.sums[name] for n, old in zip(mean.sums, held, strict=True))
        for name, mean in zip(means, table.means, strict=True)
    ]
    kept = tuple(mean.model_copy(update={"sums": new}) for mean, new in zip(table.means, sums, strict=True))
    return table.model_copy(update={"counts": counts, "means": kept})


def _names(table: Table) -> tuple[str, str]:
    return plain(table.population), plain(table.table)


def _values(table: Table, at: At) -> frozenset[tuple[str, str]]:
    return frozenset((plain(n), plain(v)) for n, v in zip(table.names, at, strict=True) if v is not None)


def moves(old: int, new: int, by: Rule, margins: Margins) -> bool:
    """Say whether a cell moves: by k people at least, and never so that crossing the line of hiding tells too much.

    Who sees a hidden cell appear as 10 knows that it held 14 - k people at most; a strict rule waits for more people.
    """
    if abs(new - old) < by.k:
        return False
    seen, unseen = figure(max(old, new), by, margins), figure(min(old, new), by, margins)
    if seen.suppressed or not unseen.suppressed:
        return True
    return interval(seen, by, margins)[1] - by.k - by.hide.low + 1 >= min(by.keeps, by.hide.high - by.hide.low + 1)
