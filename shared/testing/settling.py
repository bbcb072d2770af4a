"""Waiting until nothing is under way: outboxes empty, every reader at the end of what it reads.

Guards that tests wait for a condition and never for a time, and that a worker which failed fails the test with its own
error instead of a timeout.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from aiokafka.errors import KafkaError

from shared.errors import UnavailableError
from shared.mongo import Database, guard
from shared.outbox import COLLECTION
from shared.testing.stream import Follower, Offsets, ends_of

_PAUSE = 0.05


class Ends(Protocol):
    """Anything that runs until it ends by itself: a worker, a relay."""

    async def wait(self) -> None:
        """Return or raise when it ends."""


class UnsettledError(AssertionError):
    """The deadline came before everything was handled; the message says what is still under way."""


async def settle(
    brokers: str,
    *,
    databases: Sequence[Database] = (),
    followers: Sequence[Follower] = (),
    workers: Sequence[Ends] = (),
    deadline: float = 60.0,
) -> None:
    """Return when every outbox is empty and every follower has reached the end of its topics.

    `databases` are those whose outbox counts, `followers` come from `stream.reaction` and `stream.projection`. When
    one of `workers` ends by itself, its error is raised. After `deadline` seconds: `UnsettledError`.
    """
    watch = _Watch(brokers, databases, followers)
    settling = asyncio.ensure_future(watch.settled())
    lives = [asyncio.ensure_future(worker.wait()) for worker in workers]
    done, _ = await asyncio.wait([settling, *lives], timeout=deadline, return_when=asyncio.FIRST_COMPLETED)
    for task in (settling, *lives):
        task.cancel()
    await asyncio.gather(settling, *lives, return_exceptions=True)
    for life in lives:
        if life in done:
            life.result()
            raise UnsettledError("a worker ended before everything was handled")
    if not done:
        raise UnsettledError(f"not settled after {deadline:.0f} s: {watch.under_way}")
    settling.result()


async def eventually(
    condition: Callable[[], Awaitable[object]],
    *,
    deadline: float = 30.0,
    what: str = "the condition",
    pause: float = _PAUSE,
) -> None:
    """Return when `condition()` answers something true; `UnsettledError` after `deadline` seconds.

    `pause` is between two looks, in seconds: longer where looking is work for what is looked at.
    """
    try:
        async with asyncio.timeout(deadline):
            while not await condition():  # noqa: ASYNC110 -- what is awaited happens in another process
                await asyncio.sleep(pause)
    except TimeoutError:
        raise UnsettledError(f"{what} did not come true within {deadline:.0f} s") from None


class _Watch:
    """Looks again and again; `under_way` says what it waits for."""

    def __init__(self, brokers: str, databases: Sequence[Database], followers: Sequence[Follower]) -> None:
        self._brokers, self._databases, self._followers = brokers, databases, followers
        self._topics = tuple(sorted({topic for follower in followers for topic in follower.topics}))
        self.under_way = "nothing has been looked at yet"

    async def settled(self) -> None:
        """Return when two looks at the ends agree with nothing under way between them."""
        ends: Offsets | None = None
        while True:
            try:
                await self._until(self._backlog)
                before, ends = ends, await self._ends()
                if before == ends:
                    return
                await self._until(partial(behind, self._followers, ends))
            except (UnavailableError, KafkaError, OSError) as problem:
                self.under_way, ends = f"a part is away: {problem}", None
                await asyncio.sleep(_PAUSE)

    async def _ends(self) -> Offsets:
        return await ends_of(self._brokers, self._topics) if self._topics else {}

    async def _until(self, look: Callable[[], Awaitable[str]]) -> None:
        while True:
            self.under_way = await look()
            if not self.under_way:
                return
            await asyncio.sleep(_PAUSE)

    async def _backlog(self) -> str:
        """Say which outboxes hold how many events."""
        held = {}
        async with guard():
            for database in self._databases:
                held[database.name] = await database.collection(COLLECTION).count_documents({})
        return ", ".join(f"{count} events in the outbox of {name}" for name, count in held.items() if count)


async def behind(followers: Sequence[Follower], ends: Offsets) -> str:
    """Say which followers have not reached which ends; nothing when all have."""
    found = []
    for follower in followers:
        wanted = {partition: end for partition, end in ends.items() if partition.topic in follower.topics and end}
        reached = await follower.positions(list(wanted)) if wanted else {}
        found += [
            f"{follower.name} at {reached.get(partition, 0)} of {end} in {partition.topic}[{partition.partition}]"
            for partition, end in wanted.items()
            if reached.get(partition, 0) < end
        ]
    return ", ".join(found)
