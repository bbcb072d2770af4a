"""Tables of the same people, and releases one after another: what they tell together is never more than is refused."""

import os
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Refusal, Release
from services.evaluation.evidence.errors import EvidenceError

TABLES = int(os.environ.get("DISCLOSURE_TABLES", "30"))
ROUND10 = disclosure.rule("k10-round10")
DEFAULT = disclosure.rule("default")
CELLS = [[9, 14, 14, 14, 14], [40, 60, 40, 50, 60]]
GROUPS = ("a", "b", "c", "d", "e")


def _table(name: str, counts: Any, dimensions: dict[str, Any], **more: Any) -> dict[str, Any]:
    listed = [
        {"name": dimension, **(values if isinstance(values, dict) else {"values": list(values)})}
        for dimension, values in dimensions.items()
    ]
    return {"table": name, "population": "p", "margins": "none", "dimensions": listed, "counts": counts, **more}


def _release(*tables: dict[str, Any], previous: Kept | None = None, rule: Any = ROUND10, **more: Any) -> Any:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(tables)}, "t.json")
    return disclosure.release(parsed, previous, rule, **more)


BY_GROUP = _table("byOrgGroup", CELLS, {"org": "XY", "group": GROUPS})
BY_ORG = _table("byOrg", [65, 250], {"org": "XY"})
REGIONS = {"X1": "X", "X2": "X", "X3": "X", "X4": "X", "X5": "X", "Z1": "Z", "Z2": "Z"}


@pytest.mark.parametrize(
    "second",
    [
        BY_ORG,
        _table("byOrg", [250, 65], {"org": "YX"}),
        _table("byOrg", [65, 250], {"Org": "XY"}),
        _table("byOrg", [65, 250], {"ORG": "xy"}),
        _table("byOrg", [65, 250], {"org": "XY"}, population="P"),
        _table("byOrg", [65, 250, 30], {"org": "XYZ"}),
    ],
)
def test_tables_of_the_same_people_are_tied_value_by_value(second: Any) -> None:
    """X, a = 9 follows from four tens of at most 14 and a seventy: every way of writing it is refused."""
    for tables in ((BY_GROUP, second), (second, BY_GROUP)):
        found = _release(*tables)
        assert isinstance(found, Refusal)
        assert any(cell.startswith("byOrgGroup: X, a") for cell in found.cells)


def test_a_table_with_one_value_more_is_tied_in_the_others() -> None:
    nhs = disclosure.rule("nhs-digital")
    small = _table("t", [[7, 12], [40, 60]], {"org": "XY", "group": "ab"})
    assert isinstance(_release(small, _table("o", [19, 100, 30], {"org": "XYZ"}), rule=nhs), Refusal)


def _trusts(**more: Any) -> dict[str, Any]:
    return _table("byTrust", [9, 14, 14, 14, 14, 50, 60], {"trust": {"values": list(REGIONS), **more}})


def test_a_coarser_table_is_tied_by_what_is_declared_and_refused_where_nothing_is() -> None:
    regions = _table("byRegion", [65, 110], {"region": "XZ"})
    assert isinstance(_release(_trusts(within={"region": REGIONS}), regions), Refusal)
    with pytest.raises(EvidenceError, match="byTrust: trust: how does it relate to region of byRegion"):
        _release(_trusts(), regions)
    assert isinstance(_release(_trusts(unrelated=["region"]), regions), Release)
    twice = _table("byRegion", [65, 110], {"trust": "XZ"})
    with pytest.raises(EvidenceError, match=r"byTrust: trust: z1 is in no place of byRegion, .* has z "):
        _release(_table("byTrust", [65, 50, 60], {"trust": ["X", "Z1", "Z2"]}), twice)


@pytest.mark.parametrize("margins", ["none", "all"])
def test_a_coarser_value_that_is_spelt_otherwise_is_turned_away(margins: str) -> None:
    """Else RA and RB are held against nobody: the mean of North less RA's would be that of the nine in RB."""
    mean = {"name": "score", "low": 1, "high": 5, "answers": 5}

    def found(north: str) -> Any:
        regions = _table("byRegion", [59, 29], {"region": ("North", "South")}, means=[{**mean, "sums": [172, 93]}])
        within = {"region": {"RA": north, "RB": north, "RC": "South"}}
        trust = {"trust": {"values": ["RA", "RB", "RC"], "within": within}}
        trusts = _table("byTrust", [50, 9, 29], trust, means=[{**mean, "sums": [135, 37, 93]}])
        return _release(*({**table, "margins": margins} for table in (regions, trusts)), rule=DEFAULT)

    assert isinstance(found("north"), Refusal)
    with pytest.raises(EvidenceError, match=r"byRegion: region: north is in no place of byTrust, .* has nrth"):
        found("Nrth")


