"""The same cells compared twice: with those who never begin, and with those who begin later as well."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence.cells import CellTable, written
from services.evaluation.evidence.simulation import Region, region

SIZES = (*[25] * 8, 100, *[25] * 8)
WHOLE = region(
    Region(effect=0.5, organisations=17, people=25, waves=6, starts=(4,), seed=4, dropout=0, taking_part=9, sizes=SIZES)
)
"""Nine take part, the ninth has a hundred people; eight never begin."""


def starting_late(*organisations: int) -> CellTable:
    """Return the table in which these begin at wave 6 instead of 4."""
    late = {f"Organisation {number:03}" for number in organisations}
    cells = [replace(cell, cohort=6) if cell.organisation in late else cell for cell in WHOLE.cells]
    return CellTable.of(WHOLE.outcome, WHOLE.waves, cells)


def asked(folder: Path, capsys: Any, table: CellTable, control: str) -> Any:
    file = folder / "cells.json"
    file.write_text(json.dumps(written(table)), "utf-8")
    assert main(["estimate", str(file), "--control", control, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_no_organisation_is_told_by_taking_one_comparison_from_the_other(tmp_path: Path, capsys: Any) -> None:
    """MCR-30: a single organisation that begins later was the whole difference between the two."""
    table = starting_late(9)
    first = asked(tmp_path, capsys, table, "never_treated")
    second = asked(tmp_path, capsys, table, "not_yet_treated")
    assert (first["claim"]["level"] >= 2, second["claim"]["level"]) == (True, 1)
    assert second["claim"]["difference"] is None
    assert "event_study" not in second.get("beside", {}) or not second["beside"]["event_study"]
    assert "could be recognised" in second["not_compared"]


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
def test_several_that_begin_later_may_be_compared_with(tmp_path: Path, capsys: Any, control: str) -> None:
    assert asked(tmp_path, capsys, starting_late(6, 7, 8), control)["claim"]["level"] >= 2


def test_few_who_begin_in_between_are_not_told_by_the_waves_before_a_later_start(tmp_path: Path, capsys: Any) -> None:
    """At a wave before their own start they were compared with those who begin last, and with nobody in the other."""
    sizes = (*[2] * 4, *[25] * 14)
    whole = region(Region(organisations=18, waves=7, starts=(6,), seed=4, dropout=0, taking_part=10, sizes=sizes))
    early = {f"Organisation {number:03}" for number in range(1, 5)}
    cells = [replace(cell, cohort=4) if cell.organisation in early else cell for cell in whole.cells]
    table = CellTable.of(whole.outcome, whole.waves, cells)
    first = asked(tmp_path, capsys, table, "never_treated")
    second = asked(tmp_path, capsys, table, "not_yet_treated")
    assert (first["claim"]["level"] >= 2, second["claim"]["level"]) == (True, 1)
    assert second["beside"]["event_study"] == []
    assert "could be recognised" in second["not_compared"]
