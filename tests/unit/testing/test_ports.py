"""Ports of local servers: two processes that run servers at the same time never take each other's."""

import os
import subprocess
import sys
from pathlib import Path

_GIVE = "from shared.testing.ports import free_port; print({free_port() // 2_000 for _ in range(20)}); input()"


def started(folder: Path) -> subprocess.Popen[str]:
    """Start a process that takes twenty ports, says from which parts of the range, and lives on."""
    return subprocess.Popen(
        [sys.executable, "-c", _GIVE],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def parts(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_processes_that_live_at_the_same_time_take_different_ports_and_give_them_back(tmp_path: Path) -> None:
    first, second = started(tmp_path), started(tmp_path)
    assert {parts(first), parts(second)} == {"{10}", "{11}"}
    for process in (first, second):
        process.communicate("\n")
    third = started(tmp_path)
    assert parts(third) == "{10}"
    third.communicate("\n")


def test_where_there_are_more_processes_than_parts_each_still_gets_ports(tmp_path: Path) -> None:
    many = [started(tmp_path) for _ in range(7)]
    taken = [parts(process) for process in many]
    for process in many:
        process.communicate("\n")
    assert set(taken) == {f"{{{part}}}" for part in range(10, 16)}
