"""One reaction fed by hand: its client and its handler are in the test's hands.

Guards nothing by itself; it lets a test say which records come, and what the client is told.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from shared.bus.handling import Handling
from shared.bus.reaction import Reaction
from shared.deadletters.writer import DeadLetters
from shared.mongo import Database
from shared.stream import Publisher
from shared.topics import Topics

TOPIC = "ext.attendance.v1.R0A"
PLACE = TopicPartition(TOPIC, 0)
OTHER = TopicPartition(TOPIC, 1)


class Client:
    """The part of a Kafka consumer that a reaction uses."""

    def __init__(self) -> None:
        self.assigned = {PLACE, OTHER}
        self.sought: list[tuple[TopicPartition, int]] = []
        self.commits: list[dict[TopicPartition, int]] = []
        self.known: dict[TopicPartition, int] = {}
        self.begins = 0
        self.trouble: list[Exception] = []
        self.paused: set[TopicPartition] = set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place not in self.assigned:
            raise IllegalStateError(place)
        self.sought.append((place, offset))

    def pause(self, place: TopicPartition) -> None:
        self.paused.add(place)

    def resume(self, place: TopicPartition) -> None:
        self.paused.discard(place)

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.commits.append(offsets)

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self.begins)

    async def committed(self, place: TopicPartition) -> int | None:
        return self.known.get(place)


class Handler(Handling):
    """Handles what the test says, and remembers it."""

    def __init__(self, database: Database, stopping: asyncio.Event) -> None:
        topics = Topics()
        letters = DeadLetters("engagement", database, Publisher("127.0.0.1:1"), topics)
        super().__init__(
            "feeding", self.take, external=True, database=database, letters=letters, topics=topics, stopping=stopping
        )
        self.offsets: list[int] = []
        self.raises: dict[int, BaseException] = {}

    async def take(self, delivery: Any) -> None:
        self.offsets.append(delivery.record.offset)
        if delivery.record.offset in self.raises:
            raise self.raises[delivery.record.offset]
        delivery.skip()


class Feed:
    """A reaction with its client and handler in the test's hands."""

    def __init__(self, database: Database) -> None:
        self.stopping = asyncio.Event()
        self.client = Client()
        self.handler = Handler(database, self.stopping)
        self.reaction = Reaction(
            self.handler,
            service="engagement",
            database=database,
            compacted=(),
            client=lambda: self.client,
            stopping=self.stopping,
        )

    async def batch(self, *offsets: int, place: TopicPartition = PLACE) -> None:
        await self.reaction.consume(records(offsets, place))


async def kept(*_: object) -> None:
    """Take a letter as the broker does, in place of `DeadLetters._publish`."""


def stamped(offset: int, value: bytes, came: datetime, *headers: tuple[str, bytes]) -> ConsumerRecord:
    """Return a record of one key that the broker stamped when it came."""
    milliseconds = int(came.timestamp() * 1000)
    return ConsumerRecord(PLACE.topic, PLACE.partition, offset, milliseconds, 1, b"k", value, None, 1, 1, headers)


def records(
    offsets: Sequence[int], place: TopicPartition = PLACE, *, key: bytes = b"%d", value: bytes = b"v"
) -> list[ConsumerRecord]:
    keys = {offset: key % offset if b"%" in key else key for offset in offsets}
    return [
        ConsumerRecord(place.topic, place.partition, offset, 0, 0, keys[offset], value, None, 1, 1, ())
        for offset in offsets
    ]
