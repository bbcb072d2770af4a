"""What everybody can know about the counts behind published figures, as linear constraints on whole numbers.

Guards that nothing public is left out: rounding, hiding, totals, tables of the same people, the release before, and the
rule that a cell moves by 0 or at least k people. Where it is unsure whether an attacker knows something, they know it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from services.evaluation.evidence.disclosure.rules import Figure, Rule, interval
from services.evaluation.evidence.disclosure.tables import At, Place, Table

Which = tuple[str, str, At]
"""A count: release ("now" or "before"), table, place."""
MOST_PEOPLE = 10**12


@dataclass(frozen=True)
class Published:
    """One table of one release: the counts it stands on, and each place with the figure that is shown of it."""

    release: str
    table: Table
    by: Rule
    places: tuple[tuple[Place, Figure], ...]


@dataclass
class System:
    """Bounds of each count, rows (coefficients, low, high), and hidden figures with the counts that add up to them."""

    bounds: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[dict[int, int], int, int]] = field(default_factory=list)
    hidden: dict[tuple[int, ...], str] = field(default_factory=dict)
    counts: dict[Which, int] = field(default_factory=dict)

    def add(self, known: Published, same_as: dict[Which, Which]) -> None:
        """Add a table: its cells as counts, its totals as rows; a cell that did not move is one count, not two."""
        for place, shown in known.places:
            found = _known(known, place, shown)
            if len(place.members) == 1 and None not in place.at:
                self._count((known.release, known.table.table, place.at), found, same_as)
        cells = list(known.table.cells())
        for place, shown in known.places:
            members = tuple(self.counts[known.release, known.table.table, cells[member]] for member in place.members)
            found = _known(known, place, shown)
            if None in place.at and found is not None:
                self.rows.append((dict.fromkeys(members, 1), *found))
            if shown.suppressed:
                self.hidden.setdefault(tuple(sorted(members)), f"{known.table.label(place.at)} ({known.release})")

    def moved(self, which: Which, up: bool, k: int) -> None:
        """Add that a cell moved by at least k people, up or down."""
        now, before = self.counts[which], self.counts["before", *which[1:]]
        sign = 1 if up else -1
        self.rows.append(({now: sign, before: -sign}, k, MOST_PEOPLE))

    def linked(self, one: Published, other: Published) -> None:
        """Add that two tables count the same people in what they have in common."""
        for mine, theirs in _shared_totals(one.table, other.table):
            row = {self.counts[one.release, one.table.table, at]: 1 for at in mine}
            row |= {self.counts[other.release, other.table.table, at]: -1 for at in theirs}
            self.rows.append((row, 0, 0))

    def _count(self, which: Which, found: tuple[int, int] | None, same_as: dict[Which, Which]) -> None:
        low, high = found or (0, MOST_PEOPLE)
        if which in same_as:
            position = self.counts[same_as[which]]
            before = self.bounds[position]
            self.bounds[position] = (max(low, before[0]), min(high, before[1]))
        else:
            position = len(self.bounds)
            self.bounds.append((low, high))
        self.counts[which] = position


def system(now: Sequence[Published], before: Sequence[Published], k: int) -> System:
    """Return all that is public about tables of one population, over this release and the one before."""
    built = System()
    for known in now:
        built.add(known, {})
    stood = {("now", known.table.table, at): count for known in now for at, count in _counts(known.table)}
    for known in before:
        old = {("now", known.table.table, at): count for at, count in _counts(known.table)}
        same = {("before", *which[1:]): which for which in old if stood.get(which) == old[which]}
        built.add(known, same)
        for which, count in old.items():
            if which in stood and stood[which] != count:
                built.moved(which, stood[which] > count, k)
    for release in (now, before):
        for one, other in combinations(release, 2):
            built.linked(one, other)
    return built


def groups(published: Iterable[Published]) -> list[list[Published]]:
    """Return the tables that say something about one another: by population, and each table with its past.

    A table whose population was renamed brings its former companions along.
    """
    found: list[tuple[set[tuple[str, str]], list[Published]]] = []
    for known in published:
        names = {("table", known.table.table)} | {("population", name) for name in [known.table.population] if name}
        near = [group for group in found if group[0] & names]
        found = [group for group in found if not group[0] & names]
        merged = [table for group in near for table in group[1]]
        found.append((names.union(*(group[0] for group in near)), [*merged, known]))
    return [group for _, group in found]


def _known(known: Published, place: Place, shown: Figure) -> tuple[int, int] | None:
    """Return what a figure says of its count; a total hidden for what is in it says nothing."""
    if shown.suppressed and None in place.at and known.by.totals_over_hidden == "hidden":
        return None
    return interval(shown, known.by, known.table.total_kind)


def _counts(table: Table) -> Iterable[tuple[At, int]]:
    return zip(table.cells(), table.counts, strict=True)


def _shared_totals(one: Table, other: Table) -> Iterable[tuple[list[At], list[At]]]:
    """Return the cells of both tables that add up to the same people; only where their counts do."""
    names = [d.name for d in one.dimensions if any(d == theirs for theirs in other.dimensions)]
    mine, theirs = _grouped(one, names), _grouped(other, names)
    for key in mine:
        (cells, people), (their_cells, their_people) = mine[key], theirs[key]
        if people == their_people:
            yield cells, their_cells


def _grouped(table: Table, names: list[str]) -> dict[At, tuple[list[At], int]]:
    axes = [table.names.index(name) for name in names]
    found: dict[At, tuple[list[At], int]] = {}
    for at, count in _counts(table):
        key = tuple(at[axis] for axis in axes)
        cells, people = found.get(key, ([], 0))
        found[key] = ([*cells, at], people + count)
    return found
