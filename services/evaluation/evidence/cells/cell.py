"""One cell: how many people, the sums of their scores, of the products of their scores, and how scores were spread.

Guards exactness: every number is a Python integer, adding is the inverse of taking away, and nothing goes below zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from services.evaluation.evidence.errors import EvidenceError

Histogram = Mapping[int, int]
"""How many people (value) have a score or a change (key); never a zero or a negative count."""
Pair = tuple[int, int]
"""Two waves, the earlier first."""
_Axis = TypeVar("_Axis", int, Pair)


class Changed(NamedTuple):
    """Sums over people of how far they moved, or of what they scored, and of its squares."""

    total: int
    squares: int


class Key(NamedTuple):
    """What the people of a cell share; sorts, so that a table has one order."""

    organisation: str
    cohort: int
    """1-based wave at which their programme had begun; 0 for never."""
    pattern: tuple[int, ...]
    """1-based waves they answered, rising."""
    instrument: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums over `n` people; rows and columns follow `pattern`, products are symmetric.

    `scores[wave][score]` and `changes[earlier, later][change]` count people; None where a sender kept no histograms.
    A cell of one person is that person's row: internal, and seen by whoever may see rows.
    """

    organisation: str
    cohort: int
    pattern: tuple[int, ...]
    instrument: str
    n: int
    sums: tuple[int, ...]
    products: tuple[tuple[int, ...], ...]
    scores: Mapping[int, Histogram] | None = None
    changes: Mapping[Pair, Histogram] | None = None

    @property
    def key(self) -> Key:
        """Return what its people share."""
        return Key(self.organisation, self.cohort, self.pattern, self.instrument)

    @classmethod
    def empty(cls, key: Key) -> "Cell":
        """Return the cell of nobody, from which a cell grows person by person."""
        size = len(key.pattern)
        rows = ((0,) * size,) * size
        return cls(*key, n=0, sums=(0,) * size, products=rows, scores={}, changes={})

    @classmethod
    def person(cls, key: Key, answers: Sequence[int]) -> "Cell":
        """Return the cell of one person; `answers` follow the key's pattern."""
        if len(answers) != len(key.pattern):
            raise EvidenceError(f"{len(answers)} answers for {len(key.pattern)} waves", field="pattern")
        numbers = tuple(int(answer) for answer in answers)
        at = dict(zip(key.pattern, numbers, strict=True))
        products = tuple(tuple(one * other for other in numbers) for one in numbers)
        scores = {wave: {score: 1} for wave, score in at.items()}
        changes = {(early, late): {at[late] - at[early]: 1} for early, late in pairs(key.pattern)}
        return cls(*key, n=1, sums=numbers, products=products, scores=scores, changes=changes)

    def changed(self, early: int, late: int) -> Changed:
        """Return how far its people moved between two waves of the pattern; where these are one, what they scored."""
        i, j = self.pattern.index(early), self.pattern.index(late)
        if i == j:
            return Changed(self.sums[i], self.products[i][i])
        squares = self.products[i][i] + self.products[j][j] - 2 * self.products[i][j]
        return Changed(self.sums[j] - self.sums[i], squares)

    def spread(self, early: int, late: int) -> Histogram | None:
        """Return likewise how many people moved by how much, or scored what; None where none was kept."""
        return (self.scores or {}).get(late) if early == late else (self.changes or {}).get((early, late))

    def add(self, answers: Sequence[int]) -> "Cell":
        """Return the cell with one person more."""
        return self.merge(Cell.person(self.key, answers))

    def subtract(self, answers: Sequence[int]) -> "Cell":
        """Return the cell with one person less: an erasure, or the first half of a correction."""
        return self.without(Cell.person(self.key, answers))

    def merge(self, other: "Cell") -> "Cell":
        """Return the cell of both groups of people, who are different people."""
        return self._combined(other, int.__add__)

    def without(self, other: "Cell") -> "Cell":
        """Return the cell of those who are left when the people of `other` go."""
        return self._combined(other, int.__sub__)

    def on(self, waves: Sequence[int]) -> "Cell":
        """Return the same people seen at some of their waves only; `waves` rise and are part of the pattern."""
        at = [self.pattern.index(wave) for wave in waves]
        kept = tuple(waves)
        scores = None if self.scores is None else {wave: self.scores[wave] for wave in kept if wave in self.scores}
        changes = self.changes and {pair: self.changes[pair] for pair in pairs(kept) if pair in self.changes}
        return replace(
            self,
            pattern=kept,
            sums=tuple(self.sums[i] for i in at),
            products=tuple(tuple(self.products[i][j] for j in at) for i in at),
            scores=scores,
            changes=changes,
        )

    def _combined(self, other: "Cell", operation: Callable[[int, int], int]) -> "Cell":
        if self.key != other.key:
            raise EvidenceError(f"cells of different people: {self.key} and {other.key}")
        cell = replace(
            self,
            n=operation(self.n, other.n),
            sums=tuple(map(operation, self.sums, other.sums)),
            products=tuple(tuple(map(operation, *rows)) for rows in zip(self.products, other.products, strict=True)),
            scores=_spread(self.scores, other.scores, operation),
            changes=_spread(self.changes, other.changes, operation),
        )
        if cell.n < 0:
            raise EvidenceError("more people taken away than there are", cell=self.organisation, field="n")
        return cell


def pairs(pattern: Sequence[int]) -> list[Pair]:
    """Return every two waves of a pattern, the earlier first."""
    return [(early, late) for i, early in enumerate(pattern) for late in pattern[i + 1 :]]


def _spread(
    one: Mapping[_Axis, Histogram] | None,
    other: Mapping[_Axis, Histogram] | None,
    operation: Callable[[int, int], int],
) -> Mapping[_Axis, Histogram] | None:
    """A histogram exists only where both sides kept one: half a histogram would be read as a whole one."""
    if one is None or other is None:
        return None
    both = {axis: _counted(one.get(axis, {}), other.get(axis, {}), operation) for axis in {**one, **other}}
    return {axis: counts for axis, counts in both.items() if counts}


def _counted(one: Histogram, other: Histogram, operation: Callable[[int, int], int]) -> Histogram:
    counts = {value: operation(one.get(value, 0), other.get(value, 0)) for value in {**one, **other}}
    if any(count < 0 for count in counts.values()):
        raise EvidenceError("more people taken away than there are", field="scores")
    return {value: counts[value] for value in sorted(counts) if counts[value]}