def test_of_two_means_of_the_same_people_that_differ_by_a_newcomer_one_is_hidden() -> None:
    """One table holds the newcomer back and the other does not: side by side they would show what they answered."""

    def tables(cells: Any, sums: Any) -> Any:
        score = {"name": "confidence", "low": 1, "high": 5, "answers": 5}
        fine = _table("fine", cells, {"org": "XY", "group": "ab"}, margins="all", means=[{**score, "sums": sums}])
        rows, totals = ([sum(row) for row in numbers] for numbers in (cells, sums))
        return fine, _table("rows", rows, {"org": "XY"}, means=[{**score, "sums": totals}])

    def means(found: Release, table: int) -> dict[Any, float | None]:
        return {entry.at: entry.means[0][1].value for entry in found.tables[table].entries}

    first = _release(*tables([[20, 30], [40, 60]], [[60, 90], [120, 180]]), rule=DEFAULT)
    assert (means(first, 0)["X", None], means(first, 1)["X",]) == (3.0, 3.0)
    second = _release(*tables([[32, 31], [40, 60]], [[96, 95], [120, 180]]), previous=first.standing, rule=DEFAULT)
    assert (means(second, 0)["X", None], means(second, 1)["X",]) == (3.0, None)
    assert (means(second, 0)["Y", None], means(second, 1)["Y",]) == (3.0, 3.0)


def test_a_value_that_nobody_has_does_not_untie_tables() -> None:
    by_group = _table("byGroup", [49, 74, 54, 64, 74, 0], {"group": "abcdef"})
    assert isinstance(_release(BY_GROUP, BY_ORG, by_group), Refusal)
    by_org = _table("byOrg", [65, 250, 0], {"org": "XYZ"})
    assert isinstance(_release(BY_GROUP, by_org, by_group), Refusal)


def test_a_trust_may_change_its_region_between_two_releases_but_not_within_one() -> None:
    first = _release(_trusts(within={"region": REGIONS}))
    moved = {**REGIONS, "Z1": "X"}
    assert isinstance(_release(_trusts(within={"region": moved}), previous=first.standing), Release)
    second = _table(
        "other", [9, 14, 14, 14, 14, 50, 60], {"trust": {"values": list(REGIONS), "within": {"region": moved}}}
    )
    with pytest.raises(EvidenceError, match="within: another table of the same people puts Z1 elsewhere"):
        _release(_trusts(within={"region": REGIONS}), second)


BOARDS = {"a": "I1", "c": "I1", "e": "I2"}


