"""Whether means of the same people stand on the same people: cells of one table were held while those of another moved.

Guards that no mean is shown which, less means that are or were shown of the same people, leaves the answers of fewer
than k of them, whatever the tables, their dimensions and their scores are called; or the answers of few who all, or
nearly all, gave the same (`ends`); or those of one who came while others went from one cell to another (`crosswise`).
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from services.evaluation.evidence.disclosure.constraints import Published, which
from services.evaluation.evidence.disclosure.ends import STEP, Sum
from services.evaluation.evidence.disclosure.links import Ages
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.tables import At, Mean

_OPEN = 6
"""Rounding hardly tells an answer where it leaves a sum open over so many times the scale: thrice to either side."""
Cell = tuple[str, At]
"""A cell by its table and its values, both as they are compared."""
Cells = AbstractSet[Cell]


@dataclass(frozen=True)
class _Stand:
    """What a cell, or several together, stand on: how many people, and the sum of each score."""

    people: int
    sums: Mapping[str, int]

    def agrees(self, other: "_Stand") -> bool:
        """Say whether both are of the same people, as far as numbers and the scores of both can tell."""
        return self.people == other.people and all(
            self.sums[name] == other.sums[name] for name in self.sums.keys() & other.sums.keys()
        )


@dataclass(frozen=True)
class _Move:
    """Cells that grew (`up`) or shrank, and people as they were and as they are; `gone` if fewer than k are left."""

    cells: Sequence[Cell]
    up: bool
    people: int
    gone: bool = False


class Footing:
    """Tables of the same people over releases, newest first; `before` are the cells in means of each release but that.

    A place adds up to the same people as others only by way of ties, so every tie of two tables is looked at, value by
    value. Movement is net: who came and who left are told apart by their scores only.
    """

    def __init__(
        self, releases: Sequence[Sequence[Published]], before: Sequence[Cells], uneven: Sequence[Cells] = ()
    ) -> None:
        self._releases, self._before, self._uneven = releases, before, uneven
        self._k = max(known.by.k for release in releases for known in release)
        self._ages = Ages([[known.table for known in release] for release in releases])
        self._stands = [{cell: stand for known in release for cell, stand in _stands(known)} for release in releases]

    def uneven(self, at: int, shown: Cells) -> frozenset[Cell]:
        """Return cells of a table of the newest release of which no mean may tell, beside cells already `shown` in it.

        A cell that stands as it did in a mean of an earlier release tells nothing new, and is not among them.
        """
        found, apart = set(self._apart[at]), frozenset().union(*self._apart)
        for mine, theirs in self._tied(at, 0):
            if shown.isdisjoint(theirs):
                continue
            if self._differ(mine, theirs, 0) or not (apart.isdisjoint(mine) and apart.isdisjoint(theirs)):
                found.update(cell for cell in mine if not self._told(cell, self._before))
        return frozenset(found)

    @cached_property
    def _apart(self) -> list[set[Cell]]:
        return [self._uneven_before(at) for at, _ in enumerate(self._releases[0])]

    def _uneven_before(self, at: int) -> set[Cell]:
        """Return cells of a table of the newest release of which no mean may tell, beside earlier releases.

        What stands as it did where it was uneven stays so: beside what others did then it tells the same.
        """
        found: set[Cell] = set()
        for age, cells in enumerate(self._before, 1):
            for mine, theirs in self._tied(at, age):
                if not cells.isdisjoint(theirs) and (
                    self._differ(mine, theirs, age) or self._broken_down(at, mine, theirs, age)
                ):
                    found.update(mine)
        for cell in self._stands[0]:
            was = (cell in cells and self.stood([cell], age) for age, cells in enumerate(self._uneven, 1))
            if cell[0] == plain(self._releases[0][at].table.table) and any(was):
                found.add(cell)
        return {cell for cell in found if not self._told(cell, self._before)}

    def _broken_down(self, at: int, mine: Sequence[Cell], theirs: Sequence[Cell], age: int) -> bool:
        """Say whether a table that was not there then breaks down people who moved since.

        Ten of them may have come to one of its cells and a newcomer to another, and no earlier figure sets these apart,
        unless so many people are in them that rounding hardly tells an answer.
        """
        known = self._releases[0][at]
        there = (plain(old.table.table) for one in self._releases[1 : age + 1] for old in one)
        if len(mine) == 1 or plain(known.table.table) in there:
            return False
        here, before = self._together(mine, 0), self._together(theirs, age)
        wide = max((mean.high - mean.low for mean in known.table.means), default=0)
        return not here.agrees(before) and here.people + before.people < _OPEN * STEP * wide

    def telling(self, at: int, mean: Mean, shown: Sequence[Cells]) -> Iterator[tuple[frozenset[Cell], Sum]]:
        """Yield cells of a table of the newest release whose means, less earlier ones, tell of people who agree.

        With each the sum of those who came or went, who are few. `shown` are the cells of which this score was shown,
        in this release and in each earlier one. Movement is net, so the sum may be out of the scale: then some went
        whose answers those know who know them.
        """
        name, by = plain(mean.name), self._releases[0][at].by
        for age, cells in enumerate(shown):
            for mine, theirs in self._tied(at, age) if cells else ():
                here, there = self._together(mine, 0), self._together(theirs, age)
                if cells.isdisjoint(theirs) or name not in there.sums or here.people == there.people:
                    continue
                sign = 1 if here.people > there.people else -1
                people, total = sign * (here.people - there.people), sign * (here.sums[name] - there.sums[name])
                moved = Sum(people, total, mean.low, mean.high)
                new = frozenset(cell for cell in mine if not self._told(cell, shown[1:]))
                if new and people < by.small_base and moved.near(by):
                    yield new, moved

    def crosswise(
        self, at: int, mean: Mean, shown: Sequence[Cells], told: Sequence[Mapping[bool, int]]
    ) -> frozenset[Cell]:
        """Return cells of a table of the newest release that moved the other way than others since a mean was shown.

        Who left one cell may be who came to another. Of both together then fewer than k moved, or few who agree, which
        cells and totals tell unless so many people are in them that their rounding hardly tells an answer. `shown` are
        the cells of which this score was shown in earlier releases, newest first, and `told` the moves that they told
        (`moves`). What was told of them stays; of what is new the way is hidden that fewer cells went, or that down,
        and whatever moved the other way than what an earlier release told of the same time.
        """
        found: set[Cell] = set()
        enough = _OPEN * STEP * (mean.high - mean.low)
        for age, cells in enumerate(shown, 1):
            ways: dict[bool, list[_Move]] = {True: [], False: []}
            for move in self._moves(at, age, cells):
                if found.isdisjoint(move.cells):
                    ways[move.up].append(move)
            gone = min((move.people for move in ways[False] if move.gone), default=enough)
            # Where hardly anybody is left there is no mean to hide: those who came to others are hidden first.
            self._hide(found, ways[True], enough - gone, shown)
            for way in sorted(ways, key=lambda rose: (len(ways[rose]), rose)):
                since = [ended[not way] for ended in told[: age - 1] if (not way) in ended]
                least = min((*since, *(move.people for move in ways[not way])), default=enough)
                self._hide(found, ways[way], enough - least, shown)
        return frozenset(found)

    def _hide(self, found: set[Cell], moves: list[_Move], enough: int, shown: Sequence[Cells]) -> None:
        """Add to `found` what is new of moves of fewer than `enough` people, and take these moves out."""
        for move in moves:
            if move.people < enough:
                here = (cell for cell in move.cells if cell in self._stands[0])
                found.update(cell for cell in here if not self._told(cell, shown))
        moves[:] = [move for move in moves if found.isdisjoint(move.cells)]

    def moves(self, now: Cells, shown: Sequence[Cells]) -> dict[bool, int]:
        """Return how many people are in the smallest cells that means tell to have grown, and to have shrunk.

        They are counted as they were and as they are. Of one score, `now` are the cells that are shown, `shown` those
        that earlier releases showed, newest first.
        """
        found: dict[bool, int] = {}
        for at, _ in enumerate(self._releases[0]):
            for age, cells in enumerate(shown, 1):
                for move in self._moves(at, age, cells):
                    if move.gone or not now.isdisjoint(move.cells):
                        found[move.up] = min(move.people, found.get(move.up, move.people))
        return found

    def _moves(self, at: int, age: int, shown: Cells) -> Iterator[_Move]:
        """Yield cells that moved since a mean was shown.

        One that was in no mean then (empty, hidden or not there) may have grown by those who were in one.
        """
        names = [plain(old.table.table) for old in self._releases[age]]
        own = plain(self._releases[0][at].table.table)
        for mine, theirs in self._tied(at, age) if shown else ():
            here, there = self._together(mine, 0).people, self._together(theirs, age).people
            silent = shown.isdisjoint(theirs)
            filled = silent and here > there and (theirs == mine or own not in names)
            if filled or (not silent and here != there):
                yield _Move(mine, here > there, here + there, gone=not silent and here < min(there, self._k))
        if shown and own in names:
            now, then = ({cell for cell in stands if cell[0] == own} for stands in (self._stands[0], self._stands[age]))
            for cell in sorted(now - then):
                yield _Move([cell], up=True, people=self._stands[0][cell].people)
            for cell in sorted((then - now) & shown):
                yield _Move([cell], up=False, people=self._stands[age][cell].people, gone=True)

    def _tied(self, at: int, age: int) -> Iterator[tuple[list[Cell], list[Cell]]]:
        """Yield cells of a table of the newest release and those of another table with means that they tie to."""
        known = self._releases[0][at]
        for position, other in enumerate(self._releases[age]):
            if (age, position) != (0, at) and other.table.means:
                for link in self._ages.every_link((0, at), (age, position)):
                    yield _cells(known, link.mine), _cells(other, link.theirs)

    def _differ(self, mine: Sequence[Cell], theirs: Sequence[Cell], age: int) -> bool:
        """Say whether cells that tie together stand, or may stand, on people of whom fewer than k differ."""
        here, there = self._together(mine, 0), self._together(theirs, age)
        if abs(here.people - there.people) < self._k and not here.agrees(there):
            return True
        if age or min(len(mine), len(theirs)) == 1:
            return False
        # Some moves of one table less some of the other may be one newcomer, unless all of one are a single move.
        moves = min(sum(map(self._moved, mine)), sum(map(self._moved, theirs)))
        return moves > (1 if here.agrees(there) else 0)

    def stood(self, cells: Sequence[Cell], age: int) -> bool:
        """Say whether cells stand as they did in an earlier release."""
        return all(self._stands[age].get(cell) == self._stands[0][cell] for cell in cells)

    def _together(self, cells: Sequence[Cell], age: int) -> _Stand:
        stands = [self._stands[age][cell] for cell in cells]
        return _Stand(
            sum(stand.people for stand in stands),
            {name: sum(stand.sums[name] for stand in stands) for name in stands[0].sums},
        )

    def _moved(self, cell: Cell) -> bool:
        now = self._stands[0][cell]
        return any(stands.get(cell, now) != now for stands in self._stands[1:])

    def _told(self, cell: Cell, before: Sequence[Cells]) -> bool:
        return any(
            cell in cells and stands.get(cell) == self._stands[0][cell]
            for cells, stands in zip(before, self._stands[1:], strict=True)
        )


def _cells(known: Published, places: Sequence[At]) -> list[Cell]:
    return [which(known, at)[1:] for at in places]


def _stands(known: Published) -> Iterator[tuple[Cell, _Stand]]:
    names = [plain(mean.name) for mean in known.table.means]
    rows = zip(known.table.cells(), known.table.counts, *(mean.sums for mean in known.table.means), strict=True)
    for at, people, *sums in rows:
        yield which(known, at)[1:], _Stand(people, dict(zip(names, sums, strict=True)))
