"""`make fault`: every long test runs in exactly one part, and no part that failed or was empty goes unnoticed."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from tests.fault.__main__ import ONE_AFTER_THE_OTHER, together

PARTS = [paths for parts in ONE_AFTER_THE_OTHER for _, paths in parts]
LONG = sorted(str(path) for path in Path("tests").rglob("test_*.py") if "mark.long" in path.read_text("utf-8"))
OK, FAILED, EMPTY = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED


def collects(paths: Sequence[str], file: str) -> bool:
    """Return whether pytest would find a file where a part looks."""
    left_out = {path.removeprefix("--ignore=") for path in paths if path.startswith("--ignore=")}
    return file not in left_out and any(file == path or file.startswith(f"{path}/") for path in paths)


@pytest.mark.parametrize("file", [file for file in LONG if file != "tests/unit/faults/test_long_runs.py"])
def test_a_long_test_runs_in_exactly_one_part(file: str) -> None:
    assert sum(collects(paths, file) for paths in PARTS) == 1


def test_every_part_names_what_is_there() -> None:
    named = {path.removeprefix("--ignore=") for paths in PARTS for path in paths}
    assert {path for path in named if not Path(path).exists()} == set()


@pytest.mark.parametrize(
    ("codes", "code"),
    [([OK, OK], 0), ([OK, EMPTY], 0), ([OK, FAILED, OK], 1), ([EMPTY, FAILED], 1), ([OK, -9], 1), ([EMPTY], EMPTY)],
)
def test_one_part_that_failed_fails_all(codes: Collection[int], code: int) -> None:
    assert together(codes) == code
