"""Cells that were held beside cells that moved: how many people they hold by now does not tell how many they held."""

import os
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import HIDDEN, Figure, Kept, Refusal, Release, days

CHAINS = int(os.environ.get("DISCLOSURE_TABLES", "30"))
K, OPEN, MOST = 10, 3, 10_000
BEFORE_AND_AFTER = ([9, 9, 9], [37, 18, 18])
"""The first cell moved by 28, the others by nine each: they stand where they stood."""


def _release(tables: list[dict[str, Any]], previous: Kept | None = None, rule: str = "default") -> Release | Refusal:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": tables})
    return disclosure.release(parsed, previous, disclosure.rule(rule))


def _table(name: str, counts: Any, dimensions: dict[str, Any], margins: str = "none") -> dict[str, Any]:
    listed = [{"name": n, "values": [f"{n}{at}" for at in range(size)]} for n, size in dimensions.items()]
    for dimension in listed:
        dimension["unrelated"] = [n for n in ("org", "group", "sex") if n != dimension["name"]]
    return {"table": name, "population": "p", "margins": margins, "dimensions": listed, "counts": counts}


def _rows_and_cells(cells: list[int]) -> list[dict[str, Any]]:
    return [
        _table("rows", [sum(cells), 180], {"org": 2}),
        _table("cells", [cells, [60, 60, 60]], {"org": 2, "group": 3}),
    ]


def test_a_row_that_moved_does_not_tell_what_cells_held_that_stand_as_they_stood() -> None:
    """75 is 73 at least, 35 is 37 at most: 36 more are in two cells that are held, so they held nine each."""
    first = _release(_rows_and_cells(BEFORE_AND_AFTER[0]))
    assert isinstance(first, Release)
    second = _release(_rows_and_cells(BEFORE_AND_AFTER[1]), first.standing)
    assert isinstance(second, Refusal)
    assert {"cells: org0, group1 (now)", "cells: org0, group2 (now)"} <= set(second.cells)


def test_nor_does_a_table_that_was_not_there_before() -> None:
    cells = [_rows_and_cells(people)[1] for people in BEFORE_AND_AFTER]
    first = _release(cells[:1])
    assert isinstance(first, Release)
    by_sex = _table("sexes", [[73, 0], [90, 90]], {"org": 2, "sex": 2})
    assert isinstance(_release([cells[1], by_sex], first.standing), Refusal)


def test_cells_that_stayed_where_they_were_are_released() -> None:
    first = _release(_rows_and_cells(BEFORE_AND_AFTER[0]))
    assert isinstance(first, Release)
    assert isinstance(_release(_rows_and_cells([37, 15, 14]), first.standing), Release)


@pytest.mark.parametrize(
    ("rule", "hidden", "ten"),
    [
        ("default", (9, 9, 0), (9, 9, 0)),
        ("k10-strict", (9, 9, 14), (None, 9, 0)),
        ("nhs-digital", (7, 7, 0), (7, 7, 0)),
    ],
)
def test_a_held_cell_is_off_by_as_many_people_as_do_not_move_it(rule: str, hidden: Any, ten: Any) -> None:
    by = disclosure.rule(rule)
    assert (days.drift(HIDDEN, by, "none"), days.drift(Figure(10), by, "none")) == (hidden, ten)


