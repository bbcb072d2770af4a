"""Callaway and Sant'Anna's estimator straight from cells: no rows, no library; a second opinion on the first.

Written from the paper (Callaway and Sant'Anna 2021) and from sums alone. For people who answered both waves of a
comparison it needs n and the sum and squared sum of their change, by organisation and cohort; a covariance of two
comparisons needs the products of two changes. Guards that the estimate does not rest on one implementation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from services.evaluation.evidence.cells import Cell

Pair = tuple[int, int]


@dataclass(frozen=True)
class Opinion:
    """Effects by (cohort, wave), their covariance, and the simple average with its error."""

    pairs: tuple[Pair, ...]
    effects: NDArray[np.float64]
    covariance: NDArray[np.float64]
    simple: tuple[float, float]


@dataclass(frozen=True)
class _Role:
    """One side of one comparison: which cells take part, with which sign, and the mean change of their people."""

    base: int
    wave: int
    cells: frozenset[int]
    sign: int
    people: int
    mean: float


def second_opinion(cells: Sequence[Cell], *, clustered: bool, not_yet: bool) -> Opinion:
    roles = _roles(cells, not_yet=not_yet)
    pairs = tuple(roles)
    effects = np.array([sum(role.sign * role.mean for role in sides) for sides in roles.values()])
    influence = [_Influence(cells, sides) for sides in roles.values()]
    sizes = _sizes(cells)
    weights = _weights(pairs, roles, sizes, clustered=clustered)
    shares = _ShareInfluence(cells, pairs, effects, sizes)
    inner = _by_organisation if clustered else _by_person
    everything = [*influence, shares]
    products = inner(cells, everything)
    covariance = products[:-1, :-1]
    simple = np.append(weights, 1.0)
    return Opinion(pairs, effects, covariance, (float(weights @ effects), float(np.sqrt(simple @ products @ simple))))


class _Influence:
    """What a person of a cell adds to an effect: constant + slope · change, per side they are on."""

    def __init__(self, cells: Sequence[Cell], sides: Iterable[_Role]) -> None:
        self.parts: dict[int, tuple[float, NDArray[np.float64]]] = {}
        for role in sides:
            for number in role.cells:
                pattern = cells[number].pattern
                slope = np.zeros(len(pattern))
                slope[pattern.index(role.wave)], slope[pattern.index(role.base)] = 1.0, -1.0
                factor = role.sign / role.people
                self.parts[number] = (-factor * role.mean, factor * slope)


class _ShareInfluence:
    """What a person adds to the simple average by making their cohort's share larger: Dᵀ Var(p) D of the paper."""

    def __init__(
        self, cells: Sequence[Cell], pairs: Sequence[Pair], effects: NDArray[np.float64], sizes: Mapping[int, int]
    ) -> None:
        after = [(cohort, effect) for (cohort, wave), effect in zip(pairs, effects, strict=True) if wave >= cohort]
        mass = sum(sizes[cohort] for cohort, _ in after)
        mean = sum(sizes[cohort] * effect for cohort, effect in after) / mass
        self.parts = {
            number: (
                sum(effect - mean for cohort, effect in after if cohort == cell.cohort) / mass,
                np.zeros(len(cell.pattern)),
            )
            for number, cell in enumerate(cells)
            if cell.cohort in {cohort for cohort, _ in after}
        }


def _roles(cells: Sequence[Cell], *, not_yet: bool) -> dict[Pair, tuple[_Role, _Role]]:
    waves = range(1, max(wave for cell in cells for wave in cell.pattern) + 1)
    cohorts = sorted({cell.cohort for cell in cells} - {0})
    roles: dict[Pair, tuple[_Role, _Role]] = {}
    for cohort, wave in product(cohorts, waves):
        base = cohort - 1 if wave >= cohort else wave - 1
        if base < 1:
            continue
        there = {n for n, cell in enumerate(cells) if {base, wave} <= set(cell.pattern)}
        treated = frozenset(n for n in there if cells[n].cohort == cohort)
        control = frozenset(
            n
            for n in there
            if cells[n].cohort == 0 or (not_yet and cells[n].cohort > max(wave, base) and cells[n].cohort != cohort)
        )
        if treated and control:
            roles[cohort, wave] = (_role(cells, treated, base, wave, 1), _role(cells, control, base, wave, -1))
    return roles


def _role(cells: Sequence[Cell], numbers: frozenset[int], base: int, wave: int, sign: int) -> _Role:
    chosen = [cells[number] for number in numbers]
    people = sum(cell.n for cell in chosen)
    total = sum(cell.sums[cell.pattern.index(wave)] - cell.sums[cell.pattern.index(base)] for cell in chosen)
    return _Role(base, wave, numbers, sign, people, total / people)


def _sizes(cells: Sequence[Cell]) -> dict[int, int]:
    return {
        cohort: sum(cell.n for cell in cells if cell.cohort == cohort) for cohort in {cell.cohort for cell in cells}
    }


def _weights(
    pairs: Sequence[Pair], roles: Mapping[Pair, tuple[_Role, _Role]], sizes: Mapping[int, int], *, clustered: bool
) -> NDArray[np.float64]:
    """By person an effect counts by those it rests on; clustered by all of its cohort, as the library has it."""
    sized = [sizes[pair[0]] if clustered else roles[pair][0].people for pair in pairs]
    weights = np.array([size if wave >= cohort else 0 for (cohort, wave), size in zip(pairs, sized, strict=True)])
    return weights / weights.sum()


def _by_person(cells: Sequence[Cell], influences: Sequence[_Influence | _ShareInfluence]) -> NDArray[np.float64]:
    """Sums over people of products of influences: Σ(a + b·y)(c + d·y) = n·a·c + (a·d + c·b)·S + b·P·d."""
    found = np.zeros((len(influences), len(influences)))
    for number, cell in enumerate(cells):
        here = [(place, one.parts[number]) for place, one in enumerate(influences) if number in one.parts]
        sums, products = np.array(cell.sums, dtype=float), np.array(cell.products, dtype=float)
        for (i, (a, b)), (j, (c, d)) in product(here, here):
            found[i, j] += cell.n * a * c + a * (d @ sums) + c * (b @ sums) + b @ products @ d
    return found


def _by_organisation(cells: Sequence[Cell], influences: Sequence[_Influence | _ShareInfluence]) -> NDArray[np.float64]:
    """G/(G - 1) times the sums over organisations of products of their summed influences."""
    names = sorted({cell.organisation for cell in cells})
    sums = np.zeros((len(names), len(influences)))
    for number, cell in enumerate(cells):
        for place, one in enumerate(influences):
            if number in one.parts:
                constant, slope = one.parts[number]
                sums[names.index(cell.organisation), place] += cell.n * constant + slope @ np.array(
                    cell.sums, dtype=float
                )
    return len(names) / (len(names) - 1) * sums.T @ sums
