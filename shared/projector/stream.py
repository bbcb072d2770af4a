"""The projector's side of Kafka: a consumer that never commits by itself, and where a topic begins and ends.

Guards that positions come from our own storage only: offsets are never reset silently, and both ends of a partition are
known before it is read.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import (
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from shared.errors import UnavailableError
from shared.projector.places import LogTroubleError

__all__ = ["RebalanceListener", "TopicPartition"]

RebalanceListener = ConsumerRebalanceListener
_SECONDS = 10.0
_FETCH_BYTES = 1 << 20


def consumer(brokers: str, group: str | None) -> Any:
    """Return a consumer with the projector's settings; a group only shares out partitions."""
    return AIOKafkaConsumer(
        bootstrap_servers=brokers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        session_timeout_ms=12_000,
        heartbeat_interval_ms=3_000,
        max_poll_interval_ms=300_000,
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_wait_ms=100,
        metadata_max_age_ms=30_000,
        # Equal partition numbers of all topics go to the same member: one unit of work per number.
        partition_assignment_strategy=(RangePartitionAssignor,),
    )


@contextlib.asynccontextmanager
async def running(client: Any) -> AsyncIterator[Any]:
    """Start a consumer and stop it within a deadline whatever happens."""
    try:
        try:
            async with asyncio.timeout(2 * _SECONDS):
                await client.start()
        except (TimeoutError, KafkaError) as error:
            raise UnavailableError("the broker is away") from error
        yield client
    finally:
        # aiokafka's stop() can wait for ever for a broker that is gone.
        with contextlib.suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(_SECONDS):
                await client.stop()


async def fetch(client: Any, wait_ms: int, most: int) -> Mapping[TopicPartition, Sequence[Any]]:
    """Return what has arrived; raises LogTroubleError when the log does not hold the position that was asked for."""
    try:
        batches: Mapping[TopicPartition, Sequence[Any]] = await client.getmany(timeout_ms=wait_ms, max_records=most)
    except NoOffsetForPartitionError:
        return {}  # assigned a moment ago: the stored position has not been set yet, and it will be
    except OffsetOutOfRangeError as error:
        raise LogTroubleError(f"the log does not hold the next record: {error}") from error
    except KafkaError as error:
        raise UnavailableError(f"the broker is away: {type(error).__name__}") from error
    return batches


async def begins(client: Any, wanted: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Return the first offset that is still there, by partition."""
    return await _offsets(client.beginning_offsets(list(wanted)))


async def ends(client: Any, wanted: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Return a lower bound of the next offset to be written, by partition.

    Exact on Apache Kafka. The embedded broker answers with the first offset of the last batch; what the fetches
    report (`highwater`) is exact on both and is preferred where there was one.
    """
    answered = await _offsets(client.end_offsets(list(wanted)))
    assigned = client.assignment()
    return {tp: max(offset, (client.highwater(tp) or 0) if tp in assigned else 0) for tp, offset in answered.items()}


async def report(client: Any, positions: Mapping[TopicPartition, int]) -> None:
    """Tell Kafka how far we are, for lag tools only; nothing is ever read back from there."""
    if not positions:
        return  # nothing is ours at the moment, and the client takes an empty commit for a mistake
    with contextlib.suppress(TimeoutError, KafkaError, IllegalStateError):
        async with asyncio.timeout(_SECONDS):
            await client.commit(dict(positions))


async def partitions_of(client: Any, topics: Sequence[str]) -> list[TopicPartition]:
    """Return every partition of some topics; they all must have the same number of them."""
    try:
        async with asyncio.timeout(_SECONDS):
            # A consumer without subscriptions learns of a topic only when it is asked to.
            client._client.set_topics(list(topics))  # noqa: SLF001 - aiokafka has no public call for it
            await client._client.force_metadata_update()  # noqa: SLF001 - see above
    except (TimeoutError, KafkaError) as error:
        raise UnavailableError("the broker is away") from error
    found = {topic: client.partitions_for_topic(topic) or set() for topic in topics}
    if len({frozenset(numbers) for numbers in found.values()}) != 1 or not all(found.values()):
        counts = {topic: len(numbers) for topic, numbers in found.items()}
        raise UnavailableError(f"topics are missing or differ in their number of partitions: {counts}")
    return [TopicPartition(topic, number) for topic in topics for number in sorted(found[topic])]


async def _offsets(asked: Awaitable[Mapping[TopicPartition, int]]) -> Mapping[TopicPartition, int]:
    try:
        async with asyncio.timeout(_SECONDS):
            return await asked
    except (TimeoutError, KafkaError) as error:
        raise UnavailableError("the broker did not say where a topic begins and ends") from error
