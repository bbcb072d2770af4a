"""Means of cells that moved opposite ways: people may have gone from one to the other, and one have come besides.

The attacker knows that this is what happened, and how many people there are; of answers they know the means that are
shown, each within its rounding, and ask what is left of the sum of all who came less all who left.
"""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Release

DEFAULT = disclosure.rule("default")
MIXED = ([30, 35, 40], [41, 25, 40])
"""Ten of B went to A, and one came to A."""
HALF = 0.05
Cells = dict[tuple[str, ...], tuple[int, float]]


def _table(counts: Any, sums: Any, *names: str, table: str = "t", high: int = 100, **more: Any) -> dict[str, Any]:
    values = {"org": list("ABC")[: len(counts)], "sex": ["f", "m"], "region": ["N", "S"]}
    dimensions = [{"name": name, "values": values[name]} for name in names]
    dimensions[0] |= more.pop("org", {})
    mean = {"name": "score", "low": 0, "high": high, "answers": 5, "sums": sums}
    return {"table": table, "population": "p", "dimensions": dimensions, "margins": "all", "counts": counts} | {
        "means": [mean],
        **more,
    }


def _release(*tables: Any, previous: Release | None = None) -> Release:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(tables)})
    found = disclosure.release(parsed, previous and previous.standing, DEFAULT)
    assert isinstance(found, Release)
    return found


def _shown(found: Release) -> dict[tuple[str, ...], float]:
    return {
        (table.declared.table, *(value or "all" for value in entry.at)): float(entry.means[0][1].value)
        for table in found.tables
        for entry in table.entries
        if entry.means[0][1].value is not None
    }


def _left_open(before: Release, after: Release, people: tuple[list[int], list[int]], region: str) -> float:
    """How many points of the sum of those who came less those who left are left open by means by org and by region."""
    size, rows, ends = len(people[0]), [], []
    for age, (found, counts) in enumerate(zip((before, after), people, strict=True)):
        for place, mean in _shown(found).items():
            members = [at for at, org in enumerate("ABC"[:size]) if place[-1] in (org, "all", region[at])]
            row = np.zeros(2 * size)
            row[[age * size + at for at in members]] = 1
            total = sum(counts[at] for at in members)
            rows += [row, -row]
            ends += [total * (mean + HALF), -total * (mean - HALF)]
    change = np.concatenate([-np.ones(size), np.ones(size)])
    bounds = [(0, 100 * count) for counts in people for count in counts]
    low, high = (linprog(sign * change, A_ub=rows, b_ub=ends, bounds=bounds) for sign in (1, -1))
    assert low.success
    assert high.success
    return -float(high.fun) - float(low.fun)


@pytest.mark.parametrize("margins", ["all", "none"])
@pytest.mark.parametrize("answer", [0, 25, 50, 75, 100])
def test_one_who_came_as_others_changed_places_is_not_told(answer: int, margins: str) -> None:
    first = _release(_table(MIXED[0], [1500, 1700, 2000], "org", margins=margins))
    second = _release(_table(MIXED[1], [2000 + answer, 1200, 2000], "org", margins=margins), previous=first)
    assert {("t", "A"), ("t", "C")} <= _shown(second).keys()
    assert _left_open(first, second, MIXED, "ABC") >= 100
    third = _release(_table(MIXED[1], [2000 + answer, 1200, 2000], "org", margins=margins), previous=second)
    assert _shown(third) == _shown(second)


def test_a_further_table_does_not_tell_of_one_who_came_as_others_changed_places() -> None:
    first = _release(_table([30, 35], [1500, 1700], "org"))
    crossed = _table([[21, 20], [13, 12]], [[1000, 1100], [600, 600]], "org", "sex", table="u")
    shown = _shown(_release(crossed, previous=first)).keys()
    assert {("u", "A", "all"), ("u", "B", "all")} - shown
    assert ("u", "all", "all") not in shown


