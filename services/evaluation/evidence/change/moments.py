"""Sums over people of a before and an after: whole numbers that add up over cells, organisations and cohorts.

Guards exactness until the last division, and that a person who answered several times afterwards is one person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from operator import add, attrgetter

from services.evaluation.evidence.cells import Cell


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over `pairs` of a before (x) and an after (y) of `people`; a person may bring several pairs.

    `gain_squares`, `weighted_gains` and `weights` are Σ G², Σ m·G and Σ m² over people, where G is the sum of a
    person's changes and m the number of their pairs: they give the variance when pairs of one person hang together.
    """

    people: int = 0
    pairs: int = 0
    x: int = 0
    y: int = 0
    xx: int = 0
    yy: int = 0
    xy: int = 0
    gain_squares: int = 0
    weighted_gains: int = 0
    weights: int = 0

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(*map(add, _SUMS(self), _SUMS(other)))

    @property
    def gain(self) -> int:
        """Return the sum of all changes."""
        return self.y - self.x


_SUMS = attrgetter(*(field.name for field in fields(Moments)))


def of_cell(cell: Cell, before: int, afters: Sequence[int]) -> Moments:
    """Return the moments of a cell's people over those of `afters` that they answered; of nobody without `before`."""
    if before not in cell.pattern:
        return Moments()
    base = cell.pattern.index(before)
    later = [cell.pattern.index(wave) for wave in afters if wave in cell.pattern]
    if not later:
        return Moments()
    m, sums, products = len(later), cell.sums, cell.products
    x, y = m * sums[base], sum(sums[i] for i in later)
    xy = sum(products[base][i] for i in later)
    together = sum(products[i][j] for i in later for j in later)
    return Moments(
        people=cell.n,
        pairs=m * cell.n,
        x=x,
        y=y,
        xx=m * products[base][base],
        yy=sum(products[i][i] for i in later),
        xy=xy,
        gain_squares=together - 2 * m * xy + m * m * products[base][base],
        weighted_gains=m * (y - x),
        weights=m * m * cell.n,
    )


def total(parts: Iterable[Moments]) -> Moments:
    """Return the moments of all of them together."""
    return reduce(Moments.__add__, parts, Moments())


def by_organisation(parts: Iterable[tuple[str, Moments]]) -> dict[str, Moments]:
    """Return the moments of each organisation that has pairs, in the order of their names."""
    found: dict[str, Moments] = {}
    for organisation, moments in parts:
        if moments.pairs:
            found[organisation] = found.get(organisation, Moments()) + moments
    return dict(sorted(found.items()))
