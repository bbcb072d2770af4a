"""Output that cannot be written, or that nobody waits for any more: a sentence or nothing, never a traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "services.evaluation", "evidence"]
DESIGN = ["design", "--organisations", "6", "--people", "20", "--starts", "2", "0"]


@pytest.mark.parametrize("arguments", [["simulate", "--organisations", "4"], DESIGN], ids=["simulate", "design"])
def test_a_full_disk_is_told_in_a_sentence(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"standard output: cannot be written: No space left on device\n")


@pytest.mark.parametrize("closed", ["1", "2"], ids=["output", "messages"])
def test_what_was_closed_from_the_start_is_as_if_nobody_read_it(closed: str) -> None:
    shell = ["sh", "-c", f'exec "$@" {closed}>&-', "sh"]
    ended = subprocess.run([*shell, *COMMAND, "simulate", "--organisations", "4"], capture_output=True, check=False)
    assert (ended.returncode, b"Traceback" in ended.stderr) == (0, False)
    assert bool(ended.stdout) is (closed == "2")


def test_whoever_interrupts_gets_no_traceback(tmp_path: Path) -> None:
    asked = tmp_path / "cells.json"
    os.mkfifo(asked)
    process = subprocess.Popen(
        [*COMMAND, "estimate", str(asked)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever starts tests in the background lets them ignore interruptions, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one thread here
    )
    with asked.open("wb"):  # waits until the command reads
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, (b"", b""))
