"""Tries tests on a throw-away copy of the tree, as it is or with a sabotage in it.

Guards that the tree itself is never touched, that a run that hangs is ended with everything it started, and that a
test which was not run is never taken for one that passed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.sabotage.judge import BROKEN, GREEN, RED
from tests.sabotage.sabotage import PatchError, Sabotage

ROOT = Path(__file__).parents[2]
COPIED = ("deploy", "docs", "services", "shared", "tests", "pyproject.toml")
LINKED = (".venv", "build")
LONGEST_SECONDS = 300.0
LOG = "judge.log"
_END = 1500
_ENVIRONMENT = {"GROUNDSWELL_TEST_PARTS": "embedded", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Verdict:
    """What became of one test: `green`, `red` or `broken`, and what it said."""

    test: str
    outcome: str
    said: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a sabotage, or of the tree as it is when there was none."""

    verdicts: Sequence[Verdict]
    seconds: float
    trouble: str = ""
    """Why nothing was tried."""

    @property
    def green(self) -> bool:
        """Whether every test passed."""
        return not self.trouble and all(verdict.outcome == GREEN for verdict in self.verdicts)

    @property
    def red(self) -> bool:
        """Whether every test failed by its own judgement."""
        return not self.trouble and all(verdict.outcome == RED for verdict in self.verdicts)


def try_as_it_is(tests: Sequence[str]) -> Result:
    """Run tests on an unchanged copy."""
    return _run(tests, None)


def try_with(sabotage: Sabotage) -> Result:
    """Run the tests that must turn red on a copy with the bug in it."""
    return _run(sabotage.red, sabotage)


def _run(tests: Sequence[str], sabotage: Sabotage | None) -> Result:
    started = time.monotonic()
    with _copy() as tree:
        try:
            if sabotage is not None:
                sabotage.apply(tree)
        except PatchError as error:
            return Result((), 0.0, str(error))
        found = _judge(tree, tests)
        missing = (BROKEN, f"no verdict; the end of the log:\n{_end_of(tree / LOG)}")
    verdicts = [Verdict(test, *found.get(test, missing)) for test in tests]
    complaints = [Verdict(name, *told) for name, told in found.items() if name not in tests and told[0] == BROKEN]
    return Result([*verdicts, *complaints], time.monotonic() - started)


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="groundswell-sabotage-") as folder:
        tree = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, tree / name)
        for name in LINKED:
            if (ROOT / name).exists():
                (tree / name).symlink_to((ROOT / name).resolve())
        yield tree


def _judge(tree: Path, tests: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return outcome and words by test; nothing for what was not run."""
    path = tree / "verdicts.json"
    command = [sys.executable, "-m", "tests.sabotage.judge", str(path), *tests]
    with (tree / LOG).open("wb") as log:
        process = subprocess.Popen(
            command, cwd=tree, env=os.environ | _ENVIRONMENT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LONGEST_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    found: Mapping[str, Sequence[str]] = json.loads(path.read_bytes()) if path.exists() else {}
    return found


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-_END:]
