"""What outside systems send: known by source and id, from whichever topic is theirs, even a new one."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.bus import Delivery
from shared.bus.consumer import NEW_TOPICS_MS
from shared.clock import now
from shared.provision import Declared, provision, remove
from tests.integration.bus.world import World, until


def all_handled(world: World, count: int) -> Callable[[], Awaitable[bool]]:
    async def there() -> bool:
        return len(world.handled) == count

    return there


async def test_the_same_id_counts_once_another_body_or_a_strange_time_is_parked_with_its_code(world: World) -> None:
    """P3, P5."""
    topic = world.topics.attendance("R0A")
    ages = {b"old": timedelta(days=13, hours=1), b"oldest good": timedelta(days=12), b"future": -timedelta(hours=13)}

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        assert delivery.organisation == "R0A"
        body = delivery.record.value or b""
        await delivery.external_mark("s", body.decode().split("/")[0], body, now() - ages.get(body, timedelta()))
        if body.startswith(b"nothing"):
            delivery.skip()
            return
        await world.save(delivery)

    await world.bus.start()
    for value in (
        b"nothing to do/1",
        b"nothing to do/2",
        b"id/1",
        b"id/1",
        b"id/2",
        b"oldest good",
        b"old",
        b"future",
        b"x" * 2_000,
        b"x" * 2_000,
    ):
        await world.publish(topic, value, key=value.split(b"/")[0])
    await world.parked_are(4)
    await until(all_handled(world, 3))
    assert set(world.values()) == {b"id/1", b"oldest good", b"x" * 2_000}
    codes = {letter.record.value: letter.code for letter in await world.letters()}
    assert codes == {
        b"nothing to do/2": "conflict",
        b"id/2": "conflict",
        b"old": "too-old",
        b"future": "from-the-future",
    }
    assert await world.things() == 3


async def test_what_was_too_new_to_be_parked_as_old_may_wait_among_the_dead_letters(world: World) -> None:
    """P7: a record from the dead letters is as old as it was when it came."""
    topic = world.topics.attendance("R0A")
    published = now()
    ready = False

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if not ready:
            raise KeyError
        await delivery.external_mark("s", "1", b"1", published)
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"1")
    await world.parked_are(1)
    # Young enough when it was parked a moment ago, too old a moment from now.
    published, ready = now() - timedelta(days=13) + timedelta(seconds=1), True

    async def too_old_by_now() -> bool:
        return published < now() - timedelta(days=13)

    await until(too_old_by_now)
    assert await world.tool("redrive", "--every", "--reason", "mended") == 0
    await world.handled_are(b"1")


@pytest.mark.delivery
async def test_a_new_organisations_topic_is_read_soon(world: World) -> None:
    """It is looked for every second; the rest is for the group to agree on who reads it."""
    assert NEW_TOPICS_MS <= 1_000

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        assert delivery.organisation == "RNEW"
        await world.save(delivery)

    await world.bus.start()

    async def joined() -> bool:
        return world.bus.ready() is None

    await until(joined)
    topic = world.topics.attendance("RNEW")
    await provision(world.brokers, [Declared(topic, 3)])
    await world.publish(topic, b"first")
    await world.handled_are(b"first")
    await world.bus.stop()
    await remove(world.brokers, [topic])
