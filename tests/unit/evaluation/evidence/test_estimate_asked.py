"""`estimate` asked in every wrong or tempting way: each ends in a sentence, and what was chosen is seen."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.evaluation.commands import main
from services.evaluation.evidence.cells import CellTable, Outcome, fold, parse, written
from services.evaluation.evidence.claims import fingerprint
from tests.unit.evaluation.evidence.asking import Plain, asked, made, refused

WAVES = ("2023-09", "2024-01", "2024-05", "2024-09")
DECLARED = {"format": "groundswell-declaration/1", "declared": "2023-01-01"}


def cells(outcome: str = "Confidence", *, seed: int = 1, effect: float = 7, organisations: int = 12) -> Plain:
    random = np.random.default_rng(seed)
    names = np.repeat([f"O{number:02}" for number in range(organisations)], 15)
    starts = np.repeat([3] * (organisations // 2) + [0] * (organisations // 2), 15)
    scores = random.normal(50, 8, (len(names), 4)) + effect * ((starts == 3)[:, None] & (np.arange(4) >= 2))
    answers = np.rint(scores).clip(0, 100).astype(np.int64)
    people = fold(names.tolist(), starts.tolist(), answers, np.ones(answers.shape, dtype=bool))
    return written(CellTable.of(Outcome(name=outcome, low=0, high=100), WAVES, people))


def test_the_comparison_and_the_seed_are_in_the_claim_and_a_chosen_one_is_a_limit(tmp_path: Path, capsys: Any) -> None:
    """MCR-30."""
    file = made(tmp_path, "a.json", cells())
    plain, other, seeded = (
        asked(capsys, file),
        asked(capsys, file, "--control", "not_yet_treated"),
        asked(capsys, file, "--seed", "5"),
    )
    said = "Whom to compare with, or the seed of the bootstrap, was chosen after the outcomes."
    assert plain["claim"]["made_from"]["control"] == "never_treated"
    assert other["claim"]["made_from"]["control"] == "not_yet_treated"
    assert [said in one["claim"]["limits"] for one in (plain, other, seeded)] == [False, True, True]
    assert plain["claim"]["seed"] != 0
    assert plain["claim"]["standards"] == {"outcomes": "outcomes/2"}
    assert asked(capsys, file, "--seed", str(plain["claim"]["seed"])) == plain


def test_what_was_declared_before_is_done_without_being_asked_for(tmp_path: Path, capsys: Any) -> None:
    file = made(tmp_path, "a.json", cells())
    declared = made(tmp_path, "d.json", DECLARED | {"control": "not_yet_treated", "seed": 11})
    claim = asked(capsys, file, "--declaration", declared)["claim"]
    assert (claim["made_from"]["control"], claim["seed"]) == ("not_yet_treated", 11)
    assert not any("chosen after" in limit for limit in claim["limits"])
    assert claim["made_from"]["declaration"]


def test_the_stream_positions_of_the_cells_are_in_the_claim(tmp_path: Path, capsys: Any) -> None:
    file = made(tmp_path, "a.json", cells() | {"cut_off": {"engagement-1": 7, "engagement-0": 1204}})
    assert asked(capsys, file)["claim"]["cut_off"] == {"engagement-0": 1204, "engagement-1": 7}


def test_secondary_outcomes_are_adjusted_and_the_claim_says_that_its_interval_is_not(
    tmp_path: Path, capsys: Any
) -> None:
    """MCR-30: the chosen outcome is one of those that are judged together."""
    one = made(tmp_path, "a.json", cells("Confidence"))
    two = made(tmp_path, "b.json", cells("Peer support", seed=2, effect=0))
    declared = made(tmp_path, "d.json", DECLARED | {"primary": "x", "secondary": ["Confidence", "Peer support"]})
    claim = asked(capsys, one, two, "--outcome", "Confidence", "--declaration", declared)["claim"]
    assert not any("nor adjusted" in limit for limit in claim["limits"])
    assert any("interval is for this outcome alone" in text for text in claim["assumptions"])
    assert len(claim["made_from"]["others"]) == 1
    alone = asked(capsys, one, "--declaration", declared)["claim"]
    assert any("nor adjusted" in limit for limit in alone["limits"])
    plain = json.loads(Path(declared).read_text("utf-8"))
    for high, rescaled in ((100, False), (50, True)):
        how = {"Confidence": {"scale": [0, 100]}, "Peer support": {"scale": [0, high]}}
        named = made(tmp_path, "e.json", plain | {"outcomes": how})
        claim = asked(capsys, one, two, "--outcome", "Confidence", "--declaration", named)["claim"]
        assert any("of one it is judged with" in limit for limit in claim["limits"]) is rescaled
    assert not any("interval is for this outcome alone" in text for text in alone["assumptions"])


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, capsys: Any) -> None:
    one, again = made(tmp_path, "a.json", cells("A")), made(tmp_path, "b.json", cells("a", seed=2))
    copied = made(tmp_path, "c.json", cells("C"))
    elsewhere = made(tmp_path, "d.json", cells("D", seed=4, organisations=10))
    later = made(tmp_path, "e.json", cells("E", seed=5) | {"waves": ["2023-09", "2024-01", "2024-05", "2024-10"]})
    for other, said in [
        (one, "given twice"),
        (again, "has the same outcome"),
        (copied, "the very answers"),
        (elsewhere, "other organisations"),
        (later, "other waves"),
    ]:
        message = refused(capsys, one, other, "--outcome", "A")
        assert said in message
        assert message.startswith(other)


def test_why_nothing_is_shown_is_said(tmp_path: Path, capsys: Any) -> None:
    for cohort in (0, 1):
        plain = cells()
        for place, cell in enumerate(plain["cells"]):
            cell |= {"cohort": cohort, "organisation": f"O{place}"}
        file = made(tmp_path, "a.json", plain)
        shown = asked(capsys, file)
        assert shown["claim"]["level"] == 0
        assert "nobody's programme began after the first wave" in shown["not_compared"]
        assert main(["estimate", file]) == 0
        assert "Not compared: nobody's programme began after the first wave" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "unit", "field"),
    [("the proof", "points", "outcome.name"), ("Confidence", "lives", "outcome.unit")],
)
def test_a_name_or_unit_is_refused_with_its_file_before_anything_is_estimated(
    tmp_path: Path, capsys: Any, name: str, unit: str, field: str
) -> None:
    plain = cells()
    plain["outcome"] |= {"name": name, "unit": unit}
    file = made(tmp_path, "a.json", plain)
    message = refused(capsys, file)
    assert message.startswith(f"{file}: {field}: ")
    assert "Estimating" not in message


@pytest.mark.parametrize("command", ["estimate", "simulate"])
@pytest.mark.parametrize("seed", ["-1", "1e3", "", "1" * 19, "\uff11"])
def test_a_seed_that_is_none_is_wrong_usage(tmp_path: Path, capsys: Any, command: str, seed: str) -> None:
    file = [made(tmp_path, "a.json", cells())] if command == "estimate" else []
    with pytest.raises(SystemExit) as left:
        main([command, *file, f"--seed={seed}"])
    assert left.value.code == 2
    assert "whole number from 0" in capsys.readouterr().err


def test_nothing_from_outside_moves_the_cursor(tmp_path: Path, capsys: Any) -> None:
    message = refused(capsys, str(tmp_path / "\x1b[2Jcells.json"))
    assert "\x1b" not in message
    assert "\\x1b[2Jcells.json" in message
    file = made(tmp_path, "a.json", cells())
    assert "\x1b" not in refused(capsys, file, "--outcome", "\x1b[2J")


def run(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.evaluation", "evidence", *arguments]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_whoever_stops_reading_gets_no_traceback() -> None:
    process = run("simulate", "--organisations", "60")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), b"Traceback" in said, b"Exception" in said) == (0, False, False)


def test_a_terminal_without_utf_8_gets_the_sentence(tmp_path: Path) -> None:
    file = made(tmp_path, "a.json", cells())
    out, err = run("estimate", file, PYTHONIOENCODING="ascii", LC_ALL="C").communicate()
    assert "“Confidence”".encode() in out
    assert b"Traceback" not in err


def asked_by(several: int) -> Plain:
    """The same organisations, asked by several instruments, other people each."""
    each = [cells(seed=number) for number in range(1, several + 1)]
    for number, plain in enumerate(each, start=1):
        for cell in plain["cells"]:
            cell["instrument"] = f"confidence/{number}"
    return each[0] | {"cells": [cell for plain in each for cell in plain["cells"]]}


def test_an_instrument_chosen_after_the_outcomes_is_a_limit_and_the_others_are_counted(
    tmp_path: Path, capsys: Any
) -> None:
    """MCR-30: one of four that suits was level 4, and its claim that of a file in which the others had never been."""
    whole = asked_by(2)
    file = made(tmp_path, "a.json", whole)
    part = made(tmp_path, "b.json", whole | {"cells": [c for c in whole["cells"] if c["instrument"][-1] == "2"]})
    named = DECLARED | {"primary": "Confidence", "organisations": sorted({c["organisation"] for c in whole["cells"]})}
    declared = [made(tmp_path, "c.json", named), made(tmp_path, "d.json", named | {"instrument": "confidence/2"})]
    said = "The instrument that was looked at was not declared before the outcomes."
    chosen = asked(capsys, file, "--declaration", declared[0], "--instrument", "confidence/2")["claim"]
    alone = asked(capsys, part, "--declaration", declared[0])["claim"]
    followed = asked(capsys, file, "--declaration", declared[1])["claim"]
    assert [said in claim["limits"] for claim in (chosen, alone, followed)] == [True, True, False]
    assert [claim["made_from"]["left_out"] for claim in (chosen, alone, followed)] == [180, None, 180]
    assert chosen["made_from"]["cells"] == followed["made_from"]["cells"] != alone["made_from"]["cells"]
    assert chosen["made_from"]["cells"] == fingerprint(parse(json.dumps(whole)))
    assert {claim["made_from"]["instrument"] for claim in (chosen, alone, followed)} == {"confidence/2"}
    assert any("answered another instrument" in text for text in followed["assumptions"])
    assert main(["estimate", file, "--declaration", declared[1]]) == 0
    assert "180 people (rounded) of other instruments are left out" in capsys.readouterr().out
    missing = made(tmp_path, "e.json", named | {"instrument": "confidence/9"})
    assert refused(capsys, file, "--declaration", missing).startswith(f"{file}: instrument: no cell has")


def test_a_simulated_region_can_be_declared(tmp_path: Path, capsys: Any) -> None:
    declared = tmp_path / "declared.json"
    assert main(["simulate", "--organisations", "14", "--declaration", str(declared)]) == 0
    file = tmp_path / "region.json"
    file.write_text(capsys.readouterr().out, "utf-8")
    limits = asked(capsys, str(file), "--declaration", str(declared))["claim"]["limits"]
    assert not any("declared" in limit for limit in limits)
    before = declared.read_bytes()
    assert main(["simulate", "--organisations", "14", "--declaration", str(declared)]) == 0
    capsys.readouterr()
    assert main(["simulate", "--organisations", "16", "--declaration", str(declared)]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"{declared}: is there already; name a file of its own\n")
    assert declared.read_bytes() == before
    assert main(["simulate", "--declaration", str(tmp_path / "none" / "d.json")]) == 1
    assert "cannot be written" in capsys.readouterr().err
