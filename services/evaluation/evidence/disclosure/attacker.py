"""The attacker: which hidden figures can be worked out, or nearly, from everything that is published.

Guards the promise of a release: a hidden figure keeps at least so many possible values. Exact in whole numbers: small
systems are enumerated, larger ones solved as integer programmes (HiGHS); what cannot be shown safe counts as undone.
"""

from collections.abc import Callable
from math import prod

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from services.evaluation.evidence.disclosure.constraints import System

ENUMERABLE = 20_000
"""Systems with no more combinations than this are written out whole."""
_POOLED = 6
"""Solutions that are looked at for all hidden figures at once, before any is looked at alone."""
_WHOLE = 1e-6
Numbers = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]
"""Told how many of how many hidden figures have been looked at."""


def nobody(_done: int, _of: int) -> None:
    """Tell nobody how far it is."""


def undone(system: System, keeps: int, tell: Progress = nobody) -> tuple[str, ...]:
    """Return the hidden figures that are left fewer than `keeps` possible values, by name and without a number."""
    found = possible_values(system, keeps, tell)
    return tuple(sorted(name for members, name in system.hidden.items() if len(found[members]) < keeps))


def possible_values(system: System, keeps: int, tell: Progress = nobody) -> dict[tuple[int, ...], set[int]]:
    """Return possible values of each hidden figure: all of them or, in a large system, `keeps` of them if there are."""
    if not system.hidden:
        return {}
    if prod(high - low + 1 for low, high in system.bounds) <= ENUMERABLE:
        return _enumerated(system)
    return _Solver(system).possible(keeps, tell)


def _enumerated(system: System) -> dict[tuple[int, ...], set[int]]:
    ranges = [np.arange(low, high + 1) for low, high in system.bounds]
    grids = [grid.ravel() for grid in np.meshgrid(*ranges, indexing="ij")]
    fits = np.ones(grids[0].size, dtype=bool)
    for row, low, high in system.rows:
        total = sum(grids[count] * factor for count, factor in row.items())
        fits &= (total >= low) & (total <= high)
    return {
        members: set(np.unique(np.asarray(sum(grids[count] for count in members))[fits]).tolist())
        for members in system.hidden
    }


class _Solver:
    """Asks an integer programme for the values a hidden figure can take; every answer is read for all of them."""

    def __init__(self, system: System) -> None:
        bounds = np.array(system.bounds, dtype=float)
        self._bounds = Bounds(bounds[:, 0], bounds[:, 1])
        self._whole = np.ones(len(bounds))
        self._rows = LinearConstraint(*_matrix(system)) if system.rows else None
        self._sums = {members: _sum_of(members, len(bounds)) for members in system.hidden}
        bound = {count for row, _, _ in system.rows for count in row}
        self._seen = {members: _free(system, members, bound) for members in system.hidden}
        self._matrix, self._low, self._high = _matrix(system)
        self._keeps = 0

    def possible(self, keeps: int, tell: Progress = nobody) -> dict[tuple[int, ...], set[int]]:
        """Return the values seen; fewer than `keeps` only where there are no more."""
        self._keeps = keeps
        tell(0, len(self._sums))  # the first solutions of a large table take minutes
        draws = np.random.default_rng(0).choice((-1.0, 1.0), size=(_POOLED, len(self._sums)))
        weights = np.array(list(self._sums.values()))
        for draw in draws:
            self._solve(draw @ weights)
        for done, members in enumerate(self._sums):
            tell(done, len(self._sums))
            if len(self._seen[members]) < keeps:
                self._look(members, keeps)
        return self._seen

    def _look(self, members: tuple[int, ...], keeps: int) -> None:
        weights = self._sums[members]
        low, high = self._solve(weights), self._solve(-weights)
        if low is None or high is None:
            self._seen[members] = set()  # not shown safe
            return
        for value in range(int(weights @ low) + 1, int(weights @ high)):
            if len(self._seen[members]) >= keeps:
                return
            if value not in self._seen[members]:
                self._solve(weights, value)

    def _solve(self, weights: npt.NDArray[np.float64], value: int | None = None) -> Numbers | None:
        """Return counts that make the weighted sum least, or equal to `value`; None where there are none."""
        rows = [self._rows] if self._rows is not None else []
        if value is not None:
            rows.append(LinearConstraint(weights[None, :], value, value))
        # Without the demand for whole numbers first: most corners of such tables are whole, and that is much faster.
        found = milp(weights, bounds=self._bounds, constraints=rows)
        if found.success and np.abs(found.x - np.rint(found.x)).max() > _WHOLE:
            exact = {"mip_rel_gap": 0.0}
            found = milp(weights, integrality=self._whole, bounds=self._bounds, constraints=rows, options=exact)
        if not found.success:
            return None
        counts: Numbers = np.rint(found.x).astype(np.int64)
        for members, sums in self._sums.items():
            self._seen[members].add(int(sums @ counts))
        self._shift(counts)
        return counts

    def _shift(self, counts: Numbers) -> None:
        """Read off the values that hidden figures take when one of their counts moves and nothing else does.

        Every such world fits all that is known; finding it this way takes no programme to be solved.
        """
        entries = self._matrix.tocoo()
        sums = self._matrix @ counts
        ends = (
            (np.array(self._low) - sums)[entries.row] / entries.data,
            (np.array(self._high) - sums)[entries.row] / entries.data,
        )
        down, up = np.maximum(self._bounds.lb - counts, -self._keeps), np.minimum(self._bounds.ub - counts, self._keeps)
        np.maximum.at(down, entries.col, np.ceil(np.minimum(*ends) - _WHOLE))
        np.minimum.at(up, entries.col, np.floor(np.maximum(*ends) + _WHOLE))
        for members, sums_of in self._sums.items():
            if len(self._seen[members]) < self._keeps:
                value = int(sums_of @ counts)
                for member in members:
                    self._seen[members].update(range(value + int(down[member]), value + int(up[member]) + 1))


def _free(system: System, members: tuple[int, ...], bound: set[int]) -> set[int]:
    """Return every value of a hidden figure that nothing else published tells of; empty where something does."""
    if not bound.isdisjoint(members):
        return set()
    return set(range(sum(system.bounds[m][0] for m in members), sum(system.bounds[m][1] for m in members) + 1))


def _sum_of(members: tuple[int, ...], size: int) -> npt.NDArray[np.float64]:
    weights = np.zeros(size)
    weights[list(members)] = 1
    return weights


def _matrix(system: System) -> tuple[csr_array, list[float], list[float]]:
    entries = [(i, count, factor) for i, (row, _, _) in enumerate(system.rows) for count, factor in row.items()]
    at = ([i for i, _, _ in entries], [count for _, count, _ in entries])
    matrix = csr_array(([float(factor) for _, _, factor in entries], at), shape=(len(system.rows), len(system.bounds)))
    return matrix, [float(low) for _, low, _ in system.rows], [float(high) for _, _, high in system.rows]
