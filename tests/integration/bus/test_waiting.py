"""A part that is away holds a partition, never a record; a bug holds it for a moment only."""

import asyncio

import pytest

from shared.bus import Delivery
from shared.deadletters.writer import DeadLetters
from shared.errors import PoisonError, UnavailableError
from tests.integration.bus.world import World, until

pytestmark = pytest.mark.delivery


async def test_an_outage_holds_its_partition_and_stopping_acknowledges_nothing(world: World) -> None:
    """P1, P10: a transient failure never becomes a dead letter."""
    held, free = world.topics.attendance("R0A"), world.topics.attendance("RXQ")
    tried_often = asyncio.Event()
    tries: list[bytes | None] = []

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if delivery.record.value == b"two":
            tries.append(b"two")
            if len(tries) > 3:
                tried_often.set()
            raise UnavailableError("the database is away")
        await world.save(delivery)

    await world.bus.start()
    await world.publish(held, b"one", b"two", b"three")
    await world.publish(free, b"free", b"free again")
    async with asyncio.timeout(30):
        await tried_often.wait()
    assert sorted(world.values()) == [b"free", b"free again", b"one"]
    async with asyncio.timeout(5):
        await world.bus.stop()
    assert await world.committed("attendance", held) == [1]
    assert await world.committed("attendance", free) == [2]
    assert await world.letters() == []
    assert await world.things() == 3


async def test_a_bug_is_tried_again_a_few_times_and_then_parked(world: World) -> None:
    """P6."""
    topic = world.topics.attendance("R0A")
    tries: list[bytes | None] = []

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        tries.append(delivery.record.value)
        if delivery.record.value == b"always" or (delivery.record.value == b"once" and tries.count(b"once") == 1):
            raise KeyError("Mrs Smith")
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"always", key="a")
    await world.publish(topic, b"once", key="b")
    await world.handled_are(b"once")
    await world.parked_are(1)
    assert (tries.count(b"always"), tries.count(b"once")) == (4, 2)
    (letter,) = await world.letters()
    assert (letter.code, letter.message, letter.attempts) == ("bug", "KeyError", 4)


async def test_what_cannot_be_parked_does_not_move_the_position_and_a_crash_after_the_letter_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5, P7: the letter first, then the mark, then the position."""
    topic = world.topics.attendance("R0A")
    failures = ["the broker does not take it", "killed between letter and mark"]
    add, publish = world.bus.dead_letters.parked.add, DeadLetters._publish

    async def failing_publish(letters: DeadLetters, letter: object) -> None:
        if len(failures) == 2:
            raise UnavailableError(failures.pop(0))
        await publish(letters, letter)  # type: ignore[arg-type]

    async def failing_add(letter: object) -> object:
        if failures:
            raise UnavailableError(failures.pop(0))
        return await add(letter)  # type: ignore[arg-type]

    monkeypatch.setattr(DeadLetters, "_publish", failing_publish)
    monkeypatch.setattr(world.bus.dead_letters.parked, "add", failing_add)

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if delivery.record.value == b"bad":
            raise PoisonError("no-good", "it is no good")
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"bad", b"behind")
    await world.parked_are(2)
    letters = await world.letters()
    assert [letter.code for letter in letters] == ["no-good", "no-good", "behind"]
    assert letters[0].id == letters[1].id
    assert world.handled == []


async def test_a_partition_that_waits_for_its_turn_is_not_taken_for_one_that_the_client_forgot(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: batches that take long are no reason to begin again."""
    monkeypatch.setattr("shared.bus.consumer.BATCH_RECORDS", 1)
    monkeypatch.setattr("shared.bus.bus.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("shared.bus.bus.PATIENCE_SECONDS", 1.5)

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        await asyncio.sleep(1)  # what takes long on a busy machine
        await world.save(delivery)

    await world.bus.start()
    values = [b"%d" % number for number in range(6)]
    for value in values:
        await world.publish(world.topics.attendance("R0A"), value, key=value.decode())
    watching = asyncio.create_task(world.bus.wait())

    async def all_handled() -> bool:
        return watching.done() or len(world.handled) == len(values)

    await until(all_handled)
    assert not watching.done(), watching.result()
    assert sorted(world.values()) == values
    watching.cancel()
