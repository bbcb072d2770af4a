"""Which cells of two tables add up to the same people: value by value, of each dimension they share.

Guards that tables of the same people are held against one another whatever their order and shape, and never dropped in
silence because their numbers differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.evaluation.evidence.disclosure import relations
from services.evaluation.evidence.disclosure.relations import Parents, facts
from services.evaluation.evidence.disclosure.tables import At, Table

Alike = Literal["same", "fewer", "more", "apart"]
Covered = Mapping[str, frozenset[str]]
"""The values that a dimension has in any table of the same people and release."""
Totals = Mapping[tuple[str, ...], tuple[list[At], int]]


@dataclass(frozen=True)
class Known:
    """A table with the facts of each of its cells, and the values it has of each dimension."""

    table: Table
    cells: tuple[tuple[At, Mapping[str, str], int], ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the dimensions that are known of every cell, coarser ones among them."""
        return frozenset.intersection(*(frozenset(known) for _, known, _ in self.cells))

    def lacks(self, shared: frozenset[str], covered: Covered) -> bool:
        """Say whether the table leaves people out that the shared dimensions do not tell of."""
        return any({known[name] for _, known, _ in self.cells} < covered[name] for name in self.names - shared)

    def by(self, names: Sequence[str]) -> Totals:
        """Return cells and people by their values of some dimensions."""
        found: dict[tuple[str, ...], tuple[list[At], int]] = {}
        for at, known, count in self.cells:
            key = tuple(known[name] for name in names)
            cells, people = found.setdefault(key, ([], 0))
            cells.append(at)
            found[key] = (cells, people + count)
        return found


@dataclass(frozen=True)
class Link:
    """Cells of one table that hold the same people as cells of another, or `fewer` or `more` or others (`apart`)."""

    values: tuple[str, ...]
    mine: tuple[At, ...]
    theirs: tuple[At, ...]
    alike: Alike
    difference: int
    """People in mine less people in theirs."""


def known(table: Table, parents: Parents) -> Known:
    """Return a table with what is known of its cells."""
    return Known(
        table,
        tuple((at, facts(table, at, parents), count) for at, count in zip(table.cells(), table.counts, strict=True)),
    )


def covered(tables: Sequence[Known]) -> Covered:
    """Return the values that dimensions have in any of the tables of one release."""
    found: dict[str, set[str]] = {}
    for table in tables:
        for _, place, _ in table.cells:
            for name, value in place.items():
                found.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in found.items()}


def links(one: Known, other: Known, mine: Covered, theirs: Covered) -> Iterator[Link]:
    """Return what ties two tables of the same people, by the dimensions they share; by all people if they share none.

    `mine` and `theirs` are what the tables of their releases cover: a table that leaves out values of a dimension which
    the other does not have holds fewer people; where both do so, they are `apart`.
    """
    shared = one.names & other.names
    lacks, they_lack = one.lacks(shared, mine), other.lacks(shared, theirs)
    alike: Alike = "same"
    if lacks or they_lack:
        alike = "apart" if lacks and they_lack else "fewer" if lacks else "more"
    names = sorted(shared)
    ours, yours = one.by(names), other.by(names)
    for key in ours:
        if key in yours:
            (cells, people), (their_cells, their_people) = ours[key], yours[key]
            yield Link(key, tuple(cells), tuple(their_cells), alike, people - their_people)


class Ages:
    """Tables of the same people over releases, newest first, each read by what its own release said of coarser values.

    A number `age` is a position among the releases.
    """

    def __init__(self, releases: Sequence[Sequence[Table]]) -> None:
        self._releases = releases
        self._parents = relations.of_each(releases)
        self._read: dict[tuple[int, int], tuple[list[Known], Covered]] = {}

    def links(self, one: tuple[int, int], other: tuple[int, int], *, wide: bool = False) -> Iterator[Link]:
        """Return what ties two tables, each given by its age and its position in that release.

        With `wide`, what either release covers is known of both: what one does not list, the other says there is.
        Where their releases group values differently, a tie holds that both give; one that a single grouping gives
        holds if it holds to the last person: whoever knows that nobody came or went knows it.
        """
        found = self._by_grouping(one, other, wide=wide)
        for link in dict.fromkeys(link for ties in found for link in ties):
            if link.difference == 0 or all(link in ties for ties in found):
                yield link

    def every_link(self, one: tuple[int, int], other: tuple[int, int]) -> Iterable[Link]:
        """Return what ties two tables, given as in `links`, by any grouping of their releases."""
        return dict.fromkeys(link for ties in self._by_grouping(one, other) for link in ties)

    def together(self, places: Iterable[tuple[int, int]]) -> tuple[list[Known], Parents]:
        """Return tables, each given as in `links`, and what lies within what by the newest release among them."""
        listed = list(places)
        newest = self._parents.index(self._parents[min(age for age, _ in listed)])
        return [self._reading(age, newest)[0][at] for age, at in listed], self._parents[newest]

    def _by_grouping(self, one: tuple[int, int], other: tuple[int, int], *, wide: bool = False) -> list[list[Link]]:
        groupings = sorted({self._parents.index(self._parents[age]) for age, _ in (one, other)})
        return [list(self._links(one, other, by, wide)) for by in groupings]

    def _links(self, one: tuple[int, int], other: tuple[int, int], by: int, wide: bool) -> Iterator[Link]:
        (mine, covering), (theirs, their_covering) = self._reading(one[0], by), self._reading(other[0], by)
        if wide:
            names = covering.keys() | their_covering.keys()
            both = {n: covering.get(n, frozenset()) | their_covering.get(n, frozenset()) for n in names}
            covering = their_covering = both
        return links(mine[one[1]], theirs[other[1]], covering, their_covering)

    def _reading(self, age: int, by: int) -> tuple[list[Known], Covered]:
        if (age, by) not in self._read:
            read = [known(table, self._parents[by]) for table in self._releases[age]]
            self._read[age, by] = read, covered(read)
        return self._read[age, by]
