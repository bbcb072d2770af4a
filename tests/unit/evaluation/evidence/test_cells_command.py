"""`cells` on the command line: answers of people become the cells that adding them one by one would give."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome, parse, written
from tests.unit.evaluation.evidence.asking import made

WAVES = ("2023-09", "2024-01", "2024-05")
HEAD = "person,organisation,start,wave,score"
PEERS = ("--outcome", "Peer support", "--scale", "1", "5")
Row = tuple[str, str, str, str, str]


def answers_of(seed: int, people: int = 120) -> list[Row]:
    """Rows of people who answered some waves, in any order; some rows have no score."""
    random, rows = Random(seed), list[Row]()
    for number in range(people):
        trust = random.randrange(6)
        start = "never" if trust % 2 else random.choice(WAVES[1:])
        for wave in random.sample(WAVES, random.randint(1, 3)):
            score = random.choice(["", "1", "2", "3", "4", "5", "5"])
            rows.append((f"p{number}", f"Trust {trust}", start, wave, score))
    random.shuffle(rows)
    return rows


def one_by_one(rows: Sequence[Row]) -> CellTable:
    people = defaultdict[tuple[str, str, str], dict[int, int]](dict)
    for person, organisation, start, wave, score in rows:
        if score:
            people[person, organisation, start][WAVES.index(wave) + 1] = int(score)
    cells = []
    for (_, organisation, start), answered in people.items():
        pattern = tuple(sorted(answered))
        cohort = 0 if start == "never" else WAVES.index(start) + 1
        cells.append(Cell.person(Key(organisation, cohort, pattern), [answered[wave] for wave in pattern]))
    return CellTable.of(Outcome(name="Peer support", low=1, high=5), WAVES, cells)


def csv(folder: Path, *rows: str, head: str = HEAD) -> str:
    path = folder / "answers.csv"
    path.write_text("\n".join([head, *rows, ""]), "utf-8")
    return str(path)


@pytest.mark.parametrize("seed", range(5))
def test_cells_are_those_of_people_added_one_by_one(tmp_path: Path, capsys: Any, seed: int) -> None:
    """MCR-30: sums, products, scores and changes, to the last number, whatever the order of rows."""
    rows = answers_of(seed)
    assert main(["cells", csv(tmp_path, *map(",".join, rows)), *PEERS]) == 0
    out, err = capsys.readouterr()
    wanted = one_by_one(rows)
    assert parse(out) == wanted
    without = sum(row[-1] == "" for row in rows)
    begun, counted = err.split(" …\n")
    assert begun.startswith("Counting ")
    assert counted.startswith(
        f"{len(rows) - without} answers of {wanted.people} people in 6 organisations at 3 waves, "
    )
    assert counted.endswith(f"; {without} rows without a score are no answers.\n")


def test_what_comes_out_goes_into_a_claim_and_names_nobody(tmp_path: Path, capsys: Any) -> None:
    assert main(["cells", csv(tmp_path, *map(",".join, answers_of(7, people=400))), *PEERS]) == 0
    cells = tmp_path / "cells.json"
    cells.write_text(capsys.readouterr().out, "utf-8")
    assert '"p1' not in cells.read_text("utf-8")
    assert main(["estimate", str(cells), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["claim"]["level"] == 2


def test_the_scale_is_that_of_the_declaration(tmp_path: Path, capsys: Any) -> None:
    measured = {"scale": [0, 100], "unit": "percentage points", "better": "lower"}
    plain = {"format": "groundswell-declaration/1", "declared": "2023-01-01", "primary": "Peer support"}
    declared = made(tmp_path, "declared.json", plain | {"outcomes": {"Peer support": measured}})
    answers = csv(tmp_path, "a,R0A,never,2023-09,100")
    assert main(["cells", answers, "--outcome", "Peer support", "--declaration", declared]) == 0
    shown = json.loads(capsys.readouterr().out)["outcome"]
    assert shown == {"name": "Peer support", "unit": "percentage points", "low": 0, "high": 100, "better": "lower"}


def test_a_wave_that_looks_back_and_instruments_are_kept(tmp_path: Path, capsys: Any) -> None:
    rows = [f"{who},R0A,2024-01,{wave},3,{kind}" for who, kind in (("a", "v/1"), ("b", "v/2")) for wave in WAVES]
    answers = csv(tmp_path, *rows, head=f"{HEAD},instrument")
    assert main(["cells", answers, *PEERS, "--looks-back", *WAVES]) == 0
    table = parse(capsys.readouterr().out)
    assert table.then == (1, 2, 3)
    assert table.instruments == ("v/1", "v/2")
    assert written(table)["then"] == {"before": 1, "then": 2, "after": 3}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,R0A,never,2023-09,4", "row 3: wave: this person has answered at this wave in an earlier row"),
        ("a,R0B,never,2024-01,4", "row 3: organisation: not that of row 2, where the same person answers"),
        ("a,R0A,2024-01,2024-01,4", "row 3: start: not that of row 2"),
        ("b,R0A,2024-09,2024-01,4", "row 3: start: no such wave; write one of 2023-09, 2024-01, or never"),
        ("b,R0A,,2024-01,4", "row 3: start: must not be empty"),
        ("b,R0A,never,Autumn,4", "row 3: wave: must be a month or a day of the calendar"),
        ("b,R0A,never,2024-13,4", "row 3: wave: must be a month or a day of the calendar"),
        ("b,R0A,never,2024-01,6", "row 3: score: must be a whole number from 1 to 5"),
        ("b,R0A,never,2024-01,4.0", "row 3: score: must be a whole number from 1 to 5"),
        ("b,R0A,never,2024-01,\u0664", "row 3: score: must be a whole number from 1 to 5"),
        ("b,r0a,never,2024-01,4", "'r0a' is 'R0A' spelt otherwise"),
        ("b,R0A,never,2024-01", "row 3: 4 cells for 5 columns"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, capsys: Any, row: str, said: str) -> None:
    answers = csv(tmp_path, "a,R0A,never,2023-09,3", row)
    assert main(["cells", answers, *PEERS]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"Counting {answers} …\n{answers}: ")
    assert said in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--outcome", "Peer support"], "--scale: is missing"),
        (["--outcome", "Peer support", "--scale", "5", "1"], "low must be below high"),
        ([*PEERS, "--unit", "marks"], "unit"),
        ([*PEERS, "--looks-back", *WAVES], "--looks-back: nobody answered at 2024-01; the waves are 2023-09"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(tmp_path: Path, capsys: Any, options: list[str], said: str) -> None:
    assert main(["cells", csv(tmp_path, "a,R0A,never,2023-09,3"), *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
