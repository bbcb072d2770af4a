"""One fault run for all tests of this folder, and its table at the end of the output."""

import asyncio
import logging
import os
import secrets
import shutil
import time
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from shared.testing.history import History
from tests.fault.aftermath import Aftermath, collect
from tests.fault.people import ORGANISATIONS
from tests.fault.scenario import Faults, play, region

SEED = "GROUNDSWELL_FAULT_SEED"
KILLS = {"relay": 4, "worker": 4, "api": 4, "broker": 3, "database": 3}
KILLS_WITHOUT_MEMORY = {"relay": 3, "worker": 3, "api": 3, "database": 2}
"""For a broker that keeps nothing: it is spared."""
REPORTS = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def aftermath(kafka_kind: str, own_logs: Path, pytestconfig: pytest.Config) -> Aftermath:
    """What is left after a fault run on one kind of broker; the seed is printed and can be given."""
    seed = int(os.environ.get(SEED, secrets.randbelow(1_000_000)))
    faults = Faults(kafka_kind, seed, KILLS_WITHOUT_MEMORY if kafka_kind == "embedded" else KILLS)
    history = History(own_logs / "history.jsonl")
    reports = pytestconfig.stash.setdefault(REPORTS, [])
    reports.append(f"fault run with {SEED}={seed} on {kafka_kind}; logs and history in {own_logs}")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a client that meets a dead broker says so many times
    left = run(faults, history, own_logs)
    history.close()
    reports.append(left.report())
    return left


def run(faults: Faults, history: History, logs: Path) -> Aftermath:
    """Bring the platform up, put it through the faults, collect what is left, take it down."""
    began = time.monotonic()
    with Stack(kind=faults.broker, organisations=ORGANISATIONS, logs=logs, say=_quietly) as stack:
        up = time.monotonic()
        left = asyncio.run(_run(stack, faults, history))
        left.seconds = {"start": up - began, **left.seconds}
        down = time.monotonic()
    left.seconds |= {"stop": time.monotonic() - down, "all": time.monotonic() - began}
    return left


async def _run(stack: Stack, faults: Faults, history: History) -> Aftermath:
    async with region(stack, history, faults.seed) as found:
        began = time.monotonic()
        await play(found, faults)
        played = time.monotonic()
        left = await collect(found, faults)
        left.seconds = {"load, kills and rest": played - began, "reading and rebuilding": time.monotonic() - played}
        return left


def _quietly(_: str) -> None:
    """Say nothing; the logs say it."""


@pytest.fixture(scope="session")
def own_logs(kafka_kind: str) -> Path:
    """A folder for logs and history that stays until the next run, for whoever looks for a reason."""
    folder = Path("build/fault") / kafka_kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was killed and the conservation table, whatever the tests came to."""
    for report in config.stash.get(REPORTS, []):
        terminalreporter.section("fault run", sep="-")
        terminalreporter.write_line(report)