@pytest.mark.parametrize("rule", ["default", "k10-round10"])
def test_no_hidden_figure_of_random_chains_is_told_by_the_people_of_each_day(rule: str) -> None:
    """Rows, cells and columns over three releases; attacked afresh with the people of each day as unknowns."""
    rng, hidden = np.random.default_rng(11), 0
    for _ in range(CHAINS):
        people = rng.choice([0, 1, 4, 7, 9, 9, 11, 14, 20, 25, 40], size=(2, 3))
        documents: list[Any] = []
        previous = None
        while len(documents) < 3:
            rows, columns = people.sum(axis=1).tolist(), people.sum(axis=0).tolist()
            found = _release(
                [
                    _table("rows", rows, {"org": 2}, "all"),
                    _table("cells", people.tolist(), {"org": 2, "group": 3}, "all"),
                    _table("columns", columns, {"group": 3}, "all"),
                ],
                previous,
                rule,
            )
            if isinstance(found, Release):
                previous = found.standing
                documents.append(disclosure.document(found))
            people = np.maximum(people + rng.choice([-20, -12, -9, -5, 0, 0, 2, 9, 9, 9, 11, 28], size=(2, 3)), 0)
        widths = _widths(documents)
        hidden += len(widths)
        assert min(widths, default=OPEN) >= OPEN
    assert hidden > CHAINS


_PEOPLE = [{"org": f"org{i}", "group": f"group{j}"} for i, j in product(range(2), range(3))]


def _widths(documents: list[Any]) -> list[int]:
    """How many values from the least to the largest are left to each hidden figure, from the documents alone."""
    known, hidden = _Known(), {}
    stands: dict[Any, tuple[int, int | None]] = {}
    for document in documents:
        today = [known.count(0, MOST) for _ in _PEOPLE]
        for table in document["tables"]:
            cells: list[tuple[Any, int]] = []
            for entry in sorted(table["entries"], key=lambda one: -len(one["at"])):
                at, shown = entry["at"].items(), entry["count"]["value"]
                low, high = _ends(shown, table["rounded_to"])
                if len(at) == len(table["dimensions"]):
                    there = {c: 1 for c, place in zip(today, _PEOPLE, strict=True) if at <= place.items()}
                    cell = table["table"], frozenset(at)
                    stands[cell] = known.stand(there, (low, high), shown, stands.get(cell))
                    cells.append((at, stands[cell][0]))
                members = tuple(count for place, count in cells if at <= place)
                known.row(dict.fromkeys(members, 1), low, high)
                if shown is None:
                    hidden[members] = True
    return [known.width(members) for members in hidden]


def _ends(value: int | None, step: int) -> tuple[int, int]:
    return (0, 9) if value is None else (max(value - step // 2, 10), value - step // 2 + step - 1)


class _Known:
    """Whole numbers from where to where, and rows over them."""

    def __init__(self) -> None:
        self.bounds: list[tuple[int, int]] = []
        self.rows: list[tuple[dict[int, int], int, int]] = []

    def count(self, low: int, high: int) -> int:
        self.bounds.append((low, high))
        return len(self.bounds) - 1

    def row(self, factors: dict[int, int], low: int, high: int) -> None:
        self.rows.append((factors, low, high))

    def stand(
        self, there: dict[int, int], ends: tuple[int, int], shown: int | None, last: tuple[int, int | None] | None
    ) -> tuple[int, int | None]:
        """Add what a cell stands on; `there` are the people of its day, `last` what it stood on and showed before."""
        if last is not None and last[1] == shown:
            self.row({**there, last[0]: -1}, 1 - K, K - 1)
            return last
        count = self.count(*ends)
        self.row({**there, count: -1}, 0, 0)
        if last is not None:
            more, less = (count, last[0]) if (shown or 0) > (last[1] or 0) else (last[0], count)
            self.row({more: 1, less: -1}, K, MOST)
        return count, shown

    def width(self, members: tuple[int, ...]) -> int:
        matrix = np.zeros((len(self.rows), len(self.bounds)))
        for row, (factors, _, _) in enumerate(self.rows):
            for count, factor in factors.items():
                matrix[row, count] = factor
        rows = LinearConstraint(matrix, *np.array([ends for _, *ends in self.rows]).T)
        bounds, weights = Bounds(*np.array(self.bounds).T), np.zeros(len(self.bounds))
        weights[list(members)] = 1
        least, largest = (
            float(milp(sign * weights, integrality=np.ones(len(weights)), bounds=bounds, constraints=rows).fun)
            for sign in (1, -1)
        )
        return round(-largest - least) + 1
