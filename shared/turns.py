"""Whose turn it is, within one process, to decide about what many ask for at once.

A courtesy, not the guard: a document's version decides. Without it many requests at once would spend their tries on
each other, and of all the work that a busy process does most would be thrown away; with it only processes compete, one
request each.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from shared.errors import UnavailableError

TURN_SECONDS = 5.0
"""How long a request waits for its turn: while the database is away nobody stands behind a long queue."""


class Turns:
    """Turns by the name of what is decided about; who came first is first, and names nobody asks for are forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        """Hold the turn inside the block; raises UnavailableError when it does not come in time."""
        lock = self._locks.setdefault(name, asyncio.Lock())
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await lock.acquire()
        except TimeoutError:
            raise UnavailableError("many ask for the same at once; try again shortly") from None
        try:
            yield
        finally:
            lock.release()
