"""One fault run for all tests of this folder; what was killed and its table come at the end of the output."""

import logging
import shutil
from pathlib import Path

import pytest

from shared.testing.history import History
from tests.fault.aftermath import Aftermath
from tests.fault.running import SEED, new_seed, run
from tests.fault.scenario import Faults
from tests.said import say

KILLS = {"relay": 3, "worker": 3, "api": 3, "broker": 2, "database": 2}
KILLS_WITHOUT_MEMORY = {"relay": 2, "worker": 3, "api": 2, "database": 2}
"""For a broker that keeps nothing: it is spared."""


@pytest.fixture(scope="session")
def aftermath(kafka_kind: str, own_logs: Path, pytestconfig: pytest.Config) -> Aftermath:
    """What is left after a fault run on one kind of broker; the seed is printed and can be given."""
    seed = new_seed()
    faults = Faults(kafka_kind, seed, KILLS_WITHOUT_MEMORY if kafka_kind == "embedded" else KILLS)
    history = History(own_logs / "history.jsonl")
    title = f"fault run on {kafka_kind}"
    say(pytestconfig, title, f"fault run with {SEED}={seed} on {kafka_kind}; logs and history in {own_logs}")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a client that meets a dead broker says so many times
    left = run(faults, history, own_logs)
    history.close()
    say(pytestconfig, title, left.report())
    return left


@pytest.fixture(scope="session")
def own_logs(kafka_kind: str) -> Path:
    """A folder for logs and history that stays until the next run, for whoever looks for a reason."""
    folder = Path("build/fault") / kafka_kind
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how long the long runs are; they are deselected unless asked for by their mark."""
    group = parser.getgroup("long fault runs")
    group.addoption("--rounds", type=int, default=5, help="rounds of random kills (5)")
    group.addoption("--kills", type=int, default=62, help="random kills in a round (62)")
    group.addoption("--freezes", type=int, default=4, help="freezes of each kind of process (4)")
    group.addoption("--churn", type=float, default=180.0, help="seconds in which workers join and leave (180)")
    group.addoption("--outage", type=float, default=60.0, help="seconds of each outage (60)")
