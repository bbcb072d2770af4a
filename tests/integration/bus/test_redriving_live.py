"""Dead letters that are sent again while whoever sent them goes on speaking."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.bus import Delivery
from shared.clock import now
from shared.deadletters.commandline import DONE
from shared.errors import PoisonError
from shared.stream import Publisher
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_what_comes_between_two_letters_that_are_sent_again_does_not_park_its_key_for_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P6, P7: it lies between them in the log, waits behind the second, and goes along in the end."""
    topic = world.topics.attendance("R0A")
    known, live = False, [b"three"]
    publish = Publisher.publish

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        await delivery.external_mark("s", value.decode(), value, now() - timedelta(1))
        if not known and value == b"one":
            raise PoisonError("unknown-session", "the session is not known")
        await world.save(delivery)

    async def publish_beside(publisher: Publisher, rows: Sequence[Any]) -> list[str]:
        taken = await publish(publisher, rows)
        if live and known and any(row["topic"] == topic for row in rows):
            await publish(publisher, [{"_id": "live", "topic": topic, "key": b"k", "value": live.pop(), "headers": ()}])
        return taken

    await world.bus.start()
    await world.publish(topic, b"one", b"two")
    await world.parked_are(2)
    known = True
    monkeypatch.setattr(Publisher, "publish", publish_beside)
    assert await world.tool("redrive", "--code", "unknown-session", "--reason", "known now", "--actor", "ann") == DONE
    await world.publish(topic, b"four")
    await world.handled_are(b"one", b"two", b"three", b"four")
    assert await world.outstanding() == {}
