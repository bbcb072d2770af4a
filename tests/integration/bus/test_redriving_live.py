"""Dead letters that are sent again while whoever sent them goes on speaking."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.deadletters.commandline import DONE
from shared.stream import Publisher
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_what_comes_between_two_letters_that_are_sent_again_does_not_park_its_key_for_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P6, P7: it lies between them in the log, waits behind the second, and goes along in the end."""
    topic = world.topics.attendance("R0A")
    unknown, live = {b"one"}, [b"three"]
    publish = Publisher.publish

    async def publish_beside(publisher: Publisher, rows: Sequence[Any]) -> list[str]:
        taken = await publish(publisher, rows)
        if live and not unknown and any(row["topic"] == topic for row in rows):
            await publish(publisher, [{"_id": "live", "topic": topic, "key": b"k", "value": live.pop(), "headers": ()}])
        return taken

    await world.attending(world.bus, unknown).start()
    await world.publish(topic, b"one", b"two")
    await world.parked_are(2)
    unknown.clear()
    monkeypatch.setattr(Publisher, "publish", publish_beside)
    assert await world.tool("redrive", "--code", "unknown-session", "--reason", "known now", "--actor", "ann") == DONE
    await world.publish(topic, b"four")
    await world.handled_are(b"one", b"two", b"three", b"four")
    assert await world.outstanding() == {}
