"""Reads a topic from its beginning to where it ends now, outside every group.

Guards that nothing is changed by looking, and that the end is the true one: the embedded broker answers the question
for the end of a partition with the beginning of its last batch, so a fetch has the last word.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.errors import UnavailableError
from shared.stream.record import Record

SECONDS = 20.0
_FETCH_MS = 250


async def read_all(brokers: str, topic: str) -> list[Record]:
    """Return every record of a topic, by partition and offset; raises UnavailableError."""
    async with _client(brokers) as client:
        partitions = await _partitions(client, topic)
        client.assign(partitions)
        first = await client.beginning_offsets(partitions)
        for place in partitions:
            client.seek(place, first[place])
        records = [Record.of(each) async for each in _to_the_end(client, partitions)]
    return sorted(records, key=lambda record: (record.partition, record.offset))


async def ends(brokers: str, places: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Return a lower bound of each partition's next offset, asked on a fresh connection; raises UnavailableError."""
    async with _client(brokers) as client:
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


async def _to_the_end(client: Any, partitions: list[TopicPartition]) -> AsyncIterator[Any]:
    """Hand out records until every partition has been fetched to its end."""
    left = set(partitions)
    while left:
        for records in (await client.getmany(timeout_ms=_FETCH_MS)).values():
            for record in records:
                yield record
        for place in list(left):
            end = client.highwater(place)
            if end is not None and await client.position(place) >= end:
                left.discard(place)


@contextlib.asynccontextmanager
async def _client(brokers: str) -> AsyncIterator[Any]:
    """A consumer of no group, within a deadline."""
    client = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    try:
        async with asyncio.timeout(SECONDS):
            await client.start()
            yield client
    except (KafkaError, OSError, TimeoutError) as error:
        raise UnavailableError("the broker is away") from error
    finally:
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(SECONDS):
                await client.stop()
