"""Many dead letters of one topic are sent again at once: a broker holds a whole batch against the topic's limit."""

from datetime import timedelta

import pytest

from shared.bus import Delivery
from shared.clock import now
from shared.deadletters.commandline import DONE
from shared.errors import PoisonError
from tests.integration.bus.world import World, until

LETTERS = 60
BYTES = 3_000
pytestmark = pytest.mark.delivery


async def test_more_than_a_topic_of_another_system_takes_in_one_batch_is_sent_again_at_once(world: World) -> None:
    """P7: each record is small enough, all of them together are not."""
    mended = False

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        await delivery.external_mark("s", str(delivery.record.key), value, now() - timedelta(1))
        if not mended:
            raise PoisonError("invalid", "not yet")
        await world.save(delivery)

    await world.bus.start()
    for number in range(LETTERS):
        await world.publish(world.topics.attendance("R0A"), b"x" * BYTES, key=f"key-{number}")
    await world.parked_are(LETTERS)

    mended = True
    assert await world.tool("redrive", "--every", "--reason", "mended", "--actor", "ann") == DONE

    async def all_handled() -> bool:
        return len(world.handled) == LETTERS

    await until(all_handled)
    assert await world.outstanding() == {}
