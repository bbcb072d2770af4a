"""What everybody can know about the counts behind published figures, as linear constraints on whole numbers.

Guards that nothing public is left out: rounding, hiding, totals, tables of the same people, earlier releases, and the
rule that a cell moves by 0 or at least k people. Where it is unsure whether an attacker knows something, they know it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from services.evaluation.evidence.disclosure import crossing, days
from services.evaluation.evidence.disclosure.crossing import Circle
from services.evaluation.evidence.disclosure.links import Ages, Link
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.rules import Figure, Rule, interval
from services.evaluation.evidence.disclosure.tables import At, Place, Table

Which = tuple[str, str, At]
"""A count: release, table and place, the latter two as they are compared."""
_Position = tuple[int, int]
"""Of a table: its release and its place in it."""
MOST_PEOPLE = 10**12
_PART = {"fewer": (-MOST_PEOPLE, 0), "more": (0, MOST_PEOPLE)}
"""From where to where people in one table less those in another go where it leaves some out."""
_WHOLE = ("same", "apart")
"""Ties in which neither table is known to leave out some of the other's people."""
Row = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Published:
    """One table of one release: the counts it stands on, and each place with the figure that is shown of it.

    `exact` are cells whose count may be known to the last person, from means that are shown.
    """

    release: str
    table: Table
    by: Rule
    places: tuple[tuple[Place, Figure], ...]
    exact: frozenset[At] = frozenset()


