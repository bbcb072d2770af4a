"""Letters that are sent again twice, because the first try broke off in the middle or somebody else tried as well."""

from datetime import timedelta

import pytest

from shared.bus import Bus, Delivery
from shared.clock import now
from shared.deadletters.letter import ID_HEADER
from shared.errors import PoisonError
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_what_took_effect_is_not_parked_behind_what_follows_it(world: World) -> None:
    """P7: the broker took the first of two and not the second, "do it again", and the worker was away meanwhile."""
    topic = world.topics.attendance("R0A")
    known = False

    async def handle(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        await delivery.external_mark("s", value.decode(), value, now() - timedelta(1))
        if not known and value == b"one":
            raise PoisonError("unknown-session", "the session is not known")
        await world.save(delivery)

    def listening(bus: Bus) -> Bus:
        bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")(handle)
        return bus

    await listening(world.bus).start()
    await world.publish(topic, b"one", b"two")
    ((one, two),) = (await world.parked_are(2)).values()
    await world.bus.stop()

    known = True
    for letter, value in ((one, b"one"), (one, b"one"), (two, b"two")):
        await world.publish(topic, value, headers=[(ID_HEADER, letter.encode())])
    world.bus = listening(world.new_bus())
    await world.bus.start()
    await world.publish(topic, b"three")
    await world.handled_are(b"one", b"two", b"three")
    assert await world.outstanding() == {}
