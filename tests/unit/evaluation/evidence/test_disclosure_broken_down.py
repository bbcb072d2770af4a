"""A mean of earlier, broken down by a table that was not there then, or held otherwise then, tells no newcomer."""

from typing import Any

import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Release

DEFAULT = disclosure.rule("default")
Cells = dict[tuple[str, str], tuple[int, int]]
"""People and the sum of their answers, by trust and band."""
REGION = {"A": "North", "B": "North"}
OLD: Cells = {("A", "x"): (44, 2250), ("A", "y"): (40, 2075), ("B", "x"): (60, 2900), ("B", "y"): (50, 2400)}


def _moved(cells: Cells, *moves: tuple[str, str, int, int]) -> Cells:
    found = dict(cells)
    for trust, band, people, total in moves:
        there = found[trust, band]
        found[trust, band] = there[0] + people, there[1] + total
    return found


def _table(name: str, cells: Cells, *names: str) -> dict[str, Any]:
    values = {"trust": ["A", "B"], "band": ["x", "y"], "region": ["North"]}
    within = {
        "trust": {"within": {"region": REGION}, "unrelated": ["band"]},
        "band": {"unrelated": ["trust", "region"]},
    }

    def nested(which: int, place: dict[str, str], left: tuple[str, ...]) -> Any:
        if left:
            return [nested(which, {**place, left[0]: value}, left[1:]) for value in values[left[0]]]
        known = ({"trust": trust, "band": band, "region": REGION[trust]} for trust, band in cells)
        return sum(cell[which] for at, cell in zip(known, cells.values(), strict=True) if place.items() <= at.items())

    score = {"name": "score", "low": 0, "high": 100, "answers": 5, "sums": nested(1, {}, names)}
    dimensions = [{"name": one, "values": values[one], **within.get(one, {})} for one in names]
    return {"table": name, "population": "p", "margins": "all", "dimensions": dimensions} | {
        "counts": nested(0, {}, names),
        "means": [score],
    }


def _shown(previous: Release | None, *listed: dict[str, Any]) -> tuple[Release, dict[tuple[str | None, ...], bool]]:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(listed)})
    found = disclosure.release(parsed, previous and previous.standing, DEFAULT)
    assert isinstance(found, Release)
    return found, {
        (table.declared.table, *entry.at): not entry.means[0][1].suppressed
        for table in found.tables
        for entry in table.entries
    }


@pytest.mark.parametrize("order", [1, -1])
def test_a_total_less_a_part_that_a_new_table_shows_tells_no_newcomer(order: int) -> None:
    """The region less trust A is trust B with a newcomer, whom the earlier table does not have."""
    first, before = _shown(
        None, {**_table("both", OLD, "trust", "band"), "margins": "none"}, _table("regions", OLD, "region")
    )
    now = _moved(OLD, ("A", "x", 11, 600), ("B", "x", 1, 75))
    _, after = _shown(first, *[_table("regions", now, "region"), _table("further", now, "trust")][::order])
    assert before["both", "B", "x"]
    assert before["both", "B", "y"]
    assert not (after["regions", "North"] and after["further", "A"])
    assert after["regions", "North"] or after["further", "A"]


def test_a_new_cross_of_two_tables_tells_no_newcomer_of_cells_that_moved_apart() -> None:
    """Trust A less its band y is its band x of before, and so on to the newcomer of trust B, band x."""
    first, before = _shown(None, _table("trusts", OLD, "trust"), _table("bands", OLD, "band"))
    now = _moved(OLD, ("A", "x", 11, 600), ("B", "x", 1, 75), ("B", "y", 24, 1200))
    _, after = _shown(first, _table("both", now, "trust", "band"))
    assert before["trusts", "A"]
    assert before["bands", "x"]
    assert not (after["both", "A", "y"] and after["both", "B", "x"])


def test_what_was_hidden_beside_another_table_stays_hidden_while_it_stands() -> None:
    """All of the second release less cells of the third, and what one of these held in the second, is a newcomer."""
    first, _ = _shown(None, _table("regions", OLD, "region"), _table("both", OLD, "trust", "band"))
    second = _moved(OLD, ("A", "x", -15, -700), ("B", "x", 1, 75))
    held, between = _shown(first, _table("regions", second, "region"), _table("both", second, "trust", "band"))
    third = _moved(second, ("B", "x", -18, -900))
    _, after = _shown(held, _table("regions", third, "region"), _table("both", third, "trust", "band"))
    assert between["regions", "North"]
    assert between["both", "B", "x"]
    assert not between["both", "A", "x"]
    assert not after["both", "A", "x"]
