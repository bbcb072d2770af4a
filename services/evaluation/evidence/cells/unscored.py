"""Unscored: answers as they stand to one another, whatever numbers they were turned into.

Guards that the same answers are recognised when they are counted from another score, in other steps or the other way
round: whatever is said of chance is the same of all of these.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from services.evaluation.evidence.cells.cell import Cell
from services.evaluation.evidence.cells.table import CellTable


def unscored(table: CellTable) -> tuple[Any, ...] | None:
    """Return what is the same for all ways to score a table's answers in even steps, and for no others; exact.

    The table has one instrument, whose name plays no part, as those of outcome and waves do not. None where everybody
    gave the same score, of which there is nothing to tell apart.
    """
    cells = [cell for cell in table.cells if cell.n]
    answers, whole = sum(cell.n * len(cell.pattern) for cell in cells), sum(sum(cell.sums) for cell in cells)
    each = [_centred(cell, answers, whole) for cell in cells]
    spread = sum(rows[place][place] for _, rows in each for place in range(len(rows)))
    if not spread:
        return None
    turned = -1 if next((one for sums, _ in each for one in sums if one), 1) < 0 else 1
    return tuple(
        (cell.key[:3], cell.n, _steps((turned * abs(one) * one for one in sums), spread), _products(rows, spread))
        for cell, (sums, rows) in zip(cells, each, strict=True)
    )


def _centred(cell: Cell, answers: int, whole: int) -> tuple[list[int], list[list[int]]]:
    """Return sums and products of scores counted from the mean of all, times the number of answers: whole numbers."""
    sums, people = cell.sums, cell.n
    centred = [answers * one - people * whole for one in sums]
    rows = [
        [
            answers**2 * product - answers * whole * (sums[row] + sums[column]) + people * whole**2
            for column, product in enumerate(products)
        ]
        for row, products in enumerate(cell.products)
    ]
    return centred, rows


def _products(rows: list[list[int]], spread: int) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(_steps(row, spread) for row in rows)


def _steps(values: Iterable[int], spread: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(value, spread) for value in values)
