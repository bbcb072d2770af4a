"""Three tables of the same people in pairs of three dimensions: what they tell together, beyond any two of them."""

import os
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Refusal, Release
from services.evaluation.evidence.errors import EvidenceError

TABLES = int(os.environ.get("DISCLOSURE_TABLES", "30"))
DEFAULT = disclosure.rule("default")
NAMES = ("sex", "age", "band")
SMALL = ([[49, 9], [60, 120]], [[18, 40], [50, 130]], [[9, 100], [59, 70]])
"""Sex by age, sex by band, age by band: 20 people at most of sex 0 in band 0, 10 and 10 at least hidden."""
FIVE = (
    [[9, 9, 9, 69, 69], [110, 100, 110, 70, 80]],
    [[45, 120], [180, 290]],
    [[69, 50], [69, 40], [69, 50], [9, 130], [9, 140]],
)


def _pairs(counts: Any, margins: str = "none") -> list[dict[str, Any]]:
    tables = []
    for (one, other), cells in zip(combinations(NAMES, 2), counts, strict=True):
        sizes = ((one, len(cells)), (other, len(cells[0])))
        listed: list[dict[str, Any]] = [
            {"name": name, "values": [f"{name}{at}" for at in range(n)]} for name, n in sizes
        ]
        for dimension in listed:
            dimension["unrelated"] = [name for name in NAMES if name != dimension["name"]]
        named = {"table": f"{one} by {other}", "population": "p", "dimensions": listed}
        tables.append({**named, "margins": margins, "counts": cells})
    return tables


def _release(tables: list[dict[str, Any]], previous: Any = None, rule: str = "default") -> Release | Refusal:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": tables}, "t.json")
    return disclosure.release(parsed, previous, disclosure.rule(rule))


@pytest.mark.parametrize(("counts", "margins"), [(SMALL, "none"), (SMALL, "grand_total"), (FIVE, "all")])
def test_three_tables_in_a_circle_do_not_give_a_hidden_count_away(counts: Any, margins: str) -> None:
    tables = _pairs(counts, margins)
    assert isinstance(_release(tables), Refusal)
    assert all(isinstance(_release(list(two)), Release) for two in combinations(tables, 2))


@pytest.mark.parametrize("rule", ["k10-strict", "ons-10-5"])
def test_other_rules_do_not_let_this_circle_through(rule: str) -> None:
    assert isinstance(_release(_pairs(SMALL), rule=rule), Refusal)


def test_a_circle_that_closes_in_the_next_release_is_seen_too() -> None:
    first = _release(_pairs(SMALL)[:2])
    assert isinstance(first, Release)
    assert isinstance(_release(_pairs(SMALL)[2:], first.standing), Refusal)


def test_tables_that_agree_two_by_two_and_are_nobodys_together_are_turned_away() -> None:
    """Sex is age, age is band, and sex is not band."""
    same, other = [[50, 0], [0, 50]], [[0, 50], [50, 0]]
    with pytest.raises(EvidenceError, match="no people can have the counts of sex by age, sex by band, age by band"):
        _release(_pairs((same, other, same)))


def test_a_circle_too_large_to_try_is_turned_away_by_the_names_of_its_tables() -> None:
    large = _pairs([[[40] * 20] * 20] * 3)
    with pytest.raises(EvidenceError, match=r"sex by age, sex by band, age by band cross .* Keep at most two of these"):
        _release(large)
    assert isinstance(_release(large[:2]), Release)


def test_no_hidden_figure_of_random_tables_in_a_circle_keeps_fewer_than_three_values() -> None:
    """People in three dimensions, published in pairs, and attacked afresh by whole numbers over every cross."""
    rng, hidden, refused = np.random.default_rng(5), 0, 0
    for _ in range(TABLES // 2):
        shape = (2, int(rng.integers(2, 4)), 2)
        people = rng.choice([0, 0, 1, 3, 6, 9, 9, int(rng.integers(31))], size=shape)
        found = _release(_pairs([people.sum(axis=axis).tolist() for axis in (2, 1, 0)]))
        refused += isinstance(found, Refusal)
        if isinstance(found, Release):
            widths = _widths(disclosure.document(found), shape)
            hidden += len(widths)
            assert min(widths, default=DEFAULT.keeps) >= DEFAULT.keeps
    assert refused < TABLES / 4
    assert hidden > TABLES


def _widths(document: dict[str, Any], shape: tuple[int, ...]) -> list[int]:
    """How many values from the least to the largest are left to each hidden figure, from the document alone."""
    rows, low, high, hidden = [], [], [], []
    for table in document["tables"]:
        step = table["rounded_to"]
        for entry in table["entries"]:
            place = np.zeros(shape)
            place[tuple(int(entry["at"][name][-1]) if name in entry["at"] else slice(None) for name in NAMES)] = 1
            value = entry["count"]["value"]
            rows.append(place.ravel())
            low.append(0 if value is None else max(value - step // 2, 10))
            high.append(9 if value is None else value - step // 2 + step - 1)
            hidden += [place.ravel()] if value is None else []
    known, whole = LinearConstraint(np.array(rows), low, high), np.ones(len(rows[0]))
    ends = [
        [milp(sign * row, integrality=whole, bounds=Bounds(0, 1e4), constraints=known).fun for sign in (1, -1)]
        for row in hidden
    ]
    return [round(-largest - least) + 1 for least, largest in ends]
