"""What tests of the relay share: rows to send, and a wire that remembers them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.mongo import Database
from shared.outbox import Change, StoreDoor
from shared.topics import Topics
from tests.toys import attended, because


class Wire:
    """Remembers what was handed over; answers as scripted, like a broker that fails now and then."""

    def __init__(self, refuse: Sequence[str] = ()) -> None:
        self.sent: list[tuple[str, int]] = []
        self.refuse = set(refuse)
        self.gone: set[str] = set()
        """Topics that are not there."""
        self.hold: asyncio.Event | None = None
        self.entered = asyncio.Event()
        self.slow: Callable[[], object] = lambda: None
        self.together: list[int] = []

    async def publish(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[str]:
        self.entered.set()
        self.together.append(len(rows))
        self.slow()
        if self.hold is not None:
            await self.hold.wait()
        good = [row for row in rows if row["subject"] not in self.refuse and row["topic"] not in self.gone]
        self.sent += [(row["subject"], row["seq"]) for row in good]
        return [row["_id"] for row in good]

    async def close(self) -> None:
        self.closed = True


async def state(store: Database, participant: str, versions: int) -> None:
    door = StoreDoor(store, "engagement", topics=Topics())
    for version in range(1, versions + 1):
        await door.save([Change("docs", participant, {}, version - 1, [attended(participant, version)])], because())


async def waiting(store: Database) -> int:
    return await store.collection("outbox").count_documents({})
