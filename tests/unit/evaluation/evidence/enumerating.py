"""The slow and certain attacker: writes out every 2 x 2 table there could be, and sees which look alike."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from services.evaluation.evidence.disclosure import Rule

Numbers = npt.NDArray[np.int64]
LARGEST = 20
"""Tables with cells 0 to 20 are attacked; one shown as 20 may be up to 24, so larger ones are written out too."""
_VALUES = 25
_HIDDEN = 999


@dataclass(frozen=True)
class Attack:
    """For each table written out: its cells (4 columns), whether each is hidden, how many values each could have."""

    cells: Numbers
    hidden: npt.NDArray[np.bool_]
    possible: Numbers

    def per_cent(self, of: npt.NDArray[np.bool_], within: npt.NDArray[np.bool_]) -> float:
        return round(float(of[within].mean()) * 100, 2)

    @property
    def attacked(self) -> npt.NDArray[np.bool_]:
        return (self.cells <= LARGEST).all(axis=1)

    @property
    def least(self) -> Numbers:
        """How many values the most exposed hidden cell of a table keeps; large where nothing is hidden."""
        return np.where(self.hidden, self.possible, _HIDDEN).min(axis=1)


def shown(counts: Numbers, by: Rule) -> Numbers:
    step = by.round["all"]
    hidden = (counts >= by.hide.low) & (counts <= by.hide.high)
    return np.where(hidden, _HIDDEN, (counts + step // 2) // step * step)


def published(cells: Numbers, by: Rule) -> list[Numbers]:
    """The nine figures of each table, in one order: cells, rows, columns, all."""
    sums = [cells[:, list(members)].sum(axis=1) for members in ((0, 1), (2, 3), (0, 2), (1, 3), (0, 1, 2, 3))]
    figures = [shown(cells[:, i], by) for i in range(4)] + [shown(total, by) for total in sums]
    if by.totals_over_hidden == "hidden":
        for at, members in enumerate(((0, 1), (2, 3), (0, 2), (1, 3), (0, 1, 2, 3)), start=4):
            over = np.any([figures[member] == _HIDDEN for member in members], axis=0)
            figures[at] = np.where(over, _HIDDEN, figures[at])
    return figures


def attack(cells: Numbers, figures: list[Numbers], by: Rule) -> Attack:
    alike = np.zeros(len(cells), dtype=np.int64)
    for nine in range(0, len(figures), 9):  # nine figures of 32 kinds fit in one number; one release has nine
        packed = np.zeros(len(cells), dtype=np.int64)
        for figure in figures[nine : nine + 9]:
            packed = packed * 32 + np.minimum(figure // 5, 31)
        _, one = np.unique(packed, return_inverse=True)
        _, alike = np.unique(alike * (one.max() + 1) + one, return_inverse=True)
    possible = np.empty_like(cells)
    for cell in range(cells.shape[1]):
        seen = np.zeros((int(alike.max()) + 1, _VALUES), dtype=bool)
        seen[alike, cells[:, cell]] = True
        possible[:, cell] = seen.sum(axis=1)[alike]
    return Attack(cells, (cells >= by.hide.low) & (cells <= by.hide.high), possible)


def every_table() -> Numbers:
    return np.array(np.meshgrid(*[np.arange(_VALUES)] * 4, indexing="ij")).reshape(4, -1).T


def every_move(by: Rule) -> Numbers:
    """Every table in which one cell moves by k people at least: three cells, the fourth before, the fourth after."""
    moves = np.array([(a, b) for a, b in product(range(_VALUES), repeat=2) if abs(a - b) >= by.k])
    others = np.array(np.meshgrid(*[np.arange(_VALUES)] * 3, indexing="ij")).reshape(3, -1).T
    return np.hstack([np.repeat(others, len(moves), axis=0), np.tile(moves, (len(others), 1))])
