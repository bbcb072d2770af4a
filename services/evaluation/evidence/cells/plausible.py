"""Whether any group of people can have produced these numbers.

Guards the estimate against slips of a sender: a sum beyond the scale, a histogram that counts others than the cell,
products that no scores have, a wave that nobody answered. Each check names the cell and the field.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from services.evaluation.evidence.cells.cell import Cell, Histogram
from services.evaluation.evidence.cells.copies import copies
from services.evaluation.evidence.cells.names import twins
from services.evaluation.evidence.cells.table import CellTable, Outcome
from services.evaluation.evidence.cells.whole import rank, squares_are_possible
from services.evaluation.evidence.errors import EvidenceError

_NEAR = 1e-7
"""Relative: an eigenvalue computed on 64-bit floats that is closer to 0 than this may be 0 or below."""


def check(table: CellTable) -> None:
    """Raise EvidenceError for the first thing that cannot be, naming cell and field."""
    _check_waves(table)
    _check_names(table)
    seen = set()
    for place, cell in enumerate(table.cells):
        name = f"cells[{place}] ({cell.organisation})"
        if cell.key in seen:
            raise EvidenceError("organisation, cohort, pattern and instrument appear twice", cell=name, field="pattern")
        seen.add(cell.key)
        for field, what in _problems(cell, table):
            raise EvidenceError(what, cell=name, field=field)
    if copied := copies(table.cells):
        what = (
            f"the very answers of {copied[0]!r}, all or nearly all; one organisation counts once: leave one of them out"
        )
        raise EvidenceError(what, cell=f"cells ({copied[1]})", field="organisation")


def _check_waves(table: CellTable) -> None:
    days = [f"{wave}-01"[:10] for wave in table.waves]  # a wave that names no day is that of the first of its month
    if sorted(set(days)) != days:
        raise EvidenceError("waves must rise and not repeat", field="waves")
    if table.then is not None and table.then.after > len(table.waves):
        raise EvidenceError(f"there are {len(table.waves)} waves", field="then.after")
    answered = {wave for cell in table.cells if cell.n for wave in cell.pattern}
    for number, wave in enumerate(table.waves, start=1):
        if number not in answered:
            raise EvidenceError(f"nobody answered in wave {number} ({wave})", field=f"waves[{number - 1}]")


def _check_names(table: CellTable) -> None:
    for field, names in (
        ("organisation", [cell.organisation for cell in table.cells]),
        ("instrument", [cell.instrument for cell in table.cells]),
    ):
        if same := twins(names):
            place = names.index(same[1])
            what = f"{same[1]!r} is {same[0]!r} spelt otherwise; write one of them throughout"
            raise EvidenceError(what, cell=f"cells[{place}]", field=field)


def _problems(cell: Cell, table: CellTable) -> Iterable[tuple[str, str]]:
    """Yield (field, what is wrong), shapes first: later checks rely on earlier ones."""
    waves, size = len(table.waves), len(cell.pattern)
    if cell.cohort > waves:
        yield "cohort", f"cohort {cell.cohort} of {waves} waves"
    if list(cell.pattern) != sorted(set(cell.pattern)) or cell.pattern[-1] > waves:
        yield "pattern", f"must rise, not repeat and stay within {waves} waves"
    if len(cell.sums) != size:
        yield "sums", f"{len(cell.sums)} sums for {size} waves"
    if any(len(rows) != size for rows in (cell.products, *cell.products)):
        yield "products", f"must be {size} by {size}, as the pattern"
    yield from _heads(cell)
    yield from _moments(cell, table.outcome)
    yield from _histograms(cell, table.outcome)


def _heads(cell: Cell) -> Iterable[tuple[str, str]]:
    """Before sums are judged: a wrong n would make them all look wrong."""
    spreads = {f"scores.{wave}": counts for wave, counts in (cell.scores or {}).items()}
    spreads |= {f"changes.{early}-{late}": counts for (early, late), counts in (cell.changes or {}).items()}
    for field, counts in spreads.items():
        if (people := sum(counts.values())) != cell.n:
            yield field, f"counts {people} people, n is {cell.n}"


def _moments(cell: Cell, outcome: Outcome) -> Iterable[tuple[str, str]]:
    """Each wave and each change for itself before all together, where only numbers within the scale may arrive."""
    n, sums, products, low, high = cell.n, cell.sums, cell.products, outcome.low, outcome.high
    for place, total in enumerate(sums):
        if not n * low <= total <= n * high:
            yield f"sums[{place}]", f"{n} people cannot sum to this on {low} to {high}"
    if any(products[i][j] != products[j][i] for i in range(len(sums)) for j in range(i)):
        yield "products", "must be symmetric"
    for i, total in enumerate(sums):
        if not squares_are_possible(n, total, products[i][i], low, high):
            yield f"products[{i}][{i}]", f"no {n} people have scores from {low} to {high} with this sum of squares"
        for j in range(i):
            change, squares = cell.changed(cell.pattern[j], cell.pattern[i])
            if not squares_are_possible(n, change, squares, low - high, high - low):
                yield f"products[{i}][{j}]", f"no {n} people with scores from {low} to {high} change like this"
    if not _possible(n, sums, products):
        yield "products", f"no {n} people have scores with these sums and products"


def _possible(n: int, sums: Sequence[int], products: Sequence[Sequence[int]]) -> bool:
    """Return whether n²·covariance is one of n rows: no negative variance, rank below n.

    Floats decide what is far from 0, whole numbers the rest.
    """
    spread = [[n * entry - one * other for entry, other in zip(row, sums, strict=True)]
              for row, one in zip(products, sums, strict=True)]  # fmt: skip
    widest = max(spread[i][i] for i in range(len(sums)))
    if n <= 1 or widest <= 0:
        return all(entry == 0 for row in spread for entry in row) and (n > 0 or not any(sums))
    if n > len(sums) and np.linalg.eigvalsh(np.array([[entry / widest for entry in row] for row in spread]))[0] > _NEAR:
        return True
    found = rank(spread)
    return found is not None and found < n


def _histograms(cell: Cell, outcome: Outcome) -> Iterable[tuple[str, str]]:
    at = {wave: place for place, wave in enumerate(cell.pattern)}
    for wave, counts in (cell.scores or {}).items():
        field = f"scores.{wave}"
        if wave not in at:
            yield field, "not a wave of the pattern"
            continue
        if any(not outcome.low <= score <= outcome.high for score in counts):
            yield field, f"a score outside {outcome.low} to {outcome.high}"
        place = at[wave]
        yield from _counted(field, counts, cell.sums[place], cell.products[place][place])
    for (early, late), counts in (cell.changes or {}).items():
        field = f"changes.{early}-{late}"
        if not (early < late and {early, late} <= set(at)):
            yield field, "not two rising waves of the pattern"
            continue
        yield from _counted(field, counts, *cell.changed(early, late))


def _counted(field: str, counts: Histogram, total: int, squares: int) -> Iterable[tuple[str, str]]:
    if _moment(counts, 1) != total or _moment(counts, 2) != squares:
        yield field, "does not have the cell's sums and products"


def _moment(counts: Mapping[int, Any], power: int) -> int:
    return sum(value**power * count for value, count in counts.items())
