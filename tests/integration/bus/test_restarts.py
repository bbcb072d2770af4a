"""Brokers that come back and workers that come and go: everything takes effect once, in the order of its key."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared import inbox
from shared.bus import Bus, Delivery, Publisher
from shared.mongo import Database
from shared.outbox import INDEXES as OUTBOX
from shared.outbox import StoreDoor
from shared.provision import Declared, provision
from shared.testing.servers import Broker
from shared.topics import Topics
from tests.integration.bus.world import SERVICE, World, until

RECORDS = 120
KEYS = 12


@pytest.fixture
async def region(own_broker: Broker, database: Database, mongo_url: str) -> AsyncIterator[World]:
    """A world whose broker may be killed."""
    topics = Topics()
    wanted = [Declared(topics.attendance("R0A"), 6), Declared(topics.dead_letters(SERVICE), 1)]
    await provision(own_broker.url, wanted)
    await database.ensure_indexes({**inbox.INDEXES, **OUTBOX, "things": []})
    publisher = Publisher(own_broker.url, idempotent=True, seconds=5)
    bus = Bus(own_broker.url, service=SERVICE, database=database, topics=topics)
    door = StoreDoor(database, SERVICE, topics=topics)
    made = World(own_broker.url, mongo_url, database, topics, True, publisher, door, bus)
    yield made
    await made.bus.stop()
    await publisher.close()


def listen(world: World, bus: Bus, pause: float = 0.0) -> None:
    @bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        await asyncio.sleep(pause)
        await world.save(delivery)


async def say(world: World, first: int, count: int) -> None:
    topic = world.topics.attendance("R0A")
    for number in range(first, first + count):
        await world.publish(topic, str(number).encode(), key=str(number % KEYS))


def in_order(world: World) -> bool:
    by_key: dict[bytes | None, list[int]] = {}
    for record in world.handled:
        by_key.setdefault(record.key, []).append(int(record.value or b""))
    return all(numbers == sorted(numbers) for numbers in by_key.values())


async def handled(world: World, count: int) -> None:
    async def there() -> bool:
        # What the last transaction saved is seen before its handler has gone on to remember it.
        return await world.things() >= count and len(world.handled) >= count

    await until(there, 60)
    assert len({record.value for record in world.handled}) == len(world.handled) == await world.things() == count
    assert in_order(world)


@pytest.mark.reference
async def test_a_reaction_waits_for_its_broker_and_goes_on_after_it_was_killed(
    region: World, own_broker: Broker
) -> None:
    """P2, P10."""
    own_broker.kill()
    listen(region, region.bus)
    await region.bus.start()
    assert region.bus.ready() is not None
    own_broker.start()
    await say(region, 0, 20)
    await handled(region, 20)
    assert region.bus.ready() is None
    own_broker.kill()
    own_broker.start()
    await say(region, 20, 20)
    await handled(region, 40)


@pytest.mark.reference
async def test_workers_that_join_and_leave_repeat_nothing_and_lose_nothing(world: World) -> None:
    """P2, P3."""
    listen(world, world.bus, pause=0.01)
    await world.bus.start()
    await say(world, 0, RECORDS // 2)
    second = world.new_bus()
    listen(world, second, pause=0.01)
    await second.start()
    await say(world, RECORDS // 2, RECORDS // 4)
    await world.bus.stop()
    await say(world, RECORDS * 3 // 4, RECORDS // 4)
    await handled(world, RECORDS)
    await second.stop()
    assert sum(await world.committed("attendance", world.topics.attendance("R0A"))) == RECORDS
