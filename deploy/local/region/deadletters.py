"""Counts what the services could not handle, from the dead-letter topics themselves.

Guards that every dead letter was meant to be one, and that every record meant to be one is there: with its key,
from its topic, under its code.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.region.acts import Act
from deploy.local.region.records import Published
from shared.stream.publisher import within
from shared.topics import DOMAIN_PARTITIONS, SERVICES, Topics

_POLL_MILLISECONDS = 400
_STOP_SECONDS = 10.0


class DeadLetter(NamedTuple):
    """A record among the dead letters, or one that must come to be there."""

    topic: str
    key: str
    code: str


def expected(acts: Iterable[Act]) -> Counter[DeadLetter]:
    """Return what the script means to be parked."""
    records = (act for act in acts if isinstance(act, Published))
    return Counter(
        DeadLetter(Topics().attendance(act.organisation), act.key, act.dead_letter)
        for act in records
        if act.dead_letter is not None
    )


async def found(broker: str, at_least: int, patience: float = 30.0) -> Counter[DeadLetter]:
    """Read all dead letters, each counted once; waits for so many of them until the patience is over."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False)
    await consumer.start()
    try:
        return await _read(consumer, at_least, asyncio.get_running_loop().time() + patience)
    finally:
        await within(consumer.stop(), _STOP_SECONDS)


async def _read(consumer: Any, at_least: int, deadline: float) -> Counter[DeadLetter]:
    partitions = await _assigned(consumer)
    letters: dict[str, DeadLetter] = {}
    ended = False
    while not (ended and (len(letters) >= at_least or asyncio.get_running_loop().time() > deadline)):
        got = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)
        for record in (record for records in got.values() for record in records):
            headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
            key = (record.key or b"").decode(errors="replace")
            letters[headers["x-dlq-id"]] = DeadLetter(headers["x-dlq-topic"], key, headers["x-dlq-code"])
        ended = not got and all([await _is_at_end(consumer, partition) for partition in partitions])
    return Counter(letters.values())


async def _assigned(consumer: Any) -> list[TopicPartition]:
    """Take every partition of every dead-letter topic from its beginning."""
    topics = map(Topics().dead_letters, SERVICES)
    partitions = [TopicPartition(topic, number) for topic in topics for number in range(DOMAIN_PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    return partitions


async def _is_at_end(consumer: Any, partition: TopicPartition) -> bool:
    highwater = consumer.highwater(partition)
    return highwater is None or await consumer.position(partition) >= highwater
