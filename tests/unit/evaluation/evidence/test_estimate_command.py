"""`estimate`, `design` and `simulate` on the command line: from made-up cells to a claim; bad files in a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence.claims import conclude
from services.evaluation.evidence.estimate import estimate
from services.evaluation.evidence.simulation import Region, region

DECLARED = {"format": "groundswell-declaration/1", "declared": "2023-01-01", "primary": "confidence to challenge"}
REGION = ["--organisations", "14", "--people", "12", "--effect", "0.8", "--dropout", "0"]


def simulated(folder: Path, capsys: Any, *options: str) -> str:
    assert main(["simulate", *options]) == 0
    path = folder / "region.json"
    path.write_text(capsys.readouterr().out, "utf-8")
    return str(path)


def test_cells_become_a_claim_with_what_may_stand_beside_it(tmp_path: Path, capsys: Any) -> None:
    """MCR-30: the sentence, every figure and what it takes to reproduce it, twice the same."""
    cells = simulated(tmp_path, capsys, *REGION)
    assert main(["estimate", cells, "--json"]) == 0
    first = capsys.readouterr()
    shown = json.loads(first.out)
    assert set(shown) == {"claim", "beside"}
    assert shown["claim"]["level"] == 2
    assert shown["claim"]["interval"][0] < 8 < shown["claim"]["interval"][1]
    assert shown["beside"]["event_study"]
    assert first.err == f"Estimating from {cells} …\n"
    assert main(["estimate", cells, "--json"]) == 0
    assert capsys.readouterr().out == first.out


def test_the_table_begins_with_the_sentence_and_ends_with_what_made_it(tmp_path: Path, capsys: Any) -> None:
    cells = simulated(tmp_path, capsys, *REGION)
    assert main(["estimate", cells, "--outcome", "confidence to challenge", "--seed", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("“confidence to challenge”: scores moved by")
    assert any(line.startswith("smallest detectable") for line in lines)
    assert any(line.startswith("detected ") for line in lines)
    assert "diff-diff 3.13.0; seed 3;" in lines[-1]


def test_a_declared_protocol_is_read(tmp_path: Path, capsys: Any) -> None:
    cells = simulated(tmp_path, capsys, *REGION)
    declared = tmp_path / "declared.json"
    declared.write_text(json.dumps(DECLARED), "utf-8")
    assert main(["estimate", cells, "--declaration", str(declared), "--json"]) == 0
    limits = json.loads(capsys.readouterr().out)["claim"]["limits"]
    assert not any("declared beforehand" in limit for limit in limits)


def test_one_organisation_a_side_is_not_told_of_in_numbers(tmp_path: Path, capsys: Any) -> None:
    """MCR-30: neither a figure nor a count leaves a claim of level 0."""
    cells = simulated(tmp_path, capsys, "--organisations", "2", "--people", "40")
    for form in ([], ["--json"]):
        assert main(["estimate", cells, *form]) == 0
        shown = capsys.readouterr().out
        assert "40" not in shown
        assert "Not enough responses to show." in shown


def test_without_a_comparison_the_reason_is_said_and_no_difference(tmp_path: Path, capsys: Any) -> None:
    cells = Path(simulated(tmp_path, capsys, *REGION))
    plain = json.loads(cells.read_text("utf-8"))
    plain["cells"] = [cell for cell in plain["cells"] if cell["cohort"]]
    cells.write_text(json.dumps(plain), "utf-8")
    assert main(["estimate", str(cells)]) == 0
    shown = capsys.readouterr().out
    assert "Not compared: there is no comparison" in shown
    assert "\ndifference" not in shown
    assert main(["estimate", str(cells), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert all(limit in shown for limit in said["claim"]["limits"])
    assert said["not_compared"].startswith("there is no comparison")


@pytest.mark.parametrize(
    ("content", "what"),
    [("{}", "format"), ("", "JSON"), (None, "cannot be read"), ('{"format": "groundswell-cells/9"}', "wrong version")],
)
def test_a_file_that_cannot_be_used_ends_with_a_sentence_and_code_1(
    tmp_path: Path, capsys: Any, content: str | None, what: str
) -> None:
    """MCR-30: never a traceback, never a number."""
    path = tmp_path / "cells.json"
    if content is not None:
        path.write_text(content, "utf-8")
    assert main(["estimate", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert str(path) in err
    assert what in err


def test_an_outcome_or_instrument_that_no_file_has_is_refused(tmp_path: Path, capsys: Any) -> None:
    cells = simulated(tmp_path, capsys, *REGION)
    for option in (["--outcome", "wages"], ["--instrument", "then"]):
        assert main(["estimate", cells, *option]) == 1
        assert option[0] in capsys.readouterr().err


def test_a_design_says_what_it_could_detect_and_records_its_draw(tmp_path: Path, capsys: Any) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes("\ufeffTrust A\r\nTrust B\n\nCouncil\nCharity\n".encode())
    asked = ["design", "--organisations", "4", "--people", "20", "--names", str(names), "--starts", "3", "0"]
    assert main([*asked, "--seed", "5"]) == 0
    text = capsys.readouterr().out
    assert "too few organisations on a side to test anything" in text
    assert "could detect" not in text
    assert "The formula alone would say 1.50 standard deviations" in text
    assert "dealt out 3, 0. Record all three in a declaration now" in text
    assert "a draw that is not recorded before the first wave counts for nothing" in text
    assert main([*asked, "--json"]) == 0
    drawn = json.loads(capsys.readouterr().out)["order"]
    assert main([*asked, "--json", "--seed", str(drawn["seed"])]) == 0
    assert json.loads(capsys.readouterr().out)["order"] == drawn
    assert sorted(drawn["starts"]) == ["Charity", "Council", "Trust A", "Trust B"]
    sure = ["design", "--organisations", "12", "--people", "1", "--stability", ".9999999", "--icc", "0", "--starts"]
    assert main([*sure, "4", "0"]) == 0
    assert " 0.00 " not in capsys.readouterr().out
    assert main([*sure, "4"]) == 1
    assert capsys.readouterr().err == "starts: nobody is left to compare with: give 0, or a later start\n"
    assert main(["design", "--organisations", "5", "--people", "20", "--names", str(names)]) == 1
    assert "4 names for 5 organisations" in capsys.readouterr().err


def test_a_design_counts_the_rounding_of_its_claim_where_the_spread_is_known(capsys: Any) -> None:
    asked = ["design", "--organisations", "16", "--people", "12", "--json", "--seed", "5"]
    found = []
    for more in ([], ["--spread", "0.8"]):
        assert main([*asked, *more]) == 0
        found.append(json.loads(capsys.readouterr().out)["design"]["detectable"])
    assert found[1] - found[0] == pytest.approx(0.1 / 0.8)
    assert main([*asked[:-3], "--seed", "5"]) == 0
    assert "in steps of 0.1 of the outcome's unit, and needs one more" in capsys.readouterr().out
    for wrong in ("0", "-1", "nan", "inf"):
        assert main([*asked, "--spread", wrong]) == 1
        assert capsys.readouterr().err.startswith("spread: give a standard deviation above 0")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_spread_beside_which_nothing_is_a_number_is_refused(capsys: Any, form: list[str]) -> None:
    """`inf` standard deviations is no design, and `Infinity` no JSON."""
    assert main(["design", "--organisations", "12", "--people", "20", "--spread", "1e-320", *form]) == 1
    out, err = capsys.readouterr()
    assert (out, err[:14]) == ("", "spread: so sma")


def test_a_region_that_cannot_be_made_up_is_refused(capsys: Any) -> None:
    assert main(["simulate", "--organisations", "1"]) == 1
    assert capsys.readouterr().err == "organisations: has to be from 2 to 1,000\n"
    for options in (["--organisations", "1000", "--people", "100000"], ["--sizes", "0"]):
        assert main(["simulate", *options]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("people", "starts", "shown"), [(1, ["4", "0"], False), (2, ["4", "0"], True)])
def test_nothing_is_promised_of_people_so_few_that_no_claim_shows_them(
    people: int, starts: list[str], capsys: Any, *, shown: bool
) -> None:
    """Twelve organisations of one person were promised a change of 1.63 deviations, and had a claim of level 0."""
    asked = ["design", "--organisations", "12", "--people", str(people), "--starts", *starts, "--seed", "1"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert ("could detect a change" in said.splitlines()[0]) is shown
    assert "too few people, nothing is shown" in said
    assert main([*asked, "--json"]) == 0
    assert (json.loads(capsys.readouterr().out)["design"]["inference"] == "none") is not shown
    truth = Region(effect=4.0, organisations=12, people=people, waves=5, starts=(4,), dropout=0.0)
    table = region(truth)
    assert (conclude(table, estimate(table)).level > 0) is shown


@pytest.mark.parametrize(
    ("organisations", "people", "sure"), [(6, 9, False), (6, 10, True), (10, 9, False), (10, 10, True), (12, 9, True)]
)
def test_how_sure_a_change_is_is_promised_as_a_claim_will_say_it(
    organisations: int, people: int, capsys: Any, *, sure: bool
) -> None:
    asked = ["design", "--organisations", str(organisations), "--people", str(people), "--seed", "1"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    first = said.splitlines()[0]
    assert ("could detect a change" in first, "too few people in each" in first) == (sure, not sure)
    assert ("give the people of a small one" in said) is sure
    table = region(Region(effect=4.0, organisations=organisations, people=people, waves=5, starts=(4,), dropout=0.0))
    assert (conclude(table, estimate(table)).detected is True) is sure
