"""A dead letter that was sent again and then discarded, before anybody read it."""

import pytest

from shared.deadletters.commandline import DONE, STILL_WAITING
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_what_was_discarded_on_its_way_takes_no_effect(world: World) -> None:
    """P7: the worker was away, and the operator thought better of it; the last decision counts."""
    topic = world.topics.attendance("R0A")
    unknown = {b"never"}
    await world.attending(world.bus, unknown).start()
    await world.publish(topic, b"never")
    ((letter,),) = (await world.parked_are(1)).values()
    await world.bus.stop()

    unknown.clear()
    decided = ("--id", letter, "--actor", "ann", "--reason", "r")
    assert await world.tool("redrive", *decided, "--wait", "0.5") == STILL_WAITING
    assert await world.tool("discard", *decided) == DONE
    world.bus = world.attending(world.new_bus(), unknown)
    await world.bus.start()
    await world.publish(topic, b"next")
    await world.handled_are(b"next")