@dataclass
class System:
    """Bounds of each count, rows (coefficients, low, high), and hidden figures with the counts that add up to them."""

    bounds: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[dict[int, int], int, int]] = field(default_factory=list)
    hidden: dict[tuple[int, ...], str] = field(default_factory=dict)
    unlisted: dict[tuple[int, ...], str] = field(default_factory=dict)
    """Hidden figures of which nothing is published, not even that they are hidden (`_left_out`)."""
    counts: dict[Which, int] = field(default_factory=dict)
    _latest: dict[tuple[str, At], tuple[int, int, int]] = field(default_factory=dict)
    """Of each cell the count that the next newer release has, how many that is, and by how many it moves."""
    _said: set[tuple[Row, int, int]] = field(default_factory=set)
    fresh: frozenset[Which] = frozenset()
    """Cells that hold the people of their own day (`days`)."""
    _shown: dict[Which, Figure] = field(default_factory=dict)
    _today: dict[Which, int] = field(default_factory=dict)
    """Of the other cells of a release the count of the people who are there by then."""

    def add(self, known: Published) -> None:
        """Add a table: its cells as counts, its totals as rows; a cell that did not move is one count, not two."""
        shown = {place.at: (place, figure) for place, figure in known.places}
        cells = list(known.table.cells())
        for at, count in zip(cells, known.table.counts, strict=True):
            place, figure = shown[at]
            found = (count, count) if at in known.exact else _known(known, place, figure)
            self._shown[which(known, at)] = figure
            self._count(known, at, count, found or (0, MOST_PEOPLE))
        for place, figure in known.places:
            members = tuple(self.counts[which(known, cells[member])] for member in place.members)
            found = _known(known, place, figure)
            if None in place.at and found is not None:
                self._row(Counter(members), *found)
            if figure.suppressed:
                self.hidden.setdefault(tuple(sorted(members)), f"{known.table.label(place.at)} ({known.release})")

    def _linked(self, one: Published, other: Published, link: Link) -> None:
        """Add that cells of two tables hold the same people, as far as what they show does.

        A difference of fewer than k people is known: who knows those that came and went knows it. Tables that may
        leave people out, but do not, are tied as if everybody knew it.
        """
        row = Counter([self.counts[which(one, at)] for at in link.mine])
        row.subtract([self.counts[which(other, at)] for at in link.theirs])
        if not link.difference or (link.alike == "same" and abs(link.difference) < one.by.k):
            self._row(row, link.difference, link.difference)
        elif link.alike in _PART and not _stood_apart(link):
            self._row(row, *_PART[link.alike])

    def tied(self, one: Published, other: Published, links: Iterable[Link], *, unlisted: bool) -> None:
        """Add all that ties what two tables show."""
        for link in links:
            if unlisted and link.alike not in _WHOLE:
                self._left_out(one, other, link)
            else:
                self._linked(one, other, link)

    def tied_today(self, ties: Sequence[tuple[Published, Published, Link]], *, unlisted: bool) -> None:
        """Add that cells of two tables of one release hold the same people by then, where it shows that some were held.

        A cell that moved shows them; one that was held is off by as many people as do not move it.
        """
        held = any(_stood_apart(link) for _, _, link in ties)
        for one, other, link in ties if held else ():
            if link.alike == "same" or (link.alike in _PART and not unlisted):
                row = Counter([self._by_then(one, at) for at in link.mine])
                row.subtract([self._by_then(other, at) for at in link.theirs])
                self._row(row, *_PART.get(link.alike, (0, 0)))

    def _by_then(self, known: Published, at: At) -> int:
        """Return the count of the people who are in a cell by the day of its release."""
        cell = which(known, at)
        if cell in self.fresh:
            return self.counts[cell]
        if cell not in self._today:
            here, by = self.counts[cell], known.by
            off = days.drift(self._shown[cell], by, known.table.total_kind)
            there = self._today[cell] = self._another(self.bounds[here][1] + max(off.above, off.waiting))
            self._row({here: 1, there: -1}, -MOST_PEOPLE, MOST_PEOPLE if off.below is None else off.below)
            if off.waiting:  # either no more than they are, or off by no more than others: never both
                waits = self._another(1)
                self._row({there: 1, here: -1, waits: by.hide.low + off.above - off.waiting}, -MOST_PEOPLE, off.above)
                most = by.hide.high + off.above
                self._row({there: 1, waits: most - off.waiting}, 0, most)
            else:
                self._row({there: 1, here: -1}, -MOST_PEOPLE, off.above)
        return self._today[cell]

    def _another(self, most: int) -> int:
        self.bounds.append((0, most))
        return len(self.bounds) - 1

    def _left_out(self, one: Published, other: Published, link: Link) -> None:
        """Add the people of one table that another leaves out as a count nobody publishes; hidden, where a rule would.

        Here nobody knows whether anybody is left out: if it were known that nobody is, there would be none to find.
        """
        wide, narrow = (other, one) if link.alike == "fewer" else (one, other)
        people = -link.difference if link.alike == "fewer" else link.difference
        if people < 0:
            return
        row = Counter({self._another(MOST_PEOPLE): 1})
        row.update(self.counts[which(narrow, at)] for at in (link.mine if narrow is one else link.theirs))
        row.subtract(self.counts[which(wide, at)] for at in (link.mine if wide is one else link.theirs))
        self._row(row, 0, 0)
        if wide.by.hide.low <= people <= wide.by.hide.high:
            said = f"{', '.join(link.values) or 'all'}, those left out beside {wide.table.table} ({narrow.release})"
            self.unlisted[len(self.bounds) - 1,] = f"{narrow.table.table}: {said}"

    def crossed(self, tables: Sequence[Published], circle: Circle) -> None:
        """Add the cross behind a circle of tables, as counts that nobody publishes.

        Where nobody has these counts, because some cells were held, it is that of the people by then. Where the tables
        are of several days, each cell may be off: by fewer than k people, or by 2k where a cell waited to cross the
        line of hiding.
        """
        k, of_one_day = tables[0].by.k, len({known.release for known in tables}) == 1
        slack = circle.slack([0] if of_one_day else [0, k - 1, 2 * k])
        if slack is None and not of_one_day:
            return
        counted = self._by_then if slack is None else lambda known, at: self.counts[which(known, at)]
        slack = slack or 0
        found = [[counted(tables[tie.table], at) for at in tie.cells] for tie in circle.ties]
        first, most = len(self.bounds), [MOST_PEOPLE] * circle.size
        for tie, cells in zip(circle.ties, found, strict=True):
            people = sum(self.bounds[cell][1] + slack for cell in cells)
            for at in tie.crossed if not tie.fewer else ():
                most[at] = min(most[at], people)
        self.bounds += [(0, high) for high in most]
        for tie, cells in zip(circle.ties, found, strict=True):
            row = Counter([first + at for at in tie.crossed])
            row.subtract(cells)
            self._row(row, -slack * len(cells), MOST_PEOPLE if tie.fewer else slack * len(cells))

    def _count(self, known: Published, at: At, count: int, found: tuple[int, int]) -> None:
        cell = which(known, at)
        position, newer, k = self._latest.get(cell[1:], (None, 0, 0))  # what moved, moved by the newer one's rule
        if position is None or newer != count:
            self.bounds.append(found)
        else:
            before = self.bounds[position]
            self.bounds[position] = (max(found[0], before[0]), min(found[1], before[1]))
        here = len(self.bounds) - 1 if position is None or newer != count else position
        if position is not None and abs(newer - count) >= k:
            self._row({position: 1, here: -1} if newer > count else {position: -1, here: 1}, k, MOST_PEOPLE)
        self.counts[cell] = here
        self._latest[cell[1:]] = (here, count, known.by.k)

    def _row(self, row: dict[int, int], low: int, high: int) -> None:
        kept = {count: factor for count, factor in row.items() if factor}
        said = (tuple(sorted(kept.items())), low, high)
        if kept and said not in self._said:
            self._said.add(said)
            self.rows.append((kept, low, high))


