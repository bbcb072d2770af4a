"""Waiting until nothing is under way, on every kind of broker."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.mongo import Database
from shared.testing.settling import UnsettledError, settle
from shared.testing.stream import ends_of, projection, reaction
from shared.topics import Topics

pytestmark = pytest.mark.delivery


class Failing:
    async def wait(self) -> None:
        raise RuntimeError("the worker's own error")


class Endless:
    async def wait(self) -> None:
        await asyncio.Event().wait()


class Read:
    def __init__(self, positions: dict[str, dict[int, int]]) -> None:
        self.positions = positions


@pytest.fixture
async def producer(broker: str) -> AsyncIterator[Any]:
    client = AIOKafkaProducer(bootstrap_servers=broker)
    await client.start()
    yield client
    await client.stop()


async def _send(producer: Any, topic: str, number: int) -> None:
    sent = [await producer.send(topic, b"x", partition=1) for _ in range(number)]
    await asyncio.gather(*sent)


async def test_the_end_of_a_partition_is_the_next_offset_whatever_its_batches(
    broker: str, topics: Topics, producer: Any
) -> None:
    topic = topics.events("enrolment")
    for number in (1, 5, 20):
        await _send(producer, topic, number)
    ends = await ends_of(broker, [topic])
    assert ends[TopicPartition(topic, 1)] == 26
    assert sum(ends.values()) == 26
    assert len(ends) == 12


async def test_nothing_said_and_nothing_read_is_settled(broker: str, topics: Topics, database: Database) -> None:
    followers = [reaction(broker, f"{topics.prefix}nobody", [topics.events("enrolment")])]
    await settle(broker, databases=[database], followers=followers)
    assert sum((await ends_of(broker, [topics.events("enrolment")])).values()) == 0


async def test_an_outbox_that_holds_events_is_not_settled(broker: str, database: Database) -> None:
    await database.collection("outbox").insert_one({"_id": "waiting"})
    with pytest.raises(UnsettledError, match=f"1 events in the outbox of {database.name}"):
        await settle(broker, databases=[database], deadline=1)


async def test_a_reaction_that_has_not_committed_is_named_with_its_place(
    broker: str, topics: Topics, producer: Any
) -> None:
    topic = topics.events("engagement")
    await _send(producer, topic, 3)
    with pytest.raises(UnsettledError, match=r"register at 0 of 3 in .*engagement\.events\[1\]"):
        await settle(broker, followers=[reaction(broker, f"{topics.prefix}register", [topic])], deadline=3)


async def test_a_reaction_that_has_committed_everything_is_settled(broker: str, topics: Topics, producer: Any) -> None:
    topic, group = topics.events("engagement"), f"{topics.prefix}register"
    await _send(producer, topic, 3)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, group_id=group, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(topic, 1)])
    await consumer.commit({TopicPartition(topic, 1): 3})
    await consumer.stop()
    follower = reaction(broker, group, [topic])
    await settle(broker, followers=[follower])
    assert await follower.positions([TopicPartition(topic, 1)]) == {TopicPartition(topic, 1): 3}


async def test_a_projection_is_waited_for_until_its_stored_position_is_the_end(
    broker: str, topics: Topics, producer: Any
) -> None:
    topic, asked = topics.events("engagement"), 0

    async def as_of() -> Read:
        nonlocal asked
        asked += 1
        return Read({topic: {1: min(asked, 4)}})

    await _send(producer, topic, 4)
    await settle(broker, followers=[projection("participation", as_of, [topic])], workers=[Endless()])
    assert asked >= 4


async def test_a_worker_that_fails_fails_the_wait_with_its_own_error(broker: str, database: Database) -> None:
    await database.collection("outbox").insert_one({"_id": "waiting"})
    with pytest.raises(RuntimeError, match="the worker's own error"):
        await settle(broker, databases=[database], workers=[Failing()])
