"""One fault run from the start of the platform to what is left of it.

Guards that a run can be repeated: it is known and said by which seed everything that is random was chosen.
"""

import asyncio
import os
import secrets
import time
from pathlib import Path

from deploy.local.stack import Stack
from shared.testing.history import History
from tests.fault.aftermath import Aftermath, collect
from tests.fault.people import ORGANISATIONS
from tests.fault.scenario import Faults, Tell, play, region

SEED = "GROUNDSWELL_FAULT_SEED"


def new_seed() -> int:
    """Return the seed that was asked for, otherwise any."""
    return int(os.environ.get(SEED) or secrets.randbelow(1_000_000))


def _quietly(_: str) -> None:
    """Say nothing; the logs say it."""


def run(faults: Faults, history: History, logs: Path, tell: Tell = _quietly) -> Aftermath:
    """Bring the platform up, put it through the faults, collect what is left, take it down."""
    began = time.monotonic()
    tell("the platform starts")
    with Stack(kind=faults.broker, organisations=ORGANISATIONS, logs=logs, say=_quietly) as stack:
        up = time.monotonic()
        left = asyncio.run(_run(stack, faults, history, tell))
        left.seconds = {"start": up - began, **left.seconds}
        down = time.monotonic()
        tell("the platform stops")
    left.seconds |= {"stop": time.monotonic() - down, "all": time.monotonic() - began}
    return left


async def _run(stack: Stack, faults: Faults, history: History, tell: Tell) -> Aftermath:
    async with region(stack, history, faults.seed) as found:
        found.tell = tell
        began = time.monotonic()
        await play(found, faults)
        played = time.monotonic()
        tell("reading and rebuilding")
        left = await collect(found, faults)
        left.seconds = {"load, kills and rest": played - began, "reading and rebuilding": time.monotonic() - played}
        return left
