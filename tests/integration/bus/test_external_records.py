"""External records on real servers: each takes effect once, or is kept with its exact bytes."""

from datetime import timedelta

import pytest

from shared.bus import Delivery
from shared.clock import now
from shared.errors import PoisonError
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery

BAD_NAME = b"\xff\xfe".decode("utf-8", "surrogateescape")


async def test_poison_is_kept_byte_for_byte_and_delays_only_its_own_key(world: World) -> None:
    """P5, P6, P7."""
    topic = world.topics.attendance("R0A")
    headers = [("reply_to", b"elsewhere"), ("a", None), ("a", b"\xff"), ("x-dlq-id", b"forged"), (BAD_NAME, b"1")]

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if delivery.record.value is None or delivery.record.value.startswith(b"bad"):
            raise PoisonError("no-good", "it is no good")
        await delivery.external_mark("s", delivery.record.value.decode(), delivery.record.value, now() - timedelta(1))
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"bad \xff\x00", headers=headers)
    await world.publish(topic, b"behind")
    await world.publish(topic, b"good", b"good", key="other", headers=headers)
    await world.publish(topic, None, key=None)
    await world.handled_are(b"good")
    outstanding = await world.parked_are(3)
    letters = await world.letters()
    assert {letter.code for letter in letters} == {"no-good", "behind"}
    poison = next(letter for letter in letters if letter.record.value == b"bad \xff\x00")
    assert poison.record.headers == tuple(headers)
    assert poison.record.key == b"k"
    assert (poison.record.topic, poison.record.offset, poison.attempts) == (topic, 0, 1)
    assert [poison.id] == [ids[0] for ids in outstanding.values() if len(ids) > 1]
    assert {letter.record.key for letter in letters} == {b"k", None}
    assert {letter.record.value for letter in letters} == {b"bad \xff\x00", b"behind", None}


async def test_an_organisation_that_a_publisher_names_is_not_listened_to(world: World) -> None:
    """P12: only the topic says whose record it is."""
    organisations: list[str] = []

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        organisations.extend([delivery.organisation, delivery.because.organisation])
        await world.save(delivery)

    await world.bus.start()
    named = [("organisation", b"RXQ"), ("ce_organisation", b"RXQ"), ("x-organisation", b"RXQ")]
    await world.publish(world.topics.attendance("R0A"), b'{"organisation": "RXQ"}', key="RXQ", headers=named)
    await world.handled_are(b'{"organisation": "RXQ"}')
    assert organisations == ["R0A", "R0A"]
