"""Every sabotage fits the source and the tests as they are now; whether it turns them red is for `make sabotage`."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sabotage import __main__ as runner
from tests.sabotage.every import SABOTAGES
from tests.sabotage.judge import BROKEN, GREEN, RED
from tests.sabotage.page import PAGE, page
from tests.sabotage.sabotage import PatchError, Sabotage
from tests.sabotage.trial import ROOT, Result, Verdict

NODE_ID = re.compile(r"(?P<path>tests/[\w/]+\.py)::(?P<name>test_\w+)(?P<parameters>\[.+\])?")


def by_name(sabotage: Sabotage) -> str:
    return sabotage.name


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=by_name)
def test_a_sabotage_applies_to_the_source_and_leaves_code_that_can_be_read(sabotage: Sabotage) -> None:
    source = (ROOT / sabotage.file).read_text("utf-8")
    changed = sabotage.applied_to(source)
    assert changed != source
    compile(changed, sabotage.file, "exec")


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=by_name)
def test_a_sabotage_names_tests_that_exist(sabotage: Sabotage) -> None:
    assert sabotage.red
    for test in sabotage.red:
        named = NODE_ID.fullmatch(test)
        assert named is not None, test
        assert named["name"] in functions_of(ROOT / named["path"]), test


def test_every_promise_is_broken_by_a_sabotage_of_a_name_of_its_own() -> None:
    assert {sabotage.promise for sabotage in SABOTAGES} == {f"P{number}" for number in range(1, 13)}
    assert len({sabotage.name for sabotage in SABOTAGES}) == len(SABOTAGES) >= 15


def test_the_page_of_sabotages_is_what_is_tried() -> None:
    """After a change: `python -m tests.sabotage --page`."""
    assert (ROOT / PAGE).read_text("utf-8") == page(SABOTAGES)


@pytest.mark.parametrize("source", ["", "old old"])
def test_a_text_that_is_not_there_once_does_not_apply(source: str) -> None:
    with pytest.raises(PatchError, match="does not apply"):
        replace(SABOTAGES[0], old="old", new="new").applied_to(source)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result([Verdict("t", RED)], 1.0), 0),
        (Result([Verdict("t", GREEN)], 1.0), 1),
        (Result([Verdict("t", BROKEN, "it cannot be imported")], 1.0), 1),
        (Result([Verdict("t", RED), Verdict("u", GREEN)], 1.0), 1),
        (Result((), 0.0, "it does not apply"), 1),
    ],
)
def test_only_a_sabotage_that_turns_every_test_red_is_noticed(
    result: Result, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "try_as_it_is", lambda tests: Result([Verdict(test, GREEN) for test in tests], 1.0))
    monkeypatch.setattr(runner, "try_with", lambda _: result)
    assert runner.main(["--only", SABOTAGES[0].name]) == code
    assert ("NOT" in (told := capsys.readouterr().out)) == (code == 1), told


def test_a_test_that_is_red_without_sabotage_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "try_as_it_is", lambda _: Result([Verdict("t", RED, "it was red before")], 1.0))
    assert runner.main(["--only", SABOTAGES[0].name]) == 1
    assert "it was red before" in capsys.readouterr().out
