"""Where the stream stands: the ends of topics and how far each reader has come, on any of the brokers.

Guards that waiting compares like with like: an end is the next offset to be written, as a fetch reports it, because
the embedded broker answers the question for the end of a partition with the beginning of its last batch.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

__all__ = ["Follower", "Offsets", "TopicPartition", "ends_of", "projection", "reaction"]

Offsets = Mapping[TopicPartition, int]
"""The next offset by partition."""


class HasPositions(Protocol):
    """What an answer of a projection says of itself."""

    @property
    def positions(self) -> Mapping[str, Mapping[int, int]]:
        """Next offset by topic and partition."""


@dataclass(frozen=True)
class Follower:
    """Somebody who reads topics: a reaction or a projection, and how to ask for its positions.

    `positions` is asked with the partitions in question; those not in its answer have not been begun.
    """

    name: str
    topics: tuple[str, ...]
    positions: Callable[[Sequence[TopicPartition]], Awaitable[Offsets]]


async def ends_of(brokers: str, topics: Sequence[str]) -> Offsets:
    """Return the next offset to be written of every partition of some topics.

    A new consumer each time: every answer comes from a fetch that began after the question.
    """
    client = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        await client.start()
        partitions = await _partitions(brokers, topics)
        client.assign(partitions)
        for partition, offset in (await client.end_offsets(partitions)).items():
            client.seek(partition, offset)
        while any(client.highwater(partition) is None for partition in partitions):
            await client.getmany(timeout_ms=50)
        return {partition: client.highwater(partition) for partition in partitions}
    finally:
        await client.stop()


async def _partitions(brokers: str, topics: Sequence[str]) -> list[TopicPartition]:
    """Return all partitions of those of some topics that exist; asking for others would create them."""
    async with _admin(brokers) as admin:
        there = set(await admin.list_topics())
        described = await admin.describe_topics([topic for topic in topics if topic in there])
    return [TopicPartition(found["topic"], part["partition"]) for found in described for part in found["partitions"]]


def reaction(brokers: str, group: str, topics: Sequence[str]) -> Follower:
    """Return a consumer group as a follower: its positions are the offsets it has committed."""

    async def positions(partitions: Sequence[TopicPartition]) -> Offsets:
        async with _admin(brokers) as admin:
            found = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
        return {partition: entry.offset for partition, entry in found.items() if entry.offset >= 0}

    return Follower(group, tuple(topics), positions)


def projection(name: str, as_of: Callable[[], Awaitable[HasPositions]], topics: Sequence[str]) -> Follower:
    """Return a projection as a follower: its positions are those its view's `as_of` answers."""

    async def positions(_: Sequence[TopicPartition]) -> Offsets:
        stored = (await as_of()).positions
        return {
            TopicPartition(topic, number): offset
            for topic, offsets in stored.items()
            for number, offset in offsets.items()
        }

    return Follower(name, tuple(topics), positions)


@asynccontextmanager
async def _admin(brokers: str) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
