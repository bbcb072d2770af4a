"""From tables to what may leave the house: figures by a rule, or a refusal that names what could be undone.

Guards evidence's rules on disclosure: percentages from rounded counts, means to one decimal of ten people or more, 0 %
and 100 % of a small base hidden, and that nothing is published before the attacker has failed at it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.evaluation.evidence.disclosure import declaring, kept, means, relations, rules, succession
from services.evaluation.evidence.disclosure.attacker import Progress, nobody, undone
from services.evaluation.evidence.disclosure.basis import standing
from services.evaluation.evidence.disclosure.constraints import Published, groups, system
from services.evaluation.evidence.disclosure.kept import Kept
from services.evaluation.evidence.disclosure.relations import Parents
from services.evaluation.evidence.disclosure.rules import HIDDEN, Figure, Rule
from services.evaluation.evidence.disclosure.tables import At, Place, Table, Tables, places
from services.evaluation.evidence.errors import EvidenceError

_NOW = "now"


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
    standing: Kept


@dataclass(frozen=True)
class Refusal:
    """Nothing is published: an attacker could undo these figures, named without their values."""

    rule: Rule
    cells: tuple[str, ...]


def release(
    tables: Tables, previous: Kept | None, by: Rule, *, another_rule: bool = False, tell: Progress = nobody
) -> Release | Refusal:
    """Return the release of `tables` after `previous` (what that one stood on), or a refusal; pure and repeatable.

    `tell` hears how far the attack on it is, anew for each group of tables that tell of one another.
    EvidenceError where tables of the same people cannot be related, contradict one another or the last release, or
    where the last release had another rule and `another_rule` does not say that this is meant.
    """
    if previous is not None:
        if not kept.same(previous.rule, by) and not another_rule:
            said = f"the last release went by {previous.rule.rule}: two rules for the same people tell more than one"
            raise EvidenceError(said, field="rule")
        previous = succession.following(tables.tables, previous)
    declaring.check(tables.tables, () if previous is None else previous.every)
    stood = standing(tables, previous, by)
    history = kept.keep(stood, previous, by, rules.rules().version)
    every = [
        published(_named(age), table, before.rule)
        for age, before in enumerate([history.releases[0], *(() if previous is None else previous.releases)])
        for table in before.tables
    ]
    undoable: list[str] = []
    entries: dict[str, tuple[Entry, ...]] = {}
    labels = list(dict.fromkeys(known.release for known in every))
    for group in groups(every):
        together = Together([[known for known in group if known.release == label] for label in labels])
        attacked = together.attacked()
        for unlisted in (False, True):
            undoable += undone(system(attacked, unlisted=unlisted), by.keeps, tell)
        for known in together.releases[0] if together.releases[0][0].release == _NOW else ():
            entries[known.table.table] = tuple(_entries(known, together.showing))
    if undoable:
        return Refusal(by, tuple(undoable))
    released = tuple(ReleasedTable(table, entries[table.table]) for table in stood.tables)
    return Release(by, rules.rules().version, released, history)


class Together:
    """Tables of the same people over several releases, newest first, and which of their means are shown."""

    def __init__(self, releases: Sequence[Sequence[Published]]) -> None:
        self.releases = [list(release) for release in releases if release]
        self._showings: list[means.Showing] = []
        for age in reversed(range(len(self.releases))):
            self._showings.insert(0, means.Showing(self.releases[age:], self._parents(age), self._showings))
        self.showing = self._showings[0]

    def attacked(self) -> list[list[Published]]:
        """Return the releases with all that means, shown now or before, may tell of their counts."""
        return means.exact(self.releases, self._showings, self._parents(0))

    def _parents(self, age: int) -> Parents:
        """Return what lies within what by a release and those before it, as far as they agree."""
        return relations.agreed(relations.of_each([[known.table for known in one] for one in self.releases[age:]]))


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


def _named(age: int) -> str:
    return (_NOW, "before")[age] if age < len((_NOW, "before")) else f"{age} releases before"


def _entries(known: Published, showing: means.Showing) -> Iterable[Entry]:
    table, shown = known.table, {place.at: figure for place, figure in known.places}
    for place, count in known.places:
        scores = tuple((mean.name, showing.figure(known, place, count, mean)) for mean in table.means)
        yield Entry(place.at, count, _percent(known, place, shown), scores)


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
