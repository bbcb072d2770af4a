"""All long fault runs: what measures a time runs alone, the rest two at a time.

Guards that the whole of it fits into an evening without a figure being that of a busy machine: outages and poison are
judged by a clock, everything else only by what is left.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence

import pytest

from tests.fault.running import SEED, new_seed

Part = tuple[str, Sequence[str]]
"""What a run of pytest is called in front of each of its lines, and what it collects."""
ONE_AFTER_THE_OTHER: Sequence[Sequence[Part]] = (
    (("outages", ["tests/fault/long/test_outages.py"]),),
    (("poison", ["tests/fault/kernel/test_poison.py"]),),
    (
        (
            "platform",
            [f"tests/fault/long/test_{name}.py" for name in ("churn", "freezes", "random_kills")],
        ),
        (
            "kernel",
            ["tests/fault/kernel", "--ignore=tests/fault/kernel/test_poison.py", "tests/unit/together"],
        ),
    ),
)
_FINE = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
_SAYING = threading.Lock()


def main(arguments: Sequence[str]) -> int:
    """Run all parts, each with pytest's `arguments` besides; returns 0 when all that ran held and something ran."""
    os.environ[SEED] = str(new_seed())
    codes: dict[str, int] = {}
    for parts in ONE_AFTER_THE_OTHER:
        running = [(name, _start(name, [*paths, *arguments])) for name, paths in parts]
        codes |= {name: _end(process, told) for name, (process, told) in running}
    _say("fault runs", f"with {SEED}={os.environ[SEED]}")
    for name, code in codes.items():
        _say("fault runs", f"{name}: {_words(code)}")
    return together(codes.values())


def _start(name: str, arguments: Sequence[str]) -> tuple[subprocess.Popen[str], threading.Thread]:
    """Begin a run of pytest whose lines are said as they come."""
    command = [sys.executable, "-m", "pytest", "-m", "long", "-s", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    telling = threading.Thread(target=_tell, args=(name, process), name=f"tells of {name}")
    telling.start()
    return process, telling


def _tell(name: str, process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        _say(name, line.rstrip())


def _end(process: subprocess.Popen[str], telling: threading.Thread) -> int:
    telling.join()
    return process.wait()


def _say(name: str, line: str) -> None:
    with _SAYING:
        print(f"{name:8} | {line}", flush=True)  # noqa: T201 -- for people


def _words(code: int) -> str:
    """Return how a run of pytest ended, in words."""
    match code:
        case pytest.ExitCode.OK:
            return "holds"
        case pytest.ExitCode.NO_TESTS_COLLECTED:
            return "not asked for"
    return "DOES NOT HOLD"


def together(codes: Collection[int]) -> int:
    """Return the exit code of all: nothing that was asked for is a mistake as well."""
    if set(codes) <= {pytest.ExitCode.NO_TESTS_COLLECTED}:
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    return int(not set(codes) <= _FINE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
