"""Means beside counts: nobody who writes out every world with the same publication learns a hidden count from them."""

import os
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Refusal, Release
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.declared import tables

TABLES = int(os.environ.get("DISCLOSURE_TABLES", "30"))
DEFAULT = disclosure.rule("default")
RULES = ("default", "nhs-digital")
HIGH = 2


def _role_and_sex(roles: Any, sexes: Any, by_role: Any = None, by_sex: Any = None, high: int = 40) -> Any:
    def table(name: str, counts: Any, sums: Any, margins: str, **more: Any) -> dict[str, Any]:
        means = [] if sums is None else [{"name": "years", "low": 0, "high": high, "sums": sums}]
        values = [f"{name}{i}" for i in range(len(counts))]
        dimension = {"name": name, "values": values, **more}
        return {"table": name, "population": "p", "margins": margins, "dimensions": [dimension]} | {
            "counts": counts,
            "means": means,
        }

    listed = [table("role", roles, by_role, "none", unrelated=["sex"]), table("sex", sexes, by_sex, "all")]
    return disclosure.parse({"format": "groundswell-tables/1", "tables": listed})


def _means(found: Release, table: int) -> list[float | None]:
    return [entry.means[0][1].value for entry in found.tables[table].entries]


def test_means_of_the_same_people_in_another_table_do_not_tell_of_a_hidden_count() -> None:
    """10 of 2.0, 15 of 35.0 and all 25 of 22.3 fit 10 and 16 only, and so 9 beside a 17."""
    found = disclosure.release(_role_and_sex([9, 17], [10, 16], None, [20, 560]), None, DEFAULT)
    assert isinstance(found, Release)
    assert _means(found, 1) == [None, None, None]
    found = disclosure.release(_role_and_sex([9, 24], [13, 20], [360, 2], [361, 1]), None, DEFAULT)
    assert isinstance(found, Release)
    assert (_means(found, 0), _means(found, 1)) == ([None, None], [None, None, None])


@pytest.mark.parametrize(("counts", "sums"), [([0, 12], [0, 575]), ([1, 11], [25, 475])])
def test_a_mean_of_a_score_in_steps_of_25_does_not_tell_of_a_hidden_count(counts: Any, sums: Any) -> None:
    """47.9 fits 12 people only, and all are 10 to 12: so the hidden other is nobody."""
    score = {"name": "confidence", "low": 0, "high": 100, "sums": sums}
    found = disclosure.release(tables(counts, means=[score]), None, DEFAULT)
    assert isinstance(found, Refusal)
    assert isinstance(disclosure.release(tables(counts), None, DEFAULT), Release)


def test_a_mean_of_a_total_tells_of_the_cells_in_it() -> None:
    """The mean of the second organisation says that it has 24 people, and the total then what the first has."""
    score = {"name": "confidence", "low": 0, "high": 100, "sums": [[0, 0], [600, 550]]}
    listed = tables([[1, 0], [12, 12]], margins="all", means=[score])
    together = disclosure.releasing.Together([[disclosure.releasing.published("now", listed.tables[0], DEFAULT)]])
    ((known,),) = together.attacked()
    assert known.exact == {("o1", "g0"), ("o1", "g1")}


def test_a_mean_of_yes_and_no_is_a_count_and_is_turned_away() -> None:
    """10 people of whom 0.2 were disciplined: two or three, whom their count would have hidden."""
    score = {"name": "was disciplined", "low": 0, "high": 1, "sums": [2, 3, 3]}
    listed = tables([12, 60, 13], means=[score])
    with pytest.raises(EvidenceError, match="people: was disciplined: that is a count; give it as a dimension"):
        disclosure.release(listed, None, DEFAULT)


def test_what_was_released_with_a_mean_of_yes_and_no_is_still_read() -> None:
    score = {"name": "was disciplined", "low": 0, "high": 1, "sums": [2, 3, 3]}
    before = disclosure.kept.keep(tables([12, 60, 13], means=[score]), None, DEFAULT, "1")
    assert disclosure.kept.parse(disclosure.kept.written(before)) == before


