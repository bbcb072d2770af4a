"""What looks alike is one thing or refused, what is a count is no mean, and who is left out is not told either."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Refusal, Release
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.declared import document, tables

DEFAULT = disclosure.rule("default")
CELLS = [[0, 13, 13, 13, 13], [40, 60, 40, 50, 60]]


def _table(name: str, counts: Any, population: str = "staff-2024", **dimensions: Any) -> dict[str, Any]:
    listed = [{"name": one, "values": list(values)} for one, values in dimensions.items()]
    return {"table": name, "population": population, "margins": "none", "dimensions": listed, "counts": counts}


def _release(*listed: dict[str, Any], previous: Kept | None = None) -> Release | Refusal:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(listed)})
    return disclosure.release(parsed, previous, DEFAULT)


FINE, ROWS = _table("fine", CELLS, org="XY", group="abcde"), _table("rows", [52, 250], org="XY")
TWIN = "\u043erg"
ALIKE = ["staff\u20132024", "staff\u20112024", "st\u0430ff-2024", "staff-2024\ufe0f", "staff-2O24", "staff-2024\u3164"]


@pytest.mark.parametrize("twin", ALIKE)
def test_populations_that_look_alike_are_not_taken_for_different_people(twin: str) -> None:
    assert isinstance(_release(FINE, ROWS), Refusal)
    for listed in ((FINE, {**ROWS, "population": twin}), ({**FINE, "population": twin}, ROWS)):
        with pytest.raises(EvidenceError, match=r"population: .* look alike and are not the same"):
            _release(*listed)


@pytest.mark.parametrize(
    "other",
    [
        {**ROWS, "table": "f\u0456ne"},
        _table("rows", [52, 250], **{TWIN: "XY"}),
        _table("rows", [52, 250], org="\u0425Y"),
        {**ROWS, "dimensions": [{"name": "org", "values": ["X", "Y"], "unrelated": ["gr0up"]}]},
        {**ROWS, "dimensions": [{"name": "org", "values": ["X", "Y"], "within": {"group": {"X": "a", "Y": "\u00e1"}}}]},
    ],
)
def test_tables_dimensions_and_values_that_look_alike_are_turned_away(other: Any) -> None:
    with pytest.raises(EvidenceError, match="look alike and are not the same; write one name alike everywhere"):
        _release(FINE, other)


def test_what_looks_like_a_name_of_the_last_release_is_turned_away() -> None:
    first = _release(_table("rows", [52, 250], org="XY"))
    assert isinstance(first, Release)
    renamed = {**_table("other", [53, 250], "staff\u20132024", org="XY"), "new": True}
    with pytest.raises(EvidenceError, match="population: staff-2024 and staff\u20132024 look alike"):
        _release(renamed, previous=first.standing)
    assert isinstance(_release({**renamed, "renamed_from": "rows"}, previous=first.standing), Release)
    with pytest.raises(EvidenceError, match="others: population: in no release before"):
        _release(ROWS, {**ROWS, "table": "others", "population": "staff 2024"}, previous=first.standing)


@pytest.mark.parametrize(
    "name",
    [
        "\u0430ll",
        "a1l",
        "al1",
        "\u043011",
        "aII",
        "[\u0441]",
        "Hidden\ufe0f",
        "H\u0456dden",
        "H\u00efdden",
        "all\u3164",
    ],
)
def test_a_value_that_looks_like_a_total_or_like_something_hidden_is_turned_away(name: str) -> None:
    with pytest.raises(EvidenceError, match="are kept for totals and hidden figures"):
        _release(_table("rows", [52, 250], org=["X", name]))


@pytest.mark.parametrize("name", ["a11", "A11"])
def test_a_code_of_a_letter_and_a_number_is_no_total(name: str) -> None:
    """With a one for each l it looks like all; between A10 and A12 nobody takes it for that."""
    assert isinstance(_release(_table("rows", [52, 250, 90], org=["A10", name, "A12"])), Release)


@pytest.mark.parametrize("name", ["\uff1d1+1", "\u22121", "\u20131", "\uff0b1", " =1", "\ufe0f=1"])
def test_a_name_that_looks_like_a_formula_is_turned_away(name: str) -> None:
    with pytest.raises(EvidenceError, match="begins with a sign that spreadsheets take for a formula"):
        _release({**ROWS, "title": name})


def test_names_of_other_scripts_and_signs_within_a_name_are_names() -> None:
    fine = _table("\u03b2-blockers", [52, 250, 40], org=["Krak\u00f3w", "\u041a\u0438\u0457\u0432", "16\u201324"])
    assert isinstance(_release(fine), Release)


@pytest.mark.parametrize(
    ("unit", "mean", "more"),
    [
        ("per cent", "score", {"percent_of": []}),
        ("people", "per cent", {"percent_of": []}),
        ("score", "Score", {}),
        ("people", "pe\u043eple", {}),
    ],
)
def test_two_columns_of_a_table_do_not_have_one_name(unit: str, mean: str, more: Any) -> None:
    score = {"name": mean, "low": 1, "high": 5, "sums": [42, 180]}
    with pytest.raises(
        EvidenceError, match=r"people: means: what is counted .unit., per cent and each mean need names"
    ):
        tables([14, 60], unit=unit, means=[score], **more)


def _score(low: int, high: int, sums: list[int], **more: Any) -> Any:
    return disclosure.release(
        tables([12, 60, 13], margins="none", means=[{"name": "score", "low": low, "high": high, "sums": sums} | more]),
        None,
        DEFAULT,
    )


@pytest.mark.parametrize(
    ("low", "high", "sums"), [(0, 100, [200, 3000, 300]), (1, 5, [20, 220, 45]), (0, 20, [20, 100, 30])]
)
def test_a_yes_or_no_on_a_wider_scale_is_a_count_and_is_turned_away(low: int, high: int, sums: list[int]) -> None:
    """Of 12, 60 and 13 people 2, 30 and 3; or 2, 40 and 8; or, at ten points each, 2, 10 and 3."""
    with pytest.raises(EvidenceError, match="people: score: its sums are those of a yes or no on a wider scale"):
        _score(low, high, sums)
    assert isinstance(_score(low, high, sums, answers=5), Release)


@pytest.mark.parametrize(
    ("people", "high", "sums"), [([60, 63], 100, [200, 2400]), ([60, 63], 10, [20, 240]), ([60], 100, [200])]
)
def test_a_yes_or_no_of_one_group_or_two_is_a_count_too(people: list[int], high: int, sums: list[int]) -> None:
    """Of 60 people two said yes, at 100 or ten points each: a mean of 3.3 of 100 would tell that."""
    score = {"name": "score", "low": 0, "high": high, "sums": sums}
    with pytest.raises(EvidenceError, match="people: score: its sums are those of a yes or no on a wider scale"):
        disclosure.release(tables(people, means=[score]), None, DEFAULT)
    for other in (score | {"answers": 5}, score | {"sums": [sums[0] + 25, *sums[1:]]}):
        assert isinstance(disclosure.release(tables(people, means=[other]), None, DEFAULT), Release)


def test_a_score_of_several_answers_is_none() -> None:
    assert isinstance(_score(0, 100, [225, 3000, 300]), Release)
    assert isinstance(_score(0, 20, [130, 700, 90]), Release)
    assert isinstance(_score(0, 2, [8, 60, 14]), Release)  # even by chance, once in eight


def test_those_whom_a_cross_leaves_out_are_not_told_by_what_is_printed() -> None:
    """52 at most are X and four times 13 at least are listed: nobody of X is in group a."""
    groups = _table("groups", [40, 73, 53, 63, 73], group="abcde")
    groups["dimensions"][0]["unrelated"] = ["org"]
    full = (FINE, ROWS, groups)
    without = _table("fine", [row[1:] for row in CELLS], org="XY", group="bcde")
    assert isinstance(_release(*full), Refusal)
    found = _release(without, *full[1:])
    assert isinstance(found, Refusal)
    assert found.cells == ("fine: x, those left out beside rows (now)",)
    first = _release(*full[1:])
    assert isinstance(first, Release)
    assert isinstance(_release(without, previous=first.standing), Refusal)


def test_a_cross_that_leaves_out_many_or_a_few_who_may_be_others_is_released() -> None:
    for group_a in ([30, 40], [5, 5]):
        cells = [[20, 20, 20, 20], [60, 40, 50, 60]]
        rows = _table("rows", [80 + group_a[0], 210 + group_a[1]], org="XY")
        groups = _table("groups", [sum(group_a), 80, 60, 70, 80], group="abcde")
        assert isinstance(_release(_table("fine", cells, org="XY", group="bcde"), rows, groups), Release)


def test_a_first_release_does_not_overwrite_what_another_stood_on(tmp_path: Path, capsys: Any) -> None:
    listed, kept = tmp_path / "tables.json", tmp_path / "spring.json"
    listed.write_text(json.dumps(document([14, 26])))
    assert main(["release", str(listed), "--first", "--keep", str(kept)]) == 0
    before = kept.read_text()
    listed.write_text(json.dumps(document([15, 26])))
    capsys.readouterr()
    assert main(["release", str(listed), "--first", "--keep", str(kept)]) == 1
    assert "spring.json: holds what an earlier release stood on; give it as --previous" in capsys.readouterr().err
    assert kept.read_text() == before


def test_a_stale_release_does_not_overwrite_what_a_later_one_stood_on(tmp_path: Path, capsys: Any) -> None:
    listed, spring, summer = (tmp_path / name for name in ("tables.json", "spring.json", "summer.json"))

    def release(people: int, *options: object) -> int:
        listed.write_text(json.dumps(document([people, 40])))
        return main(["release", str(listed), *map(str, options)])

    assert release(60, "--first", "--keep", spring) == 0
    assert release(80, "--previous", spring, "--keep", summer) == 0
    assert release(80, "--previous", spring, "--keep", summer) == 0
    before = summer.read_text()
    capsys.readouterr()
    assert release(100, "--previous", spring, "--keep", summer) == 1
    error = capsys.readouterr()
    assert "summer.json: holds what a release stood on that this one does not know" in error.err
    assert not error.out
    assert summer.read_text() == before