@pytest.mark.parametrize("backwards", [False, True])
def test_a_region_does_not_tell_what_is_hidden_of_one_that_shrank(*, backwards: bool) -> None:
    """A took ten of B, which is of its region, and eleven of C: the region less A tells of B."""
    lies = {"within": {"region": {"A": "N", "B": "N", "C": "S"}}}

    def both(counts: list[int], sums: list[int]) -> list[dict[str, Any]]:
        region = [[found[0] + found[1], found[2]] for found in (counts, sums)]
        found = [_table(counts, sums, "org", org=lies), _table(*region, "region", table="r")]
        return found[::-1] if backwards else found

    people = ([30, 35, 40], [52, 25, 29])
    first = _release(*both(people[0], [1500, 1700, 2000]))
    second = _release(*both(people[1], [2600, 1200, 1450]), previous=first)
    assert _left_open(first, second, people, "NNS") >= 100


def test_moves_of_two_releases_are_held_against_each_other() -> None:
    people = ([30, 35, 40], [41, 35, 40], [41, 25, 40])
    first = _release(_table(people[0], [1500, 1700, 2000], "org"))
    second = _release(_table(people[1], [2075, 1700, 2000], "org"), previous=first)
    assert ("t", "A") in _shown(second)
    third = _release(_table(people[2], [2075, 1200, 2000], "org"), previous=second)
    assert _left_open(first, third, (people[0], people[2]), "ABC") >= 100


def test_means_stay_where_all_moved_one_way_or_rounding_leaves_enough_open() -> None:
    first = _release(_table([30, 35, 40], [1500, 1700, 2000], "org"))
    grown = _release(_table([41, 46, 40], [2000, 2200, 2000], "org"), previous=first)
    assert len(_shown(grown)) == len(_shown(first))
    many = _release(_table([60, 70, 80], [120, 150, 170], "org", high=4))
    moved = _release(_table([91, 50, 80], [183, 107, 170], "org", high=4), previous=many)
    assert len(_shown(moved)) == len(_shown(many))
    few = _release(_table([45, 50, 80], [90, 110, 170], "org", high=4))
    moved = _release(_table([76, 30, 80], [153, 66, 170], "org", high=4), previous=few)
    assert _shown(moved).keys() == {("t", "A"), ("t", "C")}


@pytest.mark.parametrize("later", [False, True])
def test_a_total_that_moved_by_one_while_its_cells_moved_is_not_shown_anew(*, later: bool) -> None:
    """It was 2.047 and is 2.056: as 2.0 and 2.1 it tells that who came answered more than 2.05."""
    people, sums = [60, 70, 85], [120, 150, 170]
    many = _release(_table(people, sums, "org", high=4))
    if later:
        many = _release(_table(people, sums, "org", high=4), previous=many)
    moved = _release(_table([81, 50, 85], [166, 108, 170], "org", high=4), previous=many)
    assert _shown(many).keys() - _shown(moved).keys() == {("t", "all")}
    crossed = _table([[40, 41], [25, 25], [45, 40]], [[82, 84], [54, 54], [90, 80]], "org", "sex", table="u", high=4)
    assert ("u", "all", "all") not in _shown(_release(crossed, previous=many))


def test_what_was_hidden_as_others_moved_is_not_shown_once_they_move_again() -> None:
    """Ten of C went to A, and one came there; then others of C went to B."""
    first = _release(_table([30, 60, 60], [1500, 3000, 2900], "org"))
    second = _release(_table([41, 40, 50], [2000, 2100, 2400], "org"), previous=first)
    assert _shown(second).keys() == {("t", "B"), ("t", "C")}
    third = _release(_table([41, 60, 30], [2000, 2900, 1500], "org"), previous=second)
    assert ("t", "A") not in _shown(third)
    by_sex = _table([[20, 21], [30, 30], [15, 15]], [[900, 1100], [1400, 1500], [700, 800]], "org", "sex", table="u")
    assert not {place for place in _shown(_release(by_sex, previous=second)) if place[:2] == ("u", "A")}
