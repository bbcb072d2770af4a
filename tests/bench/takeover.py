"""One of two workers is killed: how long until its partitions are applied again.

Guards P10 with a figure: the clock starts at kill -9 and ends when every partition shows a record that was published
after it. Killed at any moment, and in the middle of a checkpoint, whose transaction the database keeps for a while.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from aiokafka import AIOKafkaProducer

from services.evaluation.projections import ParticipationProjection
from shared.mongo import Database
from shared.projector import View
from shared.provision import declared, provision
from shared.topics import Topics
from tests.bench.figures import Figure
from tests.bench.workload import PARTITIONS, Size, Workload
from tests.bench.world import TOPICS_FILE, World, started

_EVERY_SECONDS = 0.005
_LOOK_SECONDS = 0.05
_SETTLED = 240
"""Records that are applied before the kill: both have shared out the partitions and are at work."""
_ROUNDS = 3


async def takeover(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield the longest of a few takeovers, by the moment of the kill."""
    for moment, ends in (("at any moment", signal.SIGKILL), ("in a checkpoint", signal.SIGUSR1)):
        rounds = range(max(1, round(_ROUNDS * scale)))
        took = [await _one(world, f"takeover{ends.name}{number}".lower(), ends) for number in rounds]
        told = ", ".join(f"{seconds:.1f}" for seconds in took)
        yield Figure(f"applied again after one of two was killed {moment}", max(took), "s", f"each: {told}", most=20)


async def _one(world: World, name: str, ends: signal.Signals) -> float:
    """Let two workers follow a stream, end one, and return the seconds until all partitions go on."""
    topics = Topics(f"{name}.")
    await provision(world.broker.url, declared(TOPICS_FILE, [], prefix=topics.prefix))
    command = world.reader("follow", topics.prefix, 0, "--as", name, "--members", "2")
    members = [await started(command) for _ in range(2)]
    database = Database(world.database.url, name)
    stream = _Stream(world.broker.url, topics.events("engagement"))
    publishing = asyncio.create_task(stream.publish())
    try:
        for member in members:
            await member.said("shared")
        view = View(database, ParticipationProjection())
        await _applied(view, stream, [count + _SETTLED // PARTITIONS for count in stream.published])
        await members[0].ended(ends)
        killed = time.monotonic()
        await _applied(view, stream, [count + 1 for count in stream.published])
        return time.monotonic() - killed
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
        for member in members:
            member.kill()
        await database.close()


class _Stream:
    """A steady stream; `published` says how many records of each partition are acknowledged."""

    def __init__(self, brokers: str, topic: str) -> None:
        self._brokers, self.topic = brokers, topic
        self.published = [0] * PARTITIONS

    async def publish(self) -> None:
        """Publish until cancelled."""
        producer = AIOKafkaProducer(bootstrap_servers=self._brokers, acks="all")
        await producer.start()
        try:
            for partition, key, value in Workload(Size(1_000_000, 1_200)).records():
                await producer.send_and_wait(self.topic, value, key=key, partition=partition)
                self.published[partition] += 1
                await asyncio.sleep(_EVERY_SECONDS)
        finally:
            await producer.stop()


async def _applied(view: View, stream: _Stream, wanted: list[int]) -> None:
    """Return when so many records of each partition are in what readers see."""
    while True:
        positions = (await view.as_of()).positions.get(stream.topic, {})
        if all(positions.get(partition, 0) >= count for partition, count in enumerate(wanted)):
            return
        await asyncio.sleep(_LOOK_SECONDS)