@pytest.mark.parametrize("people", [12, 14, 30])
def test_a_mean_near_an_end_is_hidden_so_that_hiding_does_not_say_that_all_agreed(people: int) -> None:
    shown = []
    for below in range(12):
        score = {"name": "confidence", "low": 1, "high": 5, "sums": [5 * people - below, 300]}
        found = disclosure.release(tables([people, 100], means=[score]), None, DEFAULT)
        assert isinstance(found, Release)
        shown.append(_means(found, 0)[0])
    hidden = [below for below, mean in enumerate(shown) if mean is None]
    assert len(hidden) >= 2
    assert hidden == list(range(len(hidden)))
    assert all(mean is None or mean <= 4.8 for mean in shown)


def test_a_mean_over_what_the_last_release_hid_stays_hidden() -> None:
    """The last release says what all but the hidden five gave; with a mean of all, theirs would follow."""
    fine = {"name": "confidence", "low": 1, "high": 5, "answers": 5, "sums": [[25, 90], [120, 180]]}
    first = disclosure.release(tables([[5, 30], [40, 60]], margins="none", means=[fine]), None, DEFAULT)
    assert isinstance(first, Release)
    coarse = disclosure.parse(
        {
            "format": "groundswell-tables/1",
            "tables": [
                {
                    "table": "by organisation",
                    "population": "people",
                    "dimensions": [{"name": "organisation", "values": ["o0", "o1"]}],
                    "margins": "none",
                    "counts": [35, 100],
                    "means": [{**fine, "sums": [115, 300]}],
                }
            ],
        }
    )
    second = disclosure.release(coarse, first.standing, DEFAULT)
    if isinstance(second, Release):
        assert _means(second, 0)[0] is None


@pytest.mark.parametrize("rule", RULES)
def test_no_hidden_count_is_told_by_means_in_any_world_that_looks_alike(rule: str) -> None:
    """Roles without totals beside sexes with totals and means: every world of up to 60 people, scores 0 to 2."""
    by, rng, released, with_means = disclosure.rule(rule), np.random.default_rng(11), 0, 0
    worlds = np.array([(a, b, m) for a in range(31) for b in range(31) for m in range(a + b + 1)])
    for _ in range(TABLES):
        a, b = int(rng.integers(0, 12)), int(rng.integers(8, 26))
        m = int(rng.integers(0, a + b + 1))
        sums = [int(rng.integers(0, HIGH * people + 1)) for people in (m, a + b - m)]
        found = disclosure.release(_role_and_sex([a, b], [m, a + b - m], None, sums, HIGH), None, by)
        if isinstance(found, Refusal):
            continue
        released += 1
        with_means += any(mean is not None for mean in _means(found, 1))
        alike = worlds[_alike(worlds, found, by)]
        for cell, people in enumerate(((a, 0), (b, 1))):
            if found.tables[0].entries[cell].count.suppressed:
                assert people[0] in alike[:, people[1]]
                assert len(np.unique(alike[:, people[1]])) >= by.keeps
    assert released > TABLES / 4


def _alike(worlds: Any, found: Release, by: Any) -> Any:
    """Which worlds (roles a and b, m of the first sex) have these counts, and sums that give these means."""
    a, b, m = worlds.T
    sizes = [m, a + b - m, a + b]
    entries = [*found.tables[0].entries, *found.tables[1].entries]
    kinds = ["none", "none", *["grand_total"] * 3]
    fits = np.ones(len(worlds), dtype=bool)
    for people, entry, kind in zip([a, b, *sizes], entries, kinds, strict=True):
        fits &= _shown(people, by, kind) == (-1 if entry.count.value is None else entry.count.value)
    means = [entry.means[0][1].value for entry in found.tables[1].entries]
    some = np.zeros(len(worlds), dtype=bool)
    for one in range(HIGH * 30 + 1):
        lowest, highest = _sums(sizes[0], means[0])
        ok = (lowest <= one) & (one <= highest)
        least, most = _sums(sizes[1], means[1])
        whole = _sums(sizes[2], means[2])
        some |= ok & (np.maximum(least, whole[0] - one) <= np.minimum(most, whole[1] - one))
    return fits & some


