"""Means beside counts: which are shown, and what those that are shown may tell of the counts.

Guards that no mean covers anybody of a hidden cell, in any table of the same people and in this release or an earlier
one, that none less others leaves fewer than k people (`footing`) or tells what all of few answered (`ends`), and that
the attacker is given every count which several means together could tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.evaluation.evidence.disclosure import ends, rules
from services.evaluation.evidence.disclosure.constraints import Published, which
from services.evaluation.evidence.disclosure.ends import Close, Ends
from services.evaluation.evidence.disclosure.footing import Cell, Footing
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.relations import Facts, Parents, Places, facts
from services.evaluation.evidence.disclosure.rules import HIDDEN, Figure
from services.evaluation.evidence.disclosure.tables import At, Mean, Place

MEAN_PEOPLE = 10
"""A mean of fewer people is never shown: few people could be told from it, and their number too."""
_Values = frozenset[tuple[str, str]]


class Showing:
    """Answers for tables of the same people, over releases from the newest to the oldest, which means are shown.

    Where anything is hidden, means of places that share people would tell counts together: of these the first is shown,
    in the order of the tables, cells before totals.
    """

    def __init__(self, releases: Sequence[Sequence[Published]], parents: Parents, earlier: "Sequence[Showing]") -> None:
        self._releases, self._parents, self._earlier = releases, parents, earlier
        self._hidden = Places(_hidden(releases, parents))
        self._footing = Footing(
            releases, [showing.cells for showing in earlier], [showing.uneven for showing in earlier]
        )
        self.cells: set[Cell] = set()
        """Cells in any mean of `told`."""
        self.scores: dict[str, set[Cell]] = {}
        """The same for each score."""
        self.uneven: set[Cell] = set()
        """Cells of which no mean may tell, because they stand on other people than those of another table."""
        self._ends: dict[str, Ends] = {}
        self._crosswise: dict[str, Places] = {}
        self.sums: dict[str, list[tuple[Facts, ends.Sum]]] = {}
        """Places of `told` and their sums, for each score."""
        self.stood: dict[tuple[str, _Values], list[ends.Sum]] = {}
        """The same sums by the score and the place's own values."""
        self.told = self._chosen(releases[0])
        """Means that are shown, or hidden for their value only: table, place and name to the facts of the place."""
        names = {plain(mean.name) for known in releases[0] for mean in known.table.means}
        self.moves = {name: self._footing.moves(self.scores.get(name, set()), self._shown(name)) for name in names}
        """How many people are in the smallest cells that means of each score tell to have grown, and to have shrunk."""

    def figure(self, known: Published, place: Place, count: Figure, mean: Mean) -> Figure:
        """Return a mean to one decimal; hidden near the ends of its scale where the base is small (`ends`)."""
        if (known.table.table, place.at, plain(mean.name)) not in self.told:
            return HIDDEN
        found = ends.total(mean, known.table.counts, place.members)
        return HIDDEN if _small(known, count) and found.near(known.by) else Figure(found.steps / ends.STEP)

    def _chosen(self, release: Sequence[Published]) -> dict[tuple[str, At, str], Facts]:
        chosen: dict[tuple[str, At, str], Facts] = {}
        shown: dict[str, tuple[Places, set[_Values]]] = {}
        for at, known in enumerate(release):
            cells = [which(known, values)[1:] for values in known.table.cells()]
            uneven = self._footing.uneven(at, self.cells) if known.table.means else frozenset()
            self.uneven |= uneven
            for mean in known.table.means:
                name = plain(mean.name)
                close = self._close(name)
                broken_down, crosswise = self._broken_down(known, close, name), self._moved_crosswise(name)
                telling = uneven.union(*(new for new, _ in self._telling(at, mean, self.scores.get(name, set()))))
                taken, values = shown.setdefault(name, (Places(), set()))
                for place, count in known.places:
                    here, mine = facts(known.table, place.at, self._parents), _values(known, place)
                    if not self._may(known, count, here) or not telling.isdisjoint(cells[m] for m in place.members):
                        continue
                    if self._hidden and mine not in values and taken.near(here):
                        continue
                    found = ends.total(mean, known.table.counts, place.members)
                    again = self._again((known.table.table, place.at, name), [cells[m] for m in place.members])
                    if not again and (
                        crosswise.near(here)
                        or broken_down.near(here)
                        or close.told_by(here, found)
                        or self._hardly_moved(known, name, mine, found)
                    ):
                        continue
                    if mine not in values:
                        values.add(mine)
                        taken.add(here)
                    chosen[known.table.table, place.at, name] = here
                    mine_too = {cells[member] for member in place.members}
                    self.cells |= mine_too
                    self.scores.setdefault(name, set()).update(mine_too)
                    self.sums.setdefault(name, []).append((here, found))
                    self.stood.setdefault((name, mine), []).append(found)
        return chosen

    def _again(self, told: tuple[str, At, str], cells: Sequence[Cell]) -> bool:
        """Say whether a mean was told before of the same people, so that it tells nothing new."""
        return any(
            told in showing.told and self._footing.stood(cells, age) for age, showing in enumerate(self._earlier, 1)
        )

    def _hardly_moved(self, known: Published, name: str, values: _Values, found: ends.Sum) -> bool:
        """Say whether a mean, less one told before of the same place, tells of fewer than k people or few who agree.

        A total may stand still while its cells move: each by k people or more, and all of them by one.
        """
        before = (old for showing in self._earlier for old in showing.stood.get((name, values), ()))
        return any(found != old and found.few_since(old, known.by) for old in before)

    def _shown(self, name: str) -> list[set[Cell]]:
        return [showing.scores.get(name, set()) for showing in self._earlier]

    def _broken_down(self, known: Published, close: Ends, name: str) -> Places:
        """Return earlier means that a new table breaks down, and of which one part is near an end.

        The other parts, taken from the whole, would tell that one.
        """
        if any(plain(known.table.table) == plain(old.table.table) for one in self._releases[1:] for old in one):
            return Places()
        told = (place for showing in self._earlier for place in showing.sums.get(name, ()))
        return Places(close.wholes(told))

    def _telling(self, at: int, mean: Mean, now: set[Cell]) -> Iterator[tuple[frozenset[Cell], ends.Sum]]:
        name = plain(mean.name)
        return self._footing.telling(at, mean, [now, *(showing.scores.get(name, set()) for showing in self._earlier)])

    def _moved_crosswise(self, name: str) -> Places:
        """Return the cells of any table that moved the other way than others; no new mean may share people with one.

        Less the others that are shown, it would tell theirs.
        """
        if name not in self._crosswise:
            shown, found = self._shown(name), Places()
            told = [showing.moves.get(name, {}) for showing in self._earlier]
            for at, known in enumerate(self._releases[0]):
                places = {which(known, values)[1:]: values for values in known.table.cells()}
                for mean in known.table.means:
                    for cell in self._footing.crosswise(at, mean, shown, told) if plain(mean.name) == name else ():
                        found.add(facts(known.table, places[cell], self._parents))
            self._crosswise[name] = found
        return self._crosswise[name]

    def _close(self, name: str) -> Ends:
        """Return where a score is near an end, in any table: as it stands, or among those that came or went."""
        if name not in self._ends:
            found = list(_near(self._releases, name, self._parents))
            for at, known in enumerate(self._releases[0]):
                places = {which(known, values)[1:]: values for values in known.table.cells()}
                for mean in known.table.means:
                    for new, moved in self._telling(at, mean, set()) if plain(mean.name) == name else ():
                        for cell in new if moved.people >= known.by.k else ():  # of fewer `uneven` shows no mean
                            here = facts(known.table, places[cell], self._parents)
                            found.append(Close(here, moved, moved.reach(known.by)))
            self._ends[name] = Ends(found)
        return self._ends[name]

    def _may(self, known: Published, count: Figure, here: Facts) -> bool:
        """Say whether nothing forbids a mean by itself; depends on published figures only."""
        enough = rules.interval(count, known.by, known.table.total_kind)[0] >= MEAN_PEOPLE
        return not count.suppressed and enough and not self._hidden.near(here)