def which(known: Published, at: At) -> Which:
    """Return by what a count is found."""
    return known.release, plain(known.table.table), tuple(None if value is None else plain(value) for value in at)


def system(releases: Sequence[Sequence[Published]], *, unlisted: bool = False) -> System:
    """Return all that is public about tables of one population; releases from the newest to the oldest.

    Every pair of tables is tied by the values they share, within a release and across two; what lies within what is as
    each release said of itself. Circles of tables are tied by their cross: those of each release, and the newest of
    each table, whatever its release. With `unlisted` the people that tables leave out are hidden, and nothing else.
    """
    built = System()
    for release in releases:
        for known in release:
            built.add(known)
    ages = Ages([[known.table for known in release] for release in releases])
    every = [((age, at), known) for age, release in enumerate(releases) for at, known in enumerate(release)]
    for (mine, one), (theirs, other) in combinations(every, 2):
        if plain(one.table.table) != plain(other.table.table):
            found = ages.links(mine, theirs, wide=unlisted)
            if unlisted and mine[0] != theirs[0] and _side_by_side(releases, one, other):
                found = (link for link in found if link.alike in _WHOLE)
            built.tied(one, other, found, unlisted=unlisted)
    built.fresh = _fresh(releases)
    for age in range(len(releases)):
        built.tied_today(_ties(age, releases, ages, wide=unlisted), unlisted=unlisted)
    for tables in _around(every):
        circle = crossing.circle(*ages.together(place for place, _ in tables))
        if circle is not None:
            built.crossed([known for _, known in tables], circle)
    if unlisted:
        built.hidden = built.unlisted
    return built


def _ties(
    age: int, releases: Sequence[Sequence[Published]], ages: Ages, *, wide: bool
) -> list[tuple[Published, Published, Link]]:
    """Return what ties the tables of one release."""
    pairs = combinations(enumerate(releases[age]), 2)
    return [
        (one, other, link)
        for (mine, one), (theirs, other) in pairs
        for link in ages.links((age, mine), (age, theirs), wide=wide)
    ]


def _stood_apart(link: Link) -> bool:
    """Say whether two tables of a release do not stand on the same people: some of their cells were held."""
    low, high = _PART.get(link.alike, (0, 0))
    return link.alike != "apart" and not low <= link.difference <= high


def _fresh(releases: Sequence[Sequence[Published]]) -> frozenset[Which]:
    """Return the cells that hold the people of their own day."""
    found = days.fresh([[known.table for known in release] for release in releases])
    return frozenset((releases[age][0].release, table, at) for age, table, at in found)


def _around(every: Sequence[tuple[_Position, Published]]) -> list[list[tuple[_Position, Published]]]:
    """Return the tables that may form circles: those of each release, and the newest of each table."""
    newest: dict[str, tuple[_Position, Published]] = {}
    for place, known in every:
        newest.setdefault(plain(known.table.table), (place, known))
    apart = [[one for one in every if one[0][0] == age] for age in dict.fromkeys(place[0] for place, _ in every)]
    return [*apart, *([] if list(newest.values()) in apart else [list(newest.values())])]


def _side_by_side(releases: Sequence[Sequence[Published]], one: Published, other: Published) -> bool:
    """Say whether a release has both tables, so that what they tell of one another is told by their own figures."""
    names = {plain(one.table.table), plain(other.table.table)}
    return any(names <= {plain(known.table.table) for known in release} for release in releases)


def groups(published: Iterable[Published]) -> list[list[Published]]:
    """Return the tables that say something about one another: those of one population, of all releases."""
    found: dict[str, list[Published]] = {}
    for known in published:
        found.setdefault(plain(known.table.population), []).append(known)
    return list(found.values())


def _known(known: Published, place: Place, shown: Figure) -> tuple[int, int] | None:
    """Return what a figure says of its count; a total hidden for what is in it says nothing."""
    if shown.suppressed and None in place.at and known.by.totals_over_hidden == "hidden":
        return None
    return interval(shown, known.by, known.table.total_kind)