def _by_trust_and_by_board(region: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two trusts of nine in one board of 18: together they tell both; `region` is that of the board."""
    within = {"within": {"board": BOARDS, "region": dict.fromkeys(BOARDS, "N")}}
    boards = {"values": ["I1", "I2"], "within": {"region": {"I1": region, "I2": "N"}}}
    return (
        _table("byTrust", [9, 9, 40], {"trust": {"values": list(BOARDS), **within}}),
        _table("byBoard", [18, 40], {"board": boards}),
    )


def test_a_trust_does_not_lie_in_one_region_and_its_board_in_another() -> None:
    ons = disclosure.rule("ons-10-5")
    assert isinstance(_release(*_by_trust_and_by_board("N"), rule=ons), Refusal)
    with pytest.raises(EvidenceError, match=r"trust: within: a lies in n, and by way of i1 in s; correct one of them"):
        _release(*_by_trust_and_by_board("S"), rule=ons)


@pytest.mark.parametrize("trusts_first", [True, False])
def test_a_board_that_moved_since_is_still_held_against_its_trusts(trusts_first: bool) -> None:
    ons, tables = disclosure.rule("ons-10-5"), _by_trust_and_by_board("S")
    one, other = tables if trusts_first else reversed(tables)
    assert isinstance(_release(other, previous=_release(one, rule=ons).standing, rule=ons), Refusal)


def test_a_region_of_a_region_is_tied_too() -> None:
    countries = {"within": {"country": {"X": "E", "Z": "W"}}}
    regions = _table("byRegion", [65, 110], {"region": {"values": ["X", "Z"], **countries}})
    country = _table("byCountry", [65, 110], {"country": "EW"})
    assert isinstance(_release(_trusts(within={"region": REGIONS}), regions, country), Refusal)
    alone = _release(
        _trusts(within={"region": REGIONS, "country": {v: "EW"[r == "Z"] for v, r in REGIONS.items()}}), country
    )
    assert isinstance(alone, Refusal)


@pytest.mark.parametrize("people", [[66, 250], [64, 250], [65, 251]])
def test_tables_of_one_population_that_count_different_people_are_turned_away(people: list[int]) -> None:
    with pytest.raises(EvidenceError, match=r"byOrgGroup: counts: does not count the same people as byOrg in [xy],"):
        _release(BY_GROUP, _table("byOrg", people, {"org": "XY"}))


def test_tables_without_a_common_dimension_are_tied_by_all_people() -> None:
    roles = _table("byRole", [9, 14, 14], {"role": {"values": ["l", "f", "o"], "unrelated": ["sex"]}})
    sexes = _table("bySex", [24, 13], {"sex": "MF"})
    with pytest.raises(EvidenceError, match="does not count the same people as bySex in all"):
        _release(roles, _table("bySex", [24, 14], {"sex": "MF"}))
    assert isinstance(_release(roles, sexes), Release)
    exposed = _table("byRole", [9, 14, 14, 14, 14], {"role": {"values": GROUPS, "unrelated": ["all people"]}})
    total = _table("everybody", [65], {"all people": ["here"]})
    assert isinstance(_release(exposed, total), Refusal)


def test_a_different_table_in_the_next_release_is_tied_to_the_last() -> None:
    first = _release(BY_GROUP)
    assert isinstance(first, Release)
    for people in ([65, 250], [66, 250]):
        second = _release(_table("byOrg", people, {"org": "XY"}), previous=first.standing)
        assert isinstance(second, Refusal)
    third = _release(
        _table("byRegion", [315], {"region": {"values": ["all of it"], "unrelated": ["org", "group"]}}),
        previous=first.standing,
    )
    assert isinstance(third, Release)


def test_tables_that_were_held_apart_stay_tied() -> None:
    """X, b went from 14 to 24 and X, a from 9 to 10: held, so that the tables stand on different people."""
    first = _release(BY_GROUP)
    assert isinstance(first, Release)
    moved = _table("byOrgGroup", [[10, 24, 14, 14, 14], CELLS[1]], {"org": "XY", "group": GROUPS})
    assert isinstance(_release(moved, _table("byOrg", [76, 250], {"org": "XY"}), previous=first.standing), Refusal)


def test_no_hidden_figure_of_random_tables_of_the_same_people_is_recovered() -> None:
    """Cells, rows and columns as three tables, values in any order, in one release or in two; attacked afresh."""
    rng, released, refused = np.random.default_rng(9), 0, 0
    for _ in range(TABLES):
        shape = tuple(rng.integers(2, 5, size=2))
        counts = rng.poisson(rng.gamma(1.0, 16.0, size=shape))
        documents = _together(counts, rng)
        if documents is None:
            refused += 1
            continue
        released += 1
        assert min(_widths(documents, shape), default=DEFAULT.keeps) >= DEFAULT.keeps
    assert released > TABLES * 0.3
    assert released + refused == TABLES


def _together(counts: Any, rng: Any) -> list[Any] | None:
    """What is published of one population by three tables, in one release or in two; None where it is refused."""
    rows, columns = rng.permutation(counts.shape[0]), rng.permutation(counts.shape[1])
    both = {"org": [f"O{i}" for i in rows], "Group": [f"g{i}" for i in columns]}
    fine = _table("fine", counts[np.ix_(rows, columns)].tolist(), both, margins=str(rng.choice(["none", "all"])))
    by_row = _table("rows", counts.sum(axis=1).tolist(), {"Org": [f"o{i}" for i in range(counts.shape[0])]})
    by_column = _table("columns", counts.sum(axis=0).tolist(), {"group": [f"G{i}" for i in range(counts.shape[1])]})
    first = _release(fine, *([by_row, by_column] if rng.random() < 0.5 else []), rule=DEFAULT)
    if isinstance(first, Refusal):
        return None
    second = _release(by_column, by_row, previous=first.standing, rule=DEFAULT)
    return None if isinstance(second, Refusal) else [disclosure.document(first), disclosure.document(second)]


def _widths(documents: list[Any], shape: tuple[int, ...]) -> list[int]:
    """How many values are left to each hidden figure, by linear programmes over the documents alone."""
    rows, limits, hidden = [], [], []
    for table in (table for document in documents for table in document["tables"]):
        step = table["rounded_to"]
        for entry in table["entries"]:
            at = {name.lower(): int(value[1:]) for name, value in entry["at"].items()}
            place = np.zeros(shape)
            place[at.get("org", slice(None)), at.get("group", slice(None))] = 1
            row, value = place.ravel(), entry["count"]["value"]
            low, high = (0, 9) if value is None else (max(value - step // 2, 10), value - step // 2 + step - 1)
            rows += [row, -row]
            limits += [high, -low]
            hidden += [row] if value is None else []
    ends = [[linprog(sign * row, np.array(rows), limits).fun for sign in (1, -1)] for row in hidden]
    return [int(np.floor(-high + 1e-6) - np.ceil(low - 1e-6)) + 1 for low, high in ends]
