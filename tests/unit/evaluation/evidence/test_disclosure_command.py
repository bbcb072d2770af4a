"""`release` on the command line: exit codes, what goes to which stream, and bad files said in a sentence."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from tests.unit.evaluation.evidence.declared import document


def _file(folder: Path, name: str, content: Any) -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(path)


def test_a_release_is_printed_and_what_it_stands_on_is_kept_apart(tmp_path: Path, capsys: Any) -> None:
    kept = tmp_path / "kept.json"
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 9]]))
    assert main(["release", tables, "--first", "--keep", str(kept), "--json"]) == 0
    out, err = capsys.readouterr()
    published = json.loads(out)
    assert (published["format"], published["rule"]["name"]) == ("groundswell-release/1", "default")
    assert published["tables"][0]["entries"][3]["count"] == {"value": None, "suppressed": True}
    assert err == ""
    assert json.loads(kept.read_text())["releases"][0]["tables"][0]["counts"] == [[14, 26], [33, 9]]
    assert kept.stat().st_mode & 0o077 == 0
    assert main(["release", tables, "--previous", str(kept)]) == 0
    assert "o1            g1     Hidden" in capsys.readouterr().out


def test_a_refusal_has_its_own_code_and_prints_no_number_of_a_cell(tmp_path: Path, capsys: Any) -> None:
    tables = _file(tmp_path, "tables.json", document([[7, 7], [8, 8]]))
    kept = tmp_path / "kept.json"
    assert main(["release", tables, "--first", "--rule", "nhs-digital", "--keep", str(kept)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "  people: o0, g0 (now)\n" in err
    assert not kept.exists()


def test_another_rule_is_used_with_its_weakness_said(tmp_path: Path, capsys: Any) -> None:
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 40]]))
    assert main(["release", tables, "--first", "--rule", "nhs-digital"]) == 0
    assert "recovers 2.3 % of the hidden cells exactly and narrows 13.03 %" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "tables.json:1: not JSON"),
        ('{"format": 1, "format": 2}', "tables.json: format: written twice"),
        ("[" * 100_000, "tables.json: not JSON: nested too deeply"),
        ("[" + "9" * 5000 + "]", "tables.json: not JSON: a number of thousands of digits"),
        (json.dumps(document([[14, -26], [33, 9]])), "tables.json: people: o0, g1: counts: not a whole number"),
        (json.dumps(document([[14, 26], [33, 9]])).replace("14", "NaN"), "tables.json: people: o0, g0: counts: not a"),
    ],
)
def test_a_bad_file_ends_as_a_sentence(content: str, said: str, tmp_path: Path, capsys: Any) -> None:
    assert main(["release", _file(tmp_path, "tables.json", content), "--first"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{tmp_path}/{said}")


def test_a_file_that_is_not_there_not_text_or_cannot_be_written_is_named(tmp_path: Path, capsys: Any) -> None:
    assert main(["release", str(tmp_path / "none.json"), "--first"]) == 1
    assert "cannot be read: No such file" in capsys.readouterr().err
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{")
    assert main(["release", str(tmp_path / "bytes.json"), "--first"]) == 1
    assert "not text in UTF-8" in capsys.readouterr().err
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 40]]))
    assert main(["release", tables, "--first", "--keep", str(tmp_path)]) == 1
    assert "cannot be written: not a regular file" in capsys.readouterr().err
    assert main(["release", tables, "--first", "--rule", "feeling"]) == 1
    assert "rule: no rule 'feeling'" in capsys.readouterr().err


def test_a_release_says_what_it_follows(tmp_path: Path, capsys: Any) -> None:
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 40]]))
    for given in ([], ["--first", "--previous", tables]):
        with pytest.raises(SystemExit) as caught:
            main(["release", tables, *given])
        assert caught.value.code == 2
    capsys.readouterr()
    assert main(["release", tables, "--previous", tables]) == 1
    assert "tables.json: format: not what --keep wrote" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--keep", "--csv"])
def test_nobodys_counts_are_overwritten_and_nothing_but_a_file_is_written(
    option: str, tmp_path: Path, capsys: Any
) -> None:
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 40]]))
    before = Path(tables).read_text()
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere.json")
    (tmp_path / "hard.json").hardlink_to(tables)
    for target in (tables, f"{tmp_path}/./tables.json", str(tmp_path / "hard.json")):
        assert main(["release", tables, "--first", option, target]) == 1
        assert "would overwrite what is read" in capsys.readouterr().err
    for target in ("/dev/stdout", "/dev/null", str(tmp_path / "link.json"), str(tmp_path)):
        assert main(["release", tables, "--first", option, target]) == 1
        out, err = capsys.readouterr()
        assert (out, "not a regular file" in err) == ("", True)
    assert Path(tables).read_text() == before
    kept = str(tmp_path / "kept.json")
    assert main(["release", tables, "--first", "--keep", kept]) == 0
    assert main(["release", tables, "--previous", kept, option, kept]) == 1
    assert main(["release", tables, "--first", "--keep", str(tmp_path / "new"), "--csv", str(tmp_path / "new")]) == 1
    assert "named twice" in capsys.readouterr().err
    assert main(["release", tables, "--first", option, str(tmp_path / "no" / "new.json")]) == 1
    assert "cannot be written: its folder is not there" in capsys.readouterr().err


def test_a_csv_does_not_take_the_place_of_what_a_release_stood_on_nor_of_counts(tmp_path: Path, capsys: Any) -> None:
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 40]]))
    older = _file(tmp_path, "older.json", document([[14, 20], [33, 40]]))
    spring, summer = str(tmp_path / "spring.json"), str(tmp_path / "summer.json")
    assert main(["release", tables, "--first", "--keep", spring]) == 0
    assert main(["release", tables, "--previous", spring, "--keep", summer]) == 0
    cells = _file(tmp_path, "cells.json", {"format": "groundswell-cells/1"})
    before = Path(spring).read_text(), Path(older).read_text()
    aims = ("--csv", spring), ("--csv", older), ("--keep", older), ("--csv", cells), ("--keep", cells)
    for option, target in aims:
        capsys.readouterr()
        assert main(["release", tables, "--previous", summer, option, target]) == 1
        out, err = capsys.readouterr()
        assert (out, "write to a file of its own" in err) == ("", True)
    assert (Path(spring).read_text(), Path(older).read_text()) == before
    csv = str(tmp_path / "out.csv")
    for _ in ("new", "again"):
        assert main(["release", tables, "--previous", spring, "--keep", summer, "--csv", csv]) == 0


def test_hidden_is_a_letter_in_a_file(tmp_path: Path, capsys: Any) -> None:
    score = {"name": "confidence", "low": 1, "high": 5, "sums": [[42, 60], [99, 20]]}
    tables = _file(tmp_path, "tables.json", document([[14, 26], [33, 4]], percent_of=[], means=[score]))
    assert main(["release", tables, "--first", "--csv", str(tmp_path / "out.csv")]) == 0
    capsys.readouterr()
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "table,dimension 1,value 1,dimension 2,value 2,dimension 3,value 3,measure,figure"
    assert lines[1:4] == [
        "people,organisation,o0,group,g0,,,people,10",
        "people,organisation,o0,group,g0,,,per cent,13",
        "people,organisation,o0,group,g0,,,confidence,3.0",
    ]
    assert lines[10:13] == [
        f"people,organisation,o1,group,g1,,,{what},[c]" for what in ("people", "per cent", "confidence")
    ]
    assert "people,organisation,o1,group,all,,,people,40" in lines


@pytest.mark.parametrize(
    "name", ["", " ", "all", "ALL", "Hidden", "[c]", "a\nb", "\x1b[2J", "\ud800", "\u202e", "=1+1", "x" * 121]
)
@pytest.mark.parametrize("what", ["table", "population", "dimension", "value", "mean", "title"])
def test_a_name_that_could_pass_for_something_else_is_turned_away(
    name: str, what: str, tmp_path: Path, capsys: Any
) -> None:
    if what == "title" and name.strip().lower() in ("", "all", "hidden", "[c]"):
        return
    whole = document([14, 26], means=[{"name": "confidence", "low": 1, "high": 5, "sums": [42, 60]}])
    table = whole["tables"][0]
    match what:
        case "dimension":
            table["dimensions"][0]["name"] = name
        case "value":
            table["dimensions"][0]["values"][0] = name
        case "mean":
            table["means"][0]["name"] = name
        case _:
            table[what] = name
    kept = tmp_path / "kept.json"
    assert main(["release", _file(tmp_path, "tables.json", whole), "--first", "--keep", str(kept)]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/tables.json: tables[0].")
    assert not kept.exists()


def test_a_name_is_printed_whatever_the_terminal_is_set_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = document([14, 26])
    whole["tables"][0]["title"] = "Größe"
    kept = tmp_path / "kept.json"
    printed = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(printed, "ascii"))
    assert main(["release", _file(tmp_path, "tables.json", whole), "--first", "--keep", str(kept)]) == 0
    assert kept.exists()
    assert "Größe".encode() in printed.getvalue()


def test_nothing_is_kept_of_a_release_whose_csv_has_no_folder(tmp_path: Path, capsys: Any) -> None:
    """What was kept would stand for a release that nobody got."""
    tables, kept = _file(tmp_path, "tables.json", document([[14, 26], [33, 40]])), tmp_path / "kept.json"
    options = ["--keep", str(kept), "--csv", str(tmp_path / "none" / "out.csv")]
    assert main(["release", tables, "--first", *options]) == 1
    out, err = capsys.readouterr()
    assert (out, kept.exists()) == ("", False)
    assert "out.csv: cannot be written: its folder is not there" in err
