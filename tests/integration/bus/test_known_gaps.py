"""What is not so yet: each test here is expected to fail, and says so when it does not any more."""

from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import inbox
from shared.bus import Delivery
from shared.clock import now
from tests.integration.bus.world import World, until


@pytest.mark.reference
@pytest.mark.xfail(strict=True, reason="what is read again after its mark has expired is parked as too old")
async def test_a_position_that_was_lost_parks_no_key_behind_what_took_effect(world: World) -> None:
    """P5, P6: nobody was in the group for a week, so its positions expired; attendance is kept for thirty days."""
    topic = world.topics.attendance("R0A")
    ages = {b"one": timedelta(days=1)}

    async def handle(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        await delivery.external_mark("s", value.decode(), value, now() - ages.get(value, timedelta()))
        await world.save(delivery)

    world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")(handle)
    await world.bus.start()
    await world.publish(topic, b"one")
    await world.handled_are(b"one")
    await world.bus.stop()

    ages[b"one"] = timedelta(days=15)
    await world.database.collection(inbox.COLLECTION).delete_many({"digest": {"$exists": True}})
    places = [TopicPartition(topic, number) for number in range(3)]
    consumer = AIOKafkaConsumer(bootstrap_servers=world.brokers, group_id=world.bus.subscriptions["attendance"].group)
    await consumer.start()
    consumer.assign(places)
    await consumer.commit(dict.fromkeys(places, 0))
    await consumer.stop()
    world.bus = world.new_bus()
    world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")(handle)
    await world.bus.start()
    await world.publish(topic, b"two")

    async def decided() -> bool:
        return len(world.values()) == 2 or bool(await world.outstanding())

    await until(decided)
    assert world.values() == [b"one", b"two"]
