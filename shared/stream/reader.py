"""Reads a topic from its beginning to where it ends now, outside every group.

Guards that nothing is changed by looking, and that the end is the true one: the embedded broker answers the question
for the end of a partition with the beginning of its last batch, so a fetch has the last word.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.errors import UnavailableError
from shared.stream.publisher import within
from shared.stream.record import Record

PATIENCE_SECONDS = 20.0
_FETCH_MS = 250


async def read(brokers: str, topic: str) -> AsyncIterator[Record]:
    """Hand out every record of a topic, each partition in its order; raises UnavailableError."""
    async with _client(brokers) as client:
        partitions = await _partitions(client, topic)
        client.assign(partitions)
        first = await client.beginning_offsets(partitions)
        for place in partitions:
            client.seek(place, first[place])
        async for each in _to_the_end(client, partitions):
            yield Record.of(each)


async def read_all(brokers: str, topic: str) -> list[Record]:
    """Return every record of a topic, by partition and offset; raises UnavailableError."""
    records = [record async for record in read(brokers, topic)]
    return sorted(records, key=lambda record: (record.partition, record.offset))


async def ends(brokers: str, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Return a lower bound of each partition's next offset, asked on a fresh connection; raises UnavailableError."""
    async with _client(brokers) as client, asyncio.timeout(PATIENCE_SECONDS):
        wanted = list(places)
        client.assign(wanted)
        found: Mapping[TopicPartition, int] = await client.end_offsets(wanted)
    return found


async def _partitions(client: Any, topic: str) -> list[TopicPartition]:
    client._client.set_topics([topic])  # noqa: SLF001 - without a subscription it asks for no topic
    await client._client.force_metadata_update()  # noqa: SLF001
    numbers = client.partitions_for_topic(topic)
    if not numbers:
        raise UnavailableError(f"there is no topic {topic}")
    return [TopicPartition(topic, number) for number in sorted(numbers)]


async def _to_the_end(client: Any, partitions: Iterable[TopicPartition]) -> AsyncIterator[Any]:
    """Hand out records until every partition has been fetched to its end; raises TimeoutError when nothing comes."""
    left, moved_at = set(partitions), time.monotonic()
    while left:
        fetched = await client.getmany(timeout_ms=_FETCH_MS)
        for records in fetched.values():
            for record in records:
                yield record
        for place in list(left):
            end = client.highwater(place)
            if end is not None and await client.position(place) >= end:
                left.discard(place)
                fetched[place] = ()
        if fetched:
            moved_at = time.monotonic()
        elif time.monotonic() - moved_at > PATIENCE_SECONDS:
            raise TimeoutError


@contextlib.asynccontextmanager
async def _client(brokers: str) -> AsyncIterator[Any]:
    """A consumer of no group, whose start and stop have deadlines."""
    client = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await client.start()
        yield client
    except (KafkaError, OSError, TimeoutError) as error:
        raise UnavailableError("the broker is away") from error
    finally:
        await within(client.stop(), PATIENCE_SECONDS)
