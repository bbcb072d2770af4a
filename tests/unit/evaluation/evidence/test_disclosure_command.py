"""`release` on the command line: exit codes, what goes to which stream, and bad files said in a sentence."""

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
