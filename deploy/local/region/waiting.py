"""Waiting for something to become true elsewhere.

Guards that the region never sleeps in hope: it asks, and says what it was waiting for when its time is over.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from deploy.local.region.errors import NotInTimeError

PATIENCE_SECONDS = 180.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 0.4


async def until(missing: Callable[[], Awaitable[str | None]], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Ask until nothing is missing; `missing` returns what still is, in words.

    Raises NotInTimeError when nothing has changed for the time of patience, however long the whole takes.
    """
    deadline, pause, before = time.monotonic() + patience, _FIRST_PAUSE, ""
    while (still := await missing()) is not None:
        if still != before:
            before, deadline = still, time.monotonic() + patience
        elif time.monotonic() > deadline:
            raise NotInTimeError(f"{what}: for {patience:.0f} s {still}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
