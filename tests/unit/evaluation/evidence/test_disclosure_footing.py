"""Means over two releases: whoever knows every count and takes shown means from one another finds no newcomer."""

import os
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Release

TABLES = int(os.environ.get("DISCLOSURE_TABLES", "30")) // 3
DEFAULT = disclosure.rule("default")
REGION = {"A": "North", "B": "North", "C": "South"}
WITHIN, UNRELATED = {"within": {"region": REGION}}, {"unrelated": ["sex"]}
Person = dict[str, Any]
Sums = dict[tuple[str, ...], tuple[int, int]]


def _people(*groups: tuple[str, str, list[int]]) -> list[Person]:
    """Return people by trust, sex and answers."""
    return [
        {"trust": trust, "sex": sex, "region": REGION[trust], "score": score}
        for trust, sex, scores in groups
        for score in scores
    ]


def _table(name: str, people: list[Person], *names: str, score: str = "score", more: Any = None) -> dict[str, Any]:
    values = [sorted({person[n] for person in people}) for n in names]
    cells = [[p["score"] for p in people if [p[n] for n in names] == list(at)] for at in product(*values)]
    shape = [len(found) for found in values]
    dimensions = [{"name": n, "values": v} for n, v in zip(names, values, strict=True)]
    dimensions[0] |= more or {}
    sums = np.array([sum(cell) for cell in cells]).reshape(shape).tolist()
    return {"table": name, "population": "p", "margins": "all", "dimensions": dimensions} | {
        "counts": np.array([len(cell) for cell in cells]).reshape(shape).tolist(),
        "means": [{"name": score, "low": 0, "high": 100, "answers": 5, "sums": sums}],
    }


def _release(*tables: dict[str, Any], previous: Release | None = None) -> Release:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(tables)})
    found = disclosure.release(parsed, previous and previous.standing, DEFAULT)
    assert isinstance(found, Release)
    return found


def _shown(found: Release) -> dict[tuple[str, ...], float | None]:
    return {
        (table.declared.table, *(value or "all" for value in entry.at)): entry.means[0][1].value
        for table in found.tables
        for entry in table.entries
        if entry.means
    }


A, B, C, B_NEW = [50] * 10 + [0, 100], [25, 50] * 6, [50] * 40, [75]
BEFORE = _people(("A", "f", A), ("A", "m", A), ("B", "f", B), ("B", "m", B), ("C", "f", C), ("C", "m", C))
AFTER = BEFORE + _people(("A", "f", [25] * 10), ("B", "f", B_NEW))


def test_a_region_does_not_tell_of_the_one_who_joined_a_trust_that_was_held() -> None:
    def both(people: list[Person]) -> list[dict[str, Any]]:
        return [_table("by trust", people, "trust", more=WITHIN), _table("by region", people, "region")]

    first = _release(*both(BEFORE))
    assert None not in _shown(first).values()
    second = _release(*both(AFTER), previous=first)
    shown = _shown(second)
    assert shown["by trust", "A"] != _shown(first)["by trust", "A"]
    assert shown["by region", "North"] is None
    assert shown["by region", "South"] == 50.0
    third = _shown(_release(*both(AFTER), previous=second))
    assert third == shown
    turned = _shown(_release(*both(AFTER)[::-1], previous=_release(*both(BEFORE)[::-1])))
    assert turned["by region", "North"] is not None
    assert turned["by trust", "A"] is None
    assert turned["by trust", "B"] == _shown(first)["by trust", "B"]


def test_all_people_by_sex_and_by_trust_do_not_tell_of_one_who_joined() -> None:
    def both(people: list[Person]) -> list[dict[str, Any]]:
        return [_table("by trust", people, "trust", more=UNRELATED), _table("by sex", people, "sex")]

    first = _release(*both(BEFORE))
    shown = _shown(_release(*both(AFTER), previous=first))
    assert shown["by trust", "A"] is not None
    assert (shown["by sex", "f"], shown["by sex", "all"]) == (None, None)
    assert shown["by sex", "m"] == _shown(first)["by sex", "m"]


def test_moves_of_two_trusts_and_of_both_sexes_are_not_set_off_against_each_other() -> None:
    """Ten women joined A, ten men and one woman joined B: of the women that came less those of A, one is left."""

    def both(people: list[Person]) -> list[dict[str, Any]]:
        return [_table("by trust", people, "trust", more=UNRELATED), _table("by sex", people, "sex")]

    joined = _people(("A", "f", [25] * 10), ("B", "m", [25] * 10), ("B", "f", B_NEW))
    shown = _shown(_release(*both(BEFORE + joined), previous=_release(*both(BEFORE))))
    assert (shown["by sex", "f"], shown["by sex", "m"]) == (None, None)


@pytest.mark.parametrize("people", [1, 9])
def test_a_further_table_does_not_tell_of_those_who_joined_since_the_last_release(people: int) -> None:
    joined = BEFORE + _people(("A", "m", B_NEW * people))
    first = _release(_table("by trust", BEFORE, "trust"))
    both = [_table("by trust", joined, "trust"), _table("crossed", joined, "trust", "sex")]
    for tables in (both, both[::-1], both[1:]):
        shown = _shown(_release(*tables, previous=first))
        assert {shown["crossed", "A", sex] for sex in ("f", "m", "all")} == {None}
        assert None not in {shown["crossed", "B", sex] for sex in ("f", "m", "all")}