def _shown(people: Any, by: Any, kind: Any) -> Any:
    step = by.round[kind]
    hidden = (people >= by.hide.low) & (people <= by.hide.high)
    return np.where(hidden, -1, (people + step // 2) // step * step)


def _sums(people: Any, mean: float | None) -> tuple[Any, Any]:
    """The least and the greatest sum of so many people's scores that is shown as a mean."""
    if mean is None:
        return 0 * people, HIGH * people
    steps = round(mean * 10)
    return np.maximum(-(-(2 * steps - 1) * people // 20), 0), np.minimum(
        ((2 * steps + 1) * people - 1) // 20, HIGH * people
    )


@pytest.mark.parametrize("rule", RULES)
def test_no_hidden_count_of_a_table_with_totals_is_told_by_its_means(rule: str) -> None:
    """Three cells and their total, each with its mean: every world with cells 0 to 24 and scores 0 to 2."""
    by, rng, told = disclosure.rule(rule), np.random.default_rng(12), 0
    grid = np.array(np.meshgrid(*[np.arange(26)] * 3, indexing="ij")).reshape(3, -1).T
    for _ in range(TABLES):
        counts = rng.integers(0, 22, size=3)
        sums = [int(rng.integers(0, HIGH * people + 1)) for people in counts]
        score = {"name": "score", "low": 0, "high": HIGH, "sums": sums}
        found = disclosure.release(tables(counts, means=[score]), None, by)
        if isinstance(found, Refusal):
            continue
        entries, sizes = found.tables[0].entries, [*grid.T, grid.sum(axis=1)]
        fits = np.ones(len(grid), dtype=bool)
        for people, entry in zip(sizes, entries, strict=True):
            fits &= _shown(people, by, "grand_total") == (-1 if entry.count.value is None else entry.count.value)
        ends = [_sums(people, entry.means[0][1].value) for people, entry in zip(sizes, entries, strict=True)]
        low, high = sum(end[0] for end in ends[:3]), sum(end[1] for end in ends[:3])
        fits &= (low <= ends[3][1]) & (ends[3][0] <= high)
        told += any(entry.means[0][1].value is not None for entry in entries)
        for cell, entry in enumerate(entries[:3]):
            if entry.count.suppressed:
                assert len(np.unique(grid[fits][:, cell])) >= by.keeps
    assert told > TABLES / 4


@pytest.mark.parametrize(("counts", "sums"), [([190, 10], [600, 30]), ([190], [630])])
def test_a_score_with_two_sums_over_the_same_people_is_turned_away(counts: list[int], sums: list[int]) -> None:
    """200 people of 600 points are not 200 of 630, nor have ten who are left out -30. One of the means was shown."""

    def table(name: str, by: str, counts: list[int], sums: list[int] | None) -> dict[str, Any]:
        means = [] if sums is None else [{"name": "score", "low": 1, "high": 5, "answers": 5, "sums": sums}]
        values, other = [f"{by}{i}" for i in range(len(counts))], "sex" if by == "org" else "org"
        dimension = {"name": by, "values": values, "unrelated": [other]}
        return {"table": name, "population": "p", "margins": "all", "dimensions": [dimension]} | {
            "counts": counts,
            "means": means,
        }

    listed = [table("orgs", "org", [100, 100], [300, 300]), table("sexes", "sex", counts, sums)]
    parsed = disclosure.parse(
        {"format": "groundswell-tables/1", "tables": [*listed, table("both", "sex", [190, 10], None)]}
    )
    with pytest.raises(EvidenceError, match="orgs: score: does not sum the answers of the same people as sexes in all"):
        disclosure.release(parsed, None, DEFAULT)
