"""Means beside counts: which are shown, and what those that are shown may tell of the counts.

Guards that no mean covers anybody of a hidden cell, in any table of the same people and in this release or an earlier
one, that none less others leaves fewer than k people (`footing`), and that the attacker is given every count which
several means together could tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.evaluation.evidence.disclosure import rules
from services.evaluation.evidence.disclosure.constraints import Published, which
from services.evaluation.evidence.disclosure.footing import Cell, Footing
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.relations import Facts, Parents, Places, facts
from services.evaluation.evidence.disclosure.rules import HIDDEN, Figure
from services.evaluation.evidence.disclosure.tables import At, Mean, Place

MEAN_PEOPLE = 10
"""A mean of fewer people is never shown: few people could be told from it, and their number too."""
STEP = 10
"""Steps of a shown mean in one point of the score."""
_Values = frozenset[tuple[str, str]]


class Showing:
    """Answers for tables of the same people, over releases from the newest to the oldest, which means are shown.

    Where anything is hidden, means of places that share people would tell counts together: of these the first is shown,
    in the order of the tables, cells before totals.
    """

    def __init__(self, releases: Sequence[Sequence[Published]], parents: Parents, earlier: "Sequence[Showing]") -> None:
        self._parents = parents
        self._hidden = Places(_hidden(releases, parents))
        self._footing = Footing(releases, [showing.cells for showing in earlier])
        self.cells: set[Cell] = set()
        """Cells in any mean of `told`."""
        self.told = self._chosen(releases[0])
        """Means that are shown, or hidden for their value only: table, place and name to the facts of the place."""

    def figure(self, known: Published, place: Place, count: Figure, mean: Mean) -> Figure:
        """Return a mean to one decimal; hidden near the ends of its scale where the base is small.

        Near is one step: whether a hidden mean is hidden for its place or its value does not say that all agreed.
        """
        if (known.table.table, place.at, plain(mean.name)) not in self.told:
            return HIDDEN
        people = sum(known.table.counts[member] for member in place.members)
        steps = (2 * STEP * sum(mean.sums[member] for member in place.members) + people) // (2 * people)
        small = rules.interval(count, known.by, known.table.total_kind)[0] < known.by.small_base
        if small and not STEP * mean.low + 1 < steps < STEP * mean.high - 1:
            return HIDDEN
        return Figure(steps / STEP)

    def _chosen(self, release: Sequence[Published]) -> dict[tuple[str, At, str], Facts]:
        chosen: dict[tuple[str, At, str], Facts] = {}
        shown: dict[str, tuple[Places, set[_Values]]] = {}
        for at, known in enumerate(release):
            cells = [which(known, values)[1:] for values in known.table.cells()]
            uneven = self._footing.uneven(at, self.cells) if known.table.means else frozenset()
            for mean in known.table.means:
                taken, values = shown.setdefault(plain(mean.name), (Places(), set()))
                for place, count in known.places:
                    here, mine = facts(known.table, place.at, self._parents), _values(known, place)
                    if not self._may(known, count, here) or not uneven.isdisjoint(cells[m] for m in place.members):
                        continue
                    if self._hidden and mine not in values and taken.near(here):
                        continue
                    if mine not in values:
                        values.add(mine)
                        taken.add(here)
                    chosen[known.table.table, place.at, plain(mean.name)] = here
                    self.cells.update(cells[member] for member in place.members)
        return chosen

    def _may(self, known: Published, count: Figure, here: Facts) -> bool:
        """Say whether nothing forbids a mean by itself; depends on published figures only."""
        enough = rules.interval(count, known.by, known.table.total_kind)[0] >= MEAN_PEOPLE
        return not count.suppressed and enough and not self._hidden.near(here)


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