def _near(releases: Sequence[Sequence[Published]], name: str, parents: Parents) -> Iterator[Close]:
    """Yield the places whose mean is hidden for its value, newest first: a newer release of a table holds for it."""
    seen: set[tuple[str, At]] = set()
    for known in (known for release in releases for known in release):
        for mean in known.table.means:
            for place, count in known.places if plain(mean.name) == name else ():
                if which(known, place.at)[1:] in seen:
                    continue
                seen.add(which(known, place.at)[1:])
                found = ends.total(mean, known.table.counts, place.members)
                if not count.suppressed and found.people and _small(known, count) and found.near(known.by):
                    yield Close(facts(known.table, place.at, parents), found, found.reach(known.by))


def _small(known: Published, count: Figure) -> bool:
    return rules.interval(count, known.by, known.table.total_kind)[0] < known.by.small_base


def exact(
    releases: Sequence[Sequence[Published]], showings: Sequence[Showing], parents: Parents
) -> list[list[Published]]:
    """Return releases with the cells whose counts their means may tell; `showings` are those of each release.

    A mean to one decimal fits every number of people only where the score has steps of one; in steps of 25 it may fit
    one. What the steps are is not declared: every count in a mean that is shown is taken to be known to the last
    person, and so is every count that shares people with means which share people among themselves.
    """
    told: dict[str, dict[_Values, Facts]] = {}
    for showing in showings:
        for (_, _, name), here in showing.told.items():
            told.setdefault(name, {})[frozenset(here.items())] = here
    overlapping = Places()
    for places in told.values():
        among = Places(places.values())
        for place in places.values():
            if among.near(place) > 1:
                overlapping.add(place)
    return [
        [replace(known, exact=frozenset(_exact(known, showing, overlapping, parents))) for known in release]
        for release, showing in zip(releases, showings, strict=True)
    ]


def _exact(known: Published, showing: Showing, clustered: Places, parents: Parents) -> Iterator[At]:
    within = {
        member
        for place, count in known.places
        if any(not showing.figure(known, place, count, mean).suppressed for mean in known.table.means)
        for member in place.members
    }
    for place, shown in known.places:
        if None in place.at or shown.suppressed:
            continue
        if within.issuperset(place.members) or clustered.near(facts(known.table, place.at, parents)):
            yield place.at


def _hidden(releases: Sequence[Sequence[Published]], parents: Parents) -> Iterable[Facts]:
    """Return hidden cells, newest first; one that a newer release shows in the same table is no longer hidden there."""
    seen: set[tuple[str, At]] = set()
    for release in releases:
        for known in release:
            for place, shown in known.places:
                cell = which(known, place.at)[1:]
                if None not in place.at and cell not in seen:
                    seen.add(cell)
                    if shown.suppressed:
                        yield facts(known.table, place.at, parents)


def _values(known: Published, place: Place) -> _Values:
    named = zip(known.table.names, place.at, strict=True)
    return frozenset((plain(name), plain(value)) for name, value in named if value is not None)
