"""The attacker: which hidden figures can be worked out, or nearly, from everything that is published.

Guards the promise of a release: a hidden figure keeps at least so many possible values. Exact in whole numbers: small
systems are enumerated, larger ones solved as integer programmes (HiGHS); what cannot be shown safe counts as undone.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from services.evaluation.evidence.disclosure.constraints import System

ENUMERABLE = 20_000
"""Systems with no more combinations than this are written out whole."""
_POOLED = 6
"""Solutions that are looked at for all hidden figures at once, before any is looked at alone."""
_MEASURES = 3
"""By how many measures of near a world is looked for beside a world, after the plain one."""
_WHOLE = 1e-6
_NONE = 2
"""What `milp` says of a programme that nothing fits."""
Numbers = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Rows = tuple[csr_array, _Floats, _Floats]
"""Rows of the system, and from where to where each goes."""
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
    # Counts that are known are numbers, no axis of the grid: there may be thousands of them beside one that is not.
    free = [count for count, (low, high) in enumerate(system.bounds) if low < high]
    ranges = [np.arange(low, high + 1) for low, high in (system.bounds[count] for count in free)]
    axes = dict(zip(free, (grid.ravel() for grid in np.meshgrid(*ranges, indexing="ij")), strict=True))
    grids = [axes.get(count, np.array([low])) for count, (low, _) in enumerate(system.bounds)]
    fits = np.ones(prod(map(len, ranges)), dtype=bool)
    for row, low, high in system.rows:
        total = sum(grids[count] * factor for count, factor in row.items())
        fits &= (total >= low) & (total <= high)
    return {
        members: set(np.unique(np.broadcast_to(sum(grids[count] for count in members), fits.shape)[fits]).tolist())
        for members in system.hidden
    }


class _Solver:
    """Asks an integer programme for the values a hidden figure can take; every answer is read for all of them."""

    def __init__(self, system: System) -> None:
        bounds = np.array(system.bounds, dtype=float)
        self._bounds = Bounds(bounds[:, 0], bounds[:, 1])
        self._whole = np.ones(len(bounds))
        self._rows = _matrix([row for row, _, _ in system.rows], [ends for _, *ends in system.rows], len(bounds))
        self._hidden = list(system.hidden)
        self._sums, _, _ = _matrix([dict.fromkeys(members, 1) for members in self._hidden], [], len(bounds))
        bound = {count for row, _, _ in system.rows for count in row}
        self._seen = [_free(system, members, bound) for members in self._hidden]
        self._world: Numbers | None = None
        self._keeps = 0

    def possible(self, keeps: int, tell: Progress = nobody) -> dict[tuple[int, ...], set[int]]:
        """Return the values seen; fewer than `keeps` only where there are no more."""
        self._keeps = keeps
        tell(0, len(self._hidden))  # the first solutions of a large table take seconds
        self._solve(np.zeros(len(self._whole)), *self._middle(keeps // 2))
        for draw in np.random.default_rng(0).choice((-1.0, 1.0), size=(_POOLED, len(self._hidden))):
            if any(len(seen) < keeps for seen in self._seen):
                self._solve(draw @ self._sums, self._bounds, self._rows, surely=self._world is None)
        for done, seen in enumerate(self._seen):
            tell(done, len(self._hidden))
            if len(seen) < keeps:
                self._look(self._sums[[done]], seen)
        return dict(zip(self._hidden, self._seen, strict=True))

    def _look(self, one: csr_array, seen: set[int]) -> None:
        """Look for values of a hidden figure above all that were seen, below them, and between them."""
        for sign in (1, -1):
            while seen and len(seen) < self._keeps:
                beyond = max(sign * value for value in seen) + 1
                if not self._solve_between(sign * one, beyond, np.inf):
                    break
        for value in range(min(seen, default=0) + 1, max(seen, default=0)):
            if len(seen) < self._keeps and value not in seen:
                self._solve_between(one, value, value)

    def _solve_between(self, one: csr_array, low: float, high: float) -> bool:
        between = (one, np.array([low]), np.array([high]))
        if self._world is None:
            return self._solve(one.toarray()[0], self._bounds, self._rows, between)
        return self._solve_near(self._world, self._rows, between)

    def _solve_near(self, world: Numbers, *every: _Rows) -> bool:
        """Read off the values in counts that fit and are near a world that fits; say if there are any.

        Of the nearest most stay as they are, and the others are nearly always whole by themselves, if not by one
        measure of near then by another. A programme that asks for whole numbers anywhere takes up to a hundred times as
        long: it is asked where all that fails.
        """
        size, chance, rows = len(world), np.random.default_rng(0), _constraints(every)
        ways = [
            LinearConstraint(hstack([matrix, -matrix]), low - matrix @ world, high - matrix @ world)
            for matrix, low, high in every
        ]
        room = Bounds(np.zeros(2 * size), np.concatenate([self._bounds.ub - world, world - self._bounds.lb]))
        for measure in (np.ones(2 * size), *chance.uniform(1, 2, size=(_MEASURES, 2 * size))):
            found = milp(measure, bounds=room, constraints=ways)
            if not found.success:
                break
            near = world + found.x[:size] - found.x[size:]
            if self._solve_around(near, rows):
                return True
        return found.status != _NONE and self._solve(np.zeros(size), self._bounds, *every)

    def _solve_around(self, near: _Floats, rows: Sequence[LinearConstraint]) -> bool:
        """Read off the values in whole counts next to some that fit and need not be whole; say if there are any."""
        if np.abs(near - np.rint(near)).max() <= _WHOLE:
            return self._took(near)
        bounds = Bounds(np.floor(near + _WHOLE), np.ceil(near - _WHOLE))
        found = milp(np.zeros(len(near)), integrality=self._whole, bounds=bounds, constraints=rows)
        return bool(found.success) and self._took(found.x)

    def _middle(self, most: int) -> tuple[Bounds, _Rows]:
        """Return bounds and rows that leave room for `most` people on either side, or for as many as there are.

        From counts in the middle of all that is known nearly every hidden figure can move (`_read`), and far fewer
        programmes have to be solved than from counts at the ends.
        """
        matrix, low, high = self._rows
        within = np.minimum(most, (high - low) // 2)
        room = np.minimum(most, (self._bounds.ub - self._bounds.lb) // 2)
        return Bounds(self._bounds.lb + room, self._bounds.ub - room), (matrix, low + within, high - within)

    def _solve(self, weights: _Floats, bounds: Bounds, *every: _Rows, surely: bool = True) -> bool:
        """Read off the values in counts that fit, and of which the weighted sum is rather small; say if there are any.

        Which of them does not matter here, and the least takes many times as long to find. Nor does it, unless
        `surely`, whether there are any but next to a corner.
        """
        rows = _constraints(every)
        # Without the demand for whole numbers first: most corners of such tables are whole, and that is much faster.
        found = milp(weights, bounds=bounds, constraints=rows)
        if not found.success:
            return False
        if self._solve_around(found.x, rows):
            return True
        if not surely:
            return False
        some = {"mip_rel_gap": 1e9}
        found = milp(weights, integrality=self._whole, bounds=bounds, constraints=rows, options=some)
        return bool(found.success) and self._took(found.x)

    def _took(self, counts: _Floats) -> bool:
        self._world = np.rint(counts).astype(np.int64)
        self._read(self._world)
        return True

    def _read(self, counts: Numbers) -> None:
        """Read off the values that hidden figures take, also when one of their counts moves and nothing else does.

        Every such world fits all that is known; finding it this way takes no programme to be solved.
        """
        matrix, low, high = self._rows
        entries, sums = matrix.tocoo(), matrix @ counts
        ends = ((low - sums)[entries.row] / entries.data, (high - sums)[entries.row] / entries.data)
        down, up = np.maximum(self._bounds.lb - counts, -self._keeps), np.minimum(self._bounds.ub - counts, self._keeps)
        np.maximum.at(down, entries.col, np.ceil(np.minimum(*ends) - _WHOLE))
        np.minimum.at(up, entries.col, np.floor(np.maximum(*ends) + _WHOLE))
        for members, value, seen in zip(self._hidden, (self._sums @ counts).tolist(), self._seen, strict=True):
            if len(seen) < self._keeps:
                for member in members:
                    seen.update(range(int(value) + int(down[member]), int(value) + int(up[member]) + 1))


def _constraints(every: Sequence[_Rows]) -> list[LinearConstraint]:
    return [LinearConstraint(*row) for row in every if row[0].size]


def _free(system: System, members: tuple[int, ...], bound: set[int]) -> set[int]:
    """Return every value of a hidden figure that nothing else published tells of; empty where something does."""
    if not bound.isdisjoint(members):
        return set()
    return set(range(sum(system.bounds[m][0] for m in members), sum(system.bounds[m][1] for m in members) + 1))


def _matrix(rows: Sequence[Mapping[int, int]], ends: Sequence[Sequence[int]], size: int) -> _Rows:
    entries = [(i, count, factor) for i, row in enumerate(rows) for count, factor in row.items()]
    at = ([i for i, _, _ in entries], [count for _, count, _ in entries])
    matrix = csr_array(([float(factor) for _, _, factor in entries], at), shape=(len(rows), size))
    low, high = np.array(ends, dtype=float).reshape(-1, 2).T
    return matrix, low, high
