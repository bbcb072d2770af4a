"""Means near an end of their scale: neither "Hidden" nor a mean says that all agreed, not even to one of them."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Release
from services.evaluation.evidence.disclosure.ends import Sum
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.declared import tables

DEFAULT = disclosure.rule("default")


def _table(name: str, counts: Any, sums: Any, low: int = 0, high: int = 100, **more: Any) -> dict[str, Any]:
    names = ("organisation", "group")[: np.array(counts).ndim]
    sizes = np.array(counts).shape
    return {
        "table": name,
        "population": "people",
        "margins": "all",
        "dimensions": [
            {"name": n, "values": [f"{n[0]}{i}" for i in range(size)]} for n, size in zip(names, sizes, strict=True)
        ],
        "counts": counts,
        "means": [{"name": "confidence", "low": low, "high": high, "answers": 5, "sums": sums}],
    } | more


def _release(*listed: dict[str, Any], previous: Kept | None = None) -> Release:
    found = disclosure.release(
        disclosure.parse({"format": "groundswell-tables/1", "tables": list(listed)}), previous, DEFAULT
    )
    assert isinstance(found, Release)
    return found


def _means(found: Release, table: int = 0) -> list[float | None]:
    return [entry.means[0][1].value for entry in found.tables[table].entries]


@pytest.mark.parametrize(("low", "high", "step"), [(0, 100, 25), (0, 100, 100), (1, 5, 1), (1, 7, 1), (0, 10, 1)])
@pytest.mark.parametrize("people", [10, 12, 30, 49])
def test_a_hidden_mean_may_be_that_of_all_who_agreed_or_of_two_who_did_not(
    low: int, high: int, step: int, people: int
) -> None:
    """Scores in coarse steps too: one who answered 75 beside eleven of 100 is hidden like twelve of 100."""
    for missing in range(0, 2 * (high - low) + 1, step):
        assert Sum(people, people * high - missing, low, high).near(DEFAULT)
        assert Sum(people, people * low + missing, low, high).near(DEFAULT)


@pytest.mark.parametrize(("low", "high", "step"), [(0, 100, 25), (1, 5, 1), (1, 7, 1), (0, 10, 1)])
def test_one_who_did_not_agree_does_not_learn_that_all_others_did(low: int, high: int, step: int) -> None:
    """Whatever they answered themselves: beside a hidden mean the others may have disagreed, beside a shown one did."""
    for people, missing in product((10, 12, 30, 49), range(0, high - low + 1, step)):
        others = [
            beside
            for beside in range(0, 4 * (high - low), step)
            if Sum(people, people * high - missing - beside, low, high).near(DEFAULT)
        ]
        assert others[:2] == [0, step]


def test_a_small_base_where_all_agreed_looks_like_one_where_two_did_not() -> None:
    def shown(sums: list[int]) -> Any:
        found = _release(_table("t", [30, 12, 40], sums))
        return disclosure.document(found)

    assert shown([1500, 1200, 2000]) == shown([1500, 1175, 2000]) == shown([1500, 1000, 2000])
    assert _means(_release(_table("t", [30, 12, 40], [1500, 950, 2000])))[1] == 79.2
    assert _means(_release(_table("t", [30, 55, 40], [1500, 5500, 2000])))[1] == 100.0


@pytest.mark.parametrize("total", [70, 14])
def test_a_total_does_not_tell_the_mean_of_a_cell_that_is_hidden_for_its_value(total: int) -> None:
    found = _release(_table("t", [12, 14, 13], [36, total, 39], 1, 5))
    assert _means(found) == [3.0, None, 3.0, None]


def test_a_total_so_large_that_it_tells_nothing_of_the_cell_is_shown() -> None:
    """The mean of 2,014 people may be that of sums a hundred apart on either side."""
    found = _release(_table("t", [1000, 14, 1000], [3000, 70, 3040], 1, 5))
    assert _means(found) == [3.0, None, 3.0, 3.0]


def test_another_table_of_the_same_people_does_not_tell_it_either() -> None:
    apart = {"name": "sex", "values": ["f", "m"], "unrelated": ["organisation"]}
    by_sex = _table("by sex", [20, 19], [70, 75], 1, 5) | {"dimensions": [apart]}
    by_trust = _table("by trust", [12, 14, 13], [36, 70, 39], 1, 5)
    for listed in ((by_sex, by_trust), (by_trust, by_sex)):
        found = _release(*listed)
        at = listed.index(by_sex)
        assert _means(found, at) == [None] * 3
        assert _means(found, 1 - at) == [3.0, None, 3.0, None]


def test_a_new_table_does_not_break_an_earlier_mean_down_to_those_who_agreed() -> None:
    """Of 30 with a mean of 4.0 the 16 of one group have 3.1: so the others all gave 5."""
    first = _release(_table("by trust", [30, 40], [120, 120], 1, 5))
    crossed = _table("crossed", [[16, 14], [20, 20]], [[50, 70], [60, 60]], 1, 5)
    second = _release(crossed, previous=first.standing)
    assert _means(second)[:4] == [None, None, 3.0, 3.0]
    assert _means(_release(crossed))[:4] == [3.1, None, 3.0, 3.0]


@pytest.mark.parametrize(("joined", "sums"), [(10, 1000), (10, 975), (10, 800), (10, 0), (34, 3300)])
def test_two_releases_do_not_tell_that_newcomers_all_agreed(joined: int, sums: int) -> None:
    """12 of 47.9 and 22 of 71.6 fit one sum each: so ten joined and all of them gave 100."""
    first = _release(_table("t", [12, 30, 40], [575, 1500, 2000]))
    listed = _table("t", [12 + joined, 30, 40], [575 + sums, 1500, 2000])
    second = _release(listed, previous=first.standing)
    assert (_means(first)[0], _means(second)) == (47.9, [None, 50.0, 50.0, None])
    third = _release(listed, previous=second.standing)
    assert disclosure.document(third) == disclosure.document(second)


@pytest.mark.parametrize(("joined", "sums"), [(10, 775), (10, 225), (60, 6000)])
def test_newcomers_who_did_not_agree_or_are_many_are_told_in_a_mean(joined: int, sums: int) -> None:
    first = _release(_table("t", [40, 30, 40], [1850, 1500, 2000]))
    second = _release(_table("t", [40 + joined, 30, 40], [1850 + sums, 1500, 2000]), previous=first.standing)
    assert None not in _means(second)


def test_those_who_left_and_all_agreed_are_not_told() -> None:
    first = _release(_table("t", [32, 30, 40], [1775, 1500, 2000]))
    second = _release(_table("t", [20, 30, 40], [575, 1500, 2000]), previous=first.standing)
    assert _means(second) == [None, 50.0, 50.0, None]


def test_a_region_does_not_tell_of_newcomers_who_agreed_in_one_of_its_trusts() -> None:
    """Ten joined one trust and gave 100, twenty the other: the region less the other trust tells of the ten."""
    region = {"o0": "North", "o1": "North", "o2": "South"}

    def both(counts: list[int], sums: list[int], order: int) -> list[dict[str, Any]]:
        by_trust = _table("by trust", counts, sums)
        by_trust["dimensions"][0]["within"] = {"region": region}
        by_region = _table("by region", [sum(counts[:2]), counts[2]], [sum(sums[:2]), sums[2]])
        by_region["dimensions"] = [{"name": "region", "values": ["North", "South"]}]
        return [by_trust, by_region][::order]

    for order in (1, -1):
        first = _release(*both([12, 30, 40], [575, 1500, 2000], order))
        assert None not in (*_means(first), *_means(first, 1))
        listed = both([22, 50, 40], [1575, 2500, 2000], order)
        second = _release(*listed, previous=first.standing)
        trusts = _means(second, 0 if order == 1 else 1)
        regions = _means(second, 1 if order == 1 else 0)
        assert (trusts[0], trusts[2]) == (None, 50.0)
        assert regions[0] is None or trusts[1] is None
        assert regions[1] == 50.0


def test_one_table_that_leaves_people_out_does_not_tell_that_they_agreed() -> None:
    """Of 28 by trust 16 are in the groups listed: the other twelve all gave 100."""
    crossed = _table("crossed", [[16], [20]], [[800], [1000]], margins="none")
    groups = _table("groups", [36, 24], [1800, 1800]) | {"margins": "none", "means": []}
    groups["dimensions"] = [{"name": "group", "values": ["g0", "g1"]}]
    by_trust = _table("by trust", [28, 32], [2000, 1600], margins="none")
    for listed in ((by_trust, crossed, groups), (crossed, by_trust, groups)):
        found = _release(*listed)
        assert (_means(found, 0)[0], _means(found, 1)[0]) in {(71.4, None), (50.0, None)}
        assert None not in (_means(found, 0)[1], _means(found, 1)[1])


def test_hidden_steps_of_one_are_not_counted_through_a_wide_scale() -> None:
    """People disciplined as a score of 0 to 2: nine of twenty would be a mean of 0.5."""
    score = {"name": "disciplined", "low": 0, "high": 2, "sums": [9, 60]}
    found = _release_of(tables([20, 60], means=[score]))
    assert _means(found)[0] is None


def _release_of(listed: Any) -> Release:
    found = disclosure.release(listed, None, DEFAULT)
    assert isinstance(found, Release)
    return found


def test_what_was_released_before_means_near_an_end_were_hidden_is_read_as_it_was_shown() -> None:
    old = DEFAULT.model_copy(update={"apart": 0})
    listed = disclosure.parse(
        {"format": "groundswell-tables/1", "tables": [_table("t", [30, 12, 40], [1500, 1175, 2000])]}
    )
    first = disclosure.release(listed, None, old)
    assert isinstance(first, Release)
    assert _means(first) == [50.0, 97.9, 50.0, 57.0]
    written = disclosure.kept.written(first.standing)
    with pytest.raises(EvidenceError, match="rule: the last release went by default"):
        disclosure.release(listed, disclosure.kept.parse(written), DEFAULT)
    second = disclosure.release(listed, disclosure.kept.parse(written), DEFAULT, another_rule=True)
    assert isinstance(second, Release)
    assert _means(second)[:3] == [50.0, None, 50.0]
