"""`check` on the command line: whether a claim fits together, and whether its cells make the very same one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence.claims import rule
from tests.unit.evaluation.evidence.asking import Plain, made

DECLARED = {"format": "groundswell-declaration/1", "declared": "2023-01-01", "primary": "confidence to challenge"}


@pytest.fixture
def region(tmp_path: Path, capsys: Any) -> tuple[str, str]:
    """Cells and a claim made of them with a seed and a comparison of its own."""
    assert main(["simulate", "--organisations", "14", "--people", "12", "--effect", "0.8", "--dropout", "0"]) == 0
    cells = tmp_path / "cells.json"
    cells.write_text(capsys.readouterr().out, "utf-8")
    assert main(["estimate", str(cells), "--seed", "5", "--control", "never_treated", "--json"]) == 0
    claim = tmp_path / "claim.json"
    claim.write_text(capsys.readouterr().out, "utf-8")
    return str(cells), str(claim)


def changed(claim: str, change: Callable[[Plain], object]) -> str:
    """A copy of what was printed, altered."""
    shown = json.loads(Path(claim).read_text("utf-8"))
    change(shown)
    return made(Path(claim).parent, "altered.json", shown)


def test_the_cells_of_a_claim_make_it_again_by_what_it_names(region: tuple[str, str], capsys: Any) -> None:
    """MCR-30: every claim carries what it takes to reproduce it, and does reproduce."""
    cells, claim = region
    assert main(["check", claim, cells]) == 0
    assert capsys.readouterr().out == f"{claim}: the same, byte for byte, as what these files make.\n"
    alone = made(Path(claim).parent, "alone.json", json.loads(Path(claim).read_text("utf-8"))["claim"])
    assert main(["check", alone, cells]) == 0


def test_without_its_cells_a_claim_only_fits_together(region: tuple[str, str], capsys: Any) -> None:
    assert main(["check", region[1]]) == 0
    assert "found out only from them" in capsys.readouterr().out


def test_a_forgery_in_which_all_fits_together_is_caught_by_the_cells(region: tuple[str, str], capsys: Any) -> None:
    """MCR-30: more people than answered fit every figure; what stands beside a claim is held to the cells as well."""
    cells, claim = region

    def more(shown: Plain) -> None:
        shown["claim"]["people"] += 100
        shown["beside"]["event_study"] = []

    forged = changed(claim, more)
    assert main(["check", forged]) == 0
    capsys.readouterr()
    assert main(["check", forged, cells]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["beside.event_study", "claim.people"]
    assert lines[1].endswith(": 180; from these files 80")


def test_other_cells_or_choices_make_another_claim(region: tuple[str, str], tmp_path: Path, capsys: Any) -> None:
    cells, claim = region
    declared = made(tmp_path, "declared.json", DECLARED)
    assert main(["check", claim, cells, "--declaration", declared]) == 3
    assert "claim.made_from.declaration: null; from these files" in capsys.readouterr().out
    assert main(["check", claim, cells, "--seed", "6"]) == 3
    assert "claim.seed: 5; from these files 6" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda shown: shown["claim"].update(sentence="It works."), "sentence: a claim of level 2 may not say"),
        (lambda shown: shown["claim"].update(difference=5.0), ": does not fit the rest of the claim"),
        (lambda shown: shown["claim"].update(difference=float("nan")), "difference: must be a number"),
        (
            lambda shown: shown["claim"].update(rule="evidence/1 ladder/1"),
            f"than this program has ({rule()}): check it",
        ),
        (lambda shown: shown["claim"].pop("level"), "level: is missing; write it"),
        (lambda shown: shown.update(claim=[1]), "no claim, but it should be"),
        (lambda shown: shown.pop("claim"), "no claim, but it should be"),
    ],
)
def test_what_does_not_fit_together_is_named(
    region: tuple[str, str], capsys: Any, change: Callable[[Plain], object], said: str
) -> None:
    altered = changed(region[1], change)
    assert main(["check", altered]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{altered}: ")
    assert said in err
