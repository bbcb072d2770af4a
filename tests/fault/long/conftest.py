"""One long fault run for each module of this folder, or for each of its rounds."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.testing.history import History
from tests.fault.aftermath import Aftermath
from tests.fault.long.progress import Progress
from tests.fault.running import SEED, new_seed, run
from tests.fault.scenario import Faults

Undergo = Callable[[str, Faults], Aftermath]


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of all long runs, said once; rounds count up from it."""
    chosen = new_seed()
    print(f"\nlong fault runs with {SEED}={chosen}; logs and histories in build/fault/long")  # noqa: T201 -- for people
    return chosen


@pytest.fixture(scope="session")
def undergo() -> Undergo:
    """Put a platform of its own through some faults, telling how it goes, and return what is left."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a client that meets a dead broker says so many times

    def undergone(title: str, faults: Faults) -> Aftermath:
        logs = Path("build/fault/long") / title.replace(" ", "-")
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir(parents=True)
        history = History(logs / "history.jsonl")
        with Progress(f"{title} (seed {faults.seed})", history) as progress:
            left = run(faults, history, logs, progress.tell)
        history.close()
        (logs / "report.txt").write_text(left.report() + "\n")
        print(f"\n{title}\n{left.report()}\n", flush=True)  # noqa: T201 -- for people
        return left

    return undergone