def test_a_score_under_another_name_does_not_tell_of_one_who_joined() -> None:
    joined = BEFORE + _people(("A", "m", B_NEW))
    first = _release(_table("by trust", BEFORE, "trust"))
    renamed = _table("further", joined, "trust", score="score (0 to 100)")
    for tables in ([_table("by trust", joined, "trust"), renamed], [renamed]):
        shown = _shown(_release(*tables, previous=first))
        assert shown["further", "A"] is None
        assert shown["further", "B"] is not None


def test_one_who_came_for_one_who_left_is_not_told_by_a_region() -> None:
    swapped = [*BEFORE, *_people(("A", "f", [25] * 10), ("B", "f", [100]))]
    swapped.remove(_people(("B", "f", [25]))[0])

    def both(people: list[Person]) -> list[dict[str, Any]]:
        return [_table("by trust", people, "trust", more=WITHIN), _table("by region", people, "region")]

    shown = _shown(_release(*both(swapped), previous=_release(*both(BEFORE))))
    assert shown["by region", "North"] is None


def test_a_trust_that_changed_its_region_does_not_tell_of_one_who_joined() -> None:
    """The region of the last release still is what its two trusts were then."""
    moved = {"within": {"region": {**REGION, "B": "South"}}}
    first = _release(_heads(BEFORE, WITHIN), _table("by region", BEFORE, "region"))
    joined = BEFORE + _people(("B", "f", B_NEW))
    shown = _shown(_release(_heads(joined, moved), _table("by trust", joined, "trust", more=moved), previous=first))
    assert None in {shown["by trust", "A"], shown["by trust", "B"]}


def _heads(people: list[Person], more: Any) -> dict[str, Any]:
    return {**_table("heads", people, "trust", more=more), "means": []}


KINDS = {
    "within": [("trust", WITHIN), ("region", None)],
    "unrelated": [("trust", UNRELATED), ("sex", None)],
    "crossed": [("trust", None), ("trust sex", None)],
    "three": [("trust", WITHIN), ("region", UNRELATED), ("trust sex", None), ("sex", None)],
}


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("backwards", [False, True])
def test_no_sum_of_shown_means_is_that_of_fewer_than_k_people(kind: str, backwards: bool) -> None:
    """Every mean that is shown is taken for an exact sum, and everything that can be made of them is tried."""
    rng, told = np.random.default_rng(21), 0
    listed = KINDS[kind][::-1] if backwards else KINDS[kind]
    for _ in range(TABLES):
        before = list(_random(rng, 10, 14))
        after = [*before, *_joining(rng)]
        if kind == "crossed" and rng.random() < 0.5:
            one, two = listed[:1], listed
        else:
            one, two = listed, listed
        parsed = [
            disclosure.parse(
                {
                    "format": "groundswell-tables/1",
                    "tables": [_table(n, people, *n.split(), more=more) for n, more in which],
                }
            )
            for people, which in ((before, one), (after, two))
        ]
        first = disclosure.release(parsed[0], None, DEFAULT)
        if not isinstance(first, Release):
            continue
        second = disclosure.release(parsed[1], first.standing, DEFAULT)
        if not isinstance(second, Release):
            continue
        told += 1
        _assert_nobody_alone(before, after, [first, second])
    assert told > TABLES / 3


def _random(rng: Any, least: int, most: int) -> Iterator[Person]:
    for trust, sex in product("ABC", "fm"):
        scores = [25 * int(score) for score in rng.integers(0, 5, size=int(rng.integers(least, most)))]
        yield from _people((trust, sex, scores))


def _joining(rng: Any) -> Iterator[Person]:
    """Some trusts and sexes get ten people or more, and one of them, or another, gets one more."""
    for trust, sex in product("ABC", "fm"):
        if rng.random() < 0.3:
            yield from _people((trust, sex, [25] * int(rng.integers(10, 13))))
    yield from _people((str(rng.choice(list("ABC"))), str(rng.choice(list("fm"))), [75]))


def _assert_nobody_alone(before: list[Person], after: list[Person], found: list[Release]) -> None:
    """Assert that no sums of shown means, however weighted, add up to the answers of fewer than k people."""
    rows = np.array(
        [
            _who(table, entry, before, after)
            for release in found
            for table in release.tables
            for entry in table.entries
            if entry.means[0][1].value is not None
        ]
    )
    alike, sizes = np.unique(rows, axis=1, return_counts=True)  # people who are counted together everywhere
    for few in np.flatnonzero(sizes < DEFAULT.k):
        alone = np.arange(len(sizes)) == few
        assert np.linalg.matrix_rank(np.vstack([alike, alone])) > np.linalg.matrix_rank(alike)


def _who(table: Any, entry: Any, before: list[Person], after: list[Person]) -> tuple[int, ...]:
    """Return which people are counted in a place: cells that were held count those of the last release."""
    at = dict(zip(table.declared.names, entry.at, strict=True))
    row = np.zeros(len(after), dtype=int)
    for cell, count in zip(table.declared.cells(), table.declared.counts, strict=True):
        named = dict(zip(table.declared.names, cell, strict=True))
        if any(value not in (None, named[name]) for name, value in at.items()):
            continue
        inside = [all(person[name] == value for name, value in named.items()) for person in after]
        row += np.array(inside) if count == sum(inside) else np.array(inside) & (np.arange(len(after)) < len(before))
    return tuple(row.tolist())
