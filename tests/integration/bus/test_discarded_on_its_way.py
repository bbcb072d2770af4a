"""A dead letter that was sent again and then discarded, before anybody read it."""

from datetime import timedelta

import pytest

from shared.bus import Bus, Delivery
from shared.clock import now
from shared.deadletters.commandline import DONE, STILL_WAITING
from shared.errors import PoisonError
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_what_was_discarded_on_its_way_takes_no_effect(world: World) -> None:
    """P7: the worker was away, and the operator thought better of it; the last decision counts."""
    topic = world.topics.attendance("R0A")
    known = False

    async def handle(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        await delivery.external_mark("s", value.decode(), value, now() - timedelta(1))
        if not known and value == b"never":
            raise PoisonError("unknown-session", "the session is not known")
        await world.save(delivery)

    def listening(bus: Bus) -> Bus:
        bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")(handle)
        return bus

    await listening(world.bus).start()
    await world.publish(topic, b"never")
    ((letter,),) = (await world.parked_are(1)).values()
    await world.bus.stop()

    known = True
    decided = ("--id", letter, "--actor", "ann", "--reason", "r")
    assert await world.tool("redrive", *decided, "--wait", "0.5") == STILL_WAITING
    assert await world.tool("discard", *decided) == DONE
    world.bus = listening(world.new_bus())
    await world.bus.start()
    await world.publish(topic, b"next")
    await world.handled_are(b"next")
