"""Letters that are sent again twice, because the first try broke off in the middle or somebody else tried as well."""

import pytest

from shared.deadletters.letter import ID_HEADER
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_what_took_effect_is_not_parked_behind_what_follows_it(world: World) -> None:
    """P7: the broker took the first of two and not the second, "do it again", and the worker was away meanwhile."""
    topic = world.topics.attendance("R0A")
    unknown = {b"one"}
    await world.attending(world.bus, unknown).start()
    await world.publish(topic, b"one", b"two")
    ((one, two),) = (await world.parked_are(2)).values()
    await world.bus.stop()

    unknown.clear()
    for letter, value in ((one, b"one"), (one, b"one"), (two, b"two")):
        await world.publish(topic, value, headers=[(ID_HEADER, letter.encode())])
    world.bus = world.attending(world.new_bus(), unknown)
    await world.bus.start()
    await world.publish(topic, b"three")
    await world.handled_are(b"one", b"two", b"three")
    assert await world.outstanding() == {}
