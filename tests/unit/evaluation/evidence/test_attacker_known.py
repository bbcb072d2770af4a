"""Counts that means tell beside one that is hidden: many are known, and few are left to try."""

import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Release, attacker
from services.evaluation.evidence.disclosure.constraints import System


@pytest.mark.parametrize("margins", ["none", "grand_total"])
def test_many_known_counts_beside_a_hidden_one_are_no_obstacle(margins: str) -> None:
    organisations = [f"o{at}" for at in range(40)]
    counts = [4, *range(30, 69)]
    table = {
        "table": "t",
        "population": "p",
        "dimensions": [{"name": "organisation", "values": organisations}],
        "margins": margins,
        "counts": counts,
        "means": [{"name": "score", "low": 0, "high": 100, "answers": 5, "sums": [50 * count for count in counts]}],
    }
    tables = disclosure.parse({"format": "groundswell-tables/1", "tables": [table]})
    assert isinstance(disclosure.release(tables, None, disclosure.rule("default")), Release)


def test_what_is_known_narrows_what_is_written_out() -> None:
    found = System()
    found.bounds += [(0, 9), (0, 9), *((at, at) for at in range(40))]
    found.rows += [({0: 1, 1: 1, 2 + 7: 1}, 20, 21), (dict.fromkeys(range(2, 42), 1), 0, 780)]
    found.hidden |= {(0,): "a", (0, 1): "a and b", (5,): "known", (0, 41): "a and known"}
    possible = attacker.possible_values(found, 3)
    assert possible == {(0,): set(range(4, 10)), (0, 1): {13, 14}, (5,): {3}, (0, 41): set(range(43, 49))}
