"""What the judge says of tests that pass, that judge and fail, and that could not run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sabotage.judge import BROKEN, GREEN, RED
from tests.sabotage.trial import ROOT

TESTS = """
import pytest

def test_that_passes():
    assert True

def test_that_judges():
    assert 1 == 2

def test_that_misses_an_error():
    with pytest.raises(KeyError):
        pass

def test_that_waits_in_vain():
    raise TimeoutError

def test_whose_code_is_broken():
    undefined

@pytest.fixture
def broken():
    raise AssertionError

def test_whose_fixture_is_broken(broken):
    assert True

@pytest.fixture
def untidy():
    yield
    raise RuntimeError

def test_that_judges_and_leaves_something_behind(untidy):
    assert 1 == 2
"""


def judged(folder: Path, *tests: str) -> dict[str, str]:
    verdicts = folder / "verdicts.json"
    command = [sys.executable, "-m", "tests.sabotage.judge", str(verdicts), *tests]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    return {test: outcome for test, (outcome, _) in json.loads(verdicts.read_bytes()).items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_none.py").write_text("import nothing_of_that_name\n")
    return tmp_path


def test_only_what_a_test_itself_says_is_red(folder: Path) -> None:
    assert judged(folder, "test_some.py") == {
        "test_some.py::test_that_passes": GREEN,
        "test_some.py::test_that_judges": RED,
        "test_some.py::test_that_misses_an_error": RED,
        "test_some.py::test_that_waits_in_vain": RED,
        "test_some.py::test_whose_code_is_broken": BROKEN,
        "test_some.py::test_whose_fixture_is_broken": BROKEN,
        "test_some.py::test_that_judges_and_leaves_something_behind": RED,
    }


def test_what_cannot_be_collected_is_broken(folder: Path) -> None:
    assert judged(folder, "test_none.py") == {"test_none.py": BROKEN}
