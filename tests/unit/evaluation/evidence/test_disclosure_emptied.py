"""A cell that was empty or hidden and is shown, or was shown and is emptied, while another moved the other way.

It has a mean in one of the two releases only, and who came besides those that changed places is one person of both.
"""

from typing import Any

import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Release

ANSWERS = [0, 25, 50, 75, 100]
AT = dict(zip("ABC", range(3), strict=True))


def _table(counts: list[int], sums: list[int], table: str = "t", **more: Any) -> dict[str, Any]:
    return {
        "table": table,
        "population": "p",
        "dimensions": [{"name": "org", "values": list("ABC")[: len(counts)]}],
        "margins": "none",
        "counts": counts,
        "means": [{"name": "score", "low": 0, "high": 100, "answers": 5, "sums": sums}],
    } | more


def _release(*listed: dict[str, Any], previous: Kept | None = None, rule: str = "default") -> Release:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(listed)})
    found = disclosure.release(parsed, previous, disclosure.rule(rule))
    assert isinstance(found, Release)
    return found


def _shown(found: Release) -> set[str]:
    entries = found.tables[0].entries
    return {entry.at[0] or "all" for entry in entries if entry.means[0][1].value is not None}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("rule", ["default", "ons-10-5", "nhs-digital"])
def test_who_came_to_a_cell_that_was_empty_is_not_told(rule: str, answer: int) -> None:
    """Sixteen of forty went from A to B, where nobody was: A and B are forty and one."""
    first = _release(_table([40, 0], [2000, 0]), rule=rule)
    second = _release(_table([24, 17], [1200, 800 + answer]), previous=first.standing, rule=rule)
    assert _shown(first) == {"A"}
    assert _shown(second) == {"B"}
    third = _release(_table([24, 17], [1200, 800 + answer]), previous=second.standing, rule=rule)
    assert _shown(third) == _shown(second)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("left", [0, 4])
def test_who_came_as_another_cell_was_emptied_is_not_told(left: int, answer: int) -> None:
    """Where four stay behind, their answers are told, too."""
    first = _release(_table([20, 20], [1000, 1000]))
    people, sums = [41 - left, left], [2000 + answer - 50 * left, 50 * left]
    second = _release(_table(people, sums), previous=first.standing)
    assert _shown(second) == set()
    again = _release(_table([people[0], 20], [sums[0], 900]), previous=second.standing)
    assert _shown(again) <= {"B"}


@pytest.mark.parametrize("kept", ["A", "AB"])
def test_a_value_that_is_not_there_is_as_one_of_nobody(kept: str) -> None:
    """B is closed and its people go to A; or A is parted and some go to B. One comes besides."""
    both, one = _table([20, 20], [1000, 1000]), _table([41], [2075])
    first, then = (both, one) if kept == "A" else (one, both)
    assert "A" not in _shown(_release(then, previous=_release(first).standing))


def test_what_was_told_of_one_that_grew_stays_once_another_is_not_there() -> None:
    first = _release(_table([30, 20, 40], [1500, 1000, 2000]))
    grown = _release(_table([41, 20, 40], [2050, 1000, 2000]), previous=first.standing)
    without = _table([41, 20], [2050, 1000])
    assert _shown(_release(without, previous=grown.standing)) == {"A", "B"}


def test_a_total_over_a_cell_that_was_empty_is_not_that_of_the_other_and_one_more() -> None:
    first = _release(_table([20, 0], [1000, 0], margins="all"), rule="nhs-digital")
    second = _release(_table([12, 9], [600, 475], margins="all"), previous=first.standing, rule="nhs-digital")
    assert _shown(second) == set()


def test_a_total_over_a_cell_of_nobody_is_shown() -> None:
    """By a rule that shows 0, nobody's answers can be told."""
    found = _release(_table([20, 0, 30], [1000, 0, 1600], margins="all"), rule="nhs-digital")
    assert _shown(found) == {"A", "C", "all"}
