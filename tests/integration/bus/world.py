"""A running bus over real servers, and what a test wants to do to it and see of it."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from shared import inbox
from shared.bus import Bus, Delivery, Publisher, Record
from shared.clock import now
from shared.deadletters.commandline import main
from shared.deadletters.letter import Letter, read
from shared.errors import PoisonError
from shared.mongo import Database
from shared.outbox import INDEXES as OUTBOX
from shared.outbox import Change, StoreDoor
from shared.stream.reader import read_all
from shared.testing import stream
from shared.testing.servers import Broker
from shared.testing.stream import TopicPartition
from shared.topics import Topics

SERVICE = "engagement"
PARTITIONS = 6
"""At least as many as an attendance topic has."""
KEY = bytes(range(32))
Told = Callable[[], Awaitable[Any]]


async def until(condition: Told, seconds: float = 30) -> Any:
    """Return what a condition gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := await condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)
    return found


@dataclass
class World:
    """One service's bus on servers of its own names."""

    brokers: str
    mongo_url: str
    database: Database
    topics: Topics
    idempotent: bool
    publisher: Publisher
    door: StoreDoor
    bus: Bus
    handled: list[Record] = field(default_factory=list)

    def new_bus(self) -> Bus:
        return Bus(
            self.brokers, service=SERVICE, database=self.database, topics=self.topics, idempotent=self.idempotent
        )

    async def publish(
        self, topic: str, *values: bytes | None, key: str | bytes | None = "k", headers: Sequence[Any] = ()
    ) -> None:
        for number, value in enumerate(values):
            row = {"_id": str(number), "topic": topic, "key": key, "value": value, "headers": headers}
            assert await self.publisher.publish([row]) == [str(number)]

    async def save(self, delivery: Delivery) -> None:
        """Do what a handler does: one document for each record, in the transaction that carries the mark."""
        mark = delivery.because.mark
        assert mark is not None
        await self.door.save([Change("things", mark.id, {"of": delivery.reaction}, 0)], delivery.because)
        self.handled.append(delivery.record)

    def attending(self, bus: Bus, unknown: Collection[bytes]) -> Bus:
        """Let a bus handle attendance; what is `unknown` is refused for as long as it is in there."""

        async def handle(delivery: Delivery) -> None:
            value = delivery.record.value or b""
            await delivery.external_mark("s", value.decode(), value, now() - timedelta(1))
            if value in unknown:
                raise PoisonError("unknown-session", "the session is not known")
            await self.save(delivery)

        bus.reaction(pattern=self.topics.attendance_pattern(), name="attendance")(handle)
        return bus

    async def letters(self) -> list[Letter]:
        records = await read_all(self.brokers, self.topics.dead_letters(SERVICE))
        return [letter for letter in map(read, records) if letter is not None]

    async def outstanding(self) -> dict[str, list[str]]:
        found = await self.bus.dead_letters.parked.all()
        return {subject: [letter.id for letter in letters] for subject, letters in found.items()}

    async def things(self) -> int:
        return await self.database.collection("things").count_documents({})

    def values(self) -> list[bytes | None]:
        return [record.value for record in self.handled]

    async def handled_are(self, *values: bytes | None) -> None:
        async def there() -> bool:
            return len(self.handled) >= len(values)

        await until(there)
        assert self.values() == list(values)

    async def parked_are(self, count: int) -> dict[str, list[str]]:
        async def there() -> bool:
            return sum(map(len, (await self.outstanding()).values())) == count

        await until(there)
        return await self.outstanding()

    async def committed(self, reaction: str, topic: str) -> list[int]:
        """Return the positions that a reaction's group has acknowledged, of the partitions where there is one."""
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        follower = stream.reaction(self.brokers, self.bus.subscriptions[reaction].group, [topic])
        return sorted((await follower.positions(places)).values())

    async def tool(self, *arguments: str) -> int:
        """Run the operator's tool as its own process would, with this world's environment."""
        environment = {
            "GROUNDSWELL_BROKERS": self.brokers,
            "GROUNDSWELL_MONGO_URL": self.mongo_url,
            "GROUNDSWELL_TOPIC_PREFIX": self.topics.prefix,
            "GROUNDSWELL_DATABASE_PREFIX": self.database.name.removesuffix(SERVICE),
            "GROUNDSWELL_DEPLOYMENT_KEY": base64.b64encode(KEY).decode(),
            "GROUNDSWELL_IDEMPOTENT_PRODUCER": str(self.idempotent).lower(),
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return await asyncio.to_thread(main, ["--service", SERVICE, *arguments])


@pytest.fixture
async def world(broker_server: Broker, mongo_url: str, database_prefix: str, topics: Topics) -> AsyncIterator[World]:
    database = Database(mongo_url, f"{database_prefix}{SERVICE}")
    await database.ensure_indexes({**inbox.INDEXES, **OUTBOX, "things": []})
    idempotent = broker_server.idempotent_producer
    made = World(
        broker_server.url,
        mongo_url,
        database,
        topics,
        idempotent,
        Publisher(broker_server.url, idempotent=idempotent),
        StoreDoor(database, SERVICE, topics=topics),
        Bus(broker_server.url, service=SERVICE, database=database, topics=topics, idempotent=idempotent),
    )
    yield made
    await made.bus.stop()
    await made.publisher.close()
    await database.drop()
    await database.close()
