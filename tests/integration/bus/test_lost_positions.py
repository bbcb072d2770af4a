"""Nobody read attendance for weeks: its group's positions expired, and what is still there is read from its start.

Guards that what took effect is known for as long as it can be read, and that what only waited is not too old for that.
"""

from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared import inbox
from shared.bus import Delivery
from shared.clock import now
from shared.deadletters.letter import ID_HEADER
from shared.deadletters.parked import Outstanding, outstanding_in
from shared.errors import PoisonError
from tests.integration.bus.feeding import PLACE, Feed, kept, stamped
from tests.integration.bus.world import PARTITIONS, World

AWAY = timedelta(days=35)


async def lose_positions(world: World, topic: str) -> None:
    """Do what a broker does with those of a group without members, and the database with marks that have expired."""
    await world.database.collection(inbox.COLLECTION).delete_many({"expires_at": {"$lt": now() + AWAY}})
    places = [TopicPartition(topic, number) for number in range(PARTITIONS // 2)]
    consumer = AIOKafkaConsumer(bootstrap_servers=world.brokers, group_id=world.bus.subscriptions["attendance"].group)
    await consumer.start()
    consumer.assign(places)
    await consumer.commit(dict.fromkeys(places, 0))
    await consumer.stop()


@pytest.mark.reference
async def test_what_took_effect_is_known_when_it_is_read_again_after_weeks(world: World) -> None:
    """P3, P5, P6."""
    topic = world.topics.attendance("R0A")
    world.attending(world.bus, unknown=())
    await world.bus.start()
    await world.publish(topic, b"one")
    await world.handled_are(b"one")
    await world.bus.stop()
    await lose_positions(world, topic)
    world.bus = world.attending(world.new_bus(), unknown=())
    await world.bus.start()
    await world.publish(topic, b"two")
    await world.handled_are(b"one", b"two")


@pytest.mark.reference
async def test_a_record_came_when_the_broker_says_whatever_its_publisher_stamped(world: World) -> None:
    """P3: it is judged by when it came, and its publisher must not choose that."""
    came = []

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        came.append(delivery.record.appended_at)
        await world.save(delivery)

    await world.bus.start()
    producer = AIOKafkaProducer(bootstrap_servers=world.brokers)
    await producer.start()
    stamped = int((now() - timedelta(days=20)).timestamp() * 1000)
    await producer.send_and_wait(world.topics.attendance("R0A"), b"one", key=b"k", timestamp_ms=stamped)
    await producer.stop()
    await world.handled_are(b"one")
    (moment,) = came
    assert abs(moment - now()) < timedelta(minutes=1)


async def test_what_lay_unread_may_be_parked_and_is_sent_again_all_the_same(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P7: a letter is as old as its record was when it came, however late it was read and parked."""
    came = now() - timedelta(days=29)
    told, faulty = [], True

    async def handler(delivery: Delivery) -> None:
        await delivery.external_mark("s", "1", b"", came - timedelta(days=1))
        if faulty:
            raise PoisonError("unknown-session", "the session is not known")
        told.append(delivery.record.value)
        delivery.skip()

    monkeypatch.setattr(feed.handler._letters, "_publish", kept)
    feed.handler._handler = handler
    feed.client.known[PLACE] = 40
    await feed.reaction.consume([stamped(40, b"one", came)])
    ((letter,),) = (await feed.handler._letters.parked.all()).values()
    faulty = False
    await feed.reaction.consume([stamped(41, b"one", now(), (ID_HEADER, letter.id.encode()))])
    assert (told, await feed.handler._letters.parked.all()) == ([b"one"], {})


def test_a_letter_that_was_parked_before_its_coming_was_noted_still_waits() -> None:
    """P7: a mark is read for as long as its letter waits, whatever is written today."""
    moment = now()
    assert outstanding_in({"outstanding": [{"id": "a", "seen_at": moment}]}) == [Outstanding("a", moment)]
