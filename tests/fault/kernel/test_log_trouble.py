"""A log that is not what it was: deleted and made again, cut by retention, ending before the position (P5, P10).

A reaction reports it and goes on with what is there: its records are other people's, and nobody can bring them back. A
projector ends: what it counts would be wrong for ever.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from shared.bus import Bus
from shared.projector import View
from shared.projector.places import LogTroubleError
from shared.provision import declared, provision, remove
from shared.telemetry import LOG_TROUBLE
from shared.testing.fixtures import TOPICS_FILE
from shared.testing.settling import eventually
from shared.testing.stream import ends_of, reaction
from tests.fault.kernel import children
from tests.fault.kernel.scenes import ORGANISATION, Ground, Projecting, Reacting, wire
from tests.toys import Minutes, attended

pytestmark = pytest.mark.reference
KEY = "one"
Say = Callable[[str], None]


@asynccontextmanager
async def _reacting(ground: Ground) -> AsyncIterator[Bus]:
    bus = children.reactions(ground.brokers, ground.database, ground.topics, ground.idempotent)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def _outside(ground: Ground, first: int, wanted: int) -> None:
    """Publish outside records of one key, so that they lie in one partition."""
    for number in range(first, first + wanted):
        await ground.publish(ground.topics.attendance(ORGANISATION), KEY, b'{"id": "%d"}' % number)


async def _made_again(ground: Ground, topic: str) -> None:
    """Delete a topic with all it holds and make it again."""
    await remove(ground.brokers, [topic])

    async def made() -> bool:
        wanted = declared(TOPICS_FILE, [ORGANISATION], prefix=ground.topics.prefix)
        return topic in (await provision(ground.brokers, [one for one in wanted if one.name == topic])).missing

    await eventually(made, what=f"that {topic} is gone and there again")
    await ground.publisher.close()  # a new one learns of the new topic


async def _cut(ground: Ground, topic: str, before: int) -> TopicPartition:
    """Delete what lies before an offset of the one partition that holds something, as retention does."""
    (place,) = [place for place, end in (await ends_of(ground.brokers, [topic])).items() if end]
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.brokers)
    try:
        await admin.start()
        await admin.delete_records({place: RecordsToDelete(before_offset=before)})
    finally:
        await admin.close()
    return place


async def _things(ground: Ground, wanted: int) -> None:
    """Wait until so many records have taken effect."""

    async def there() -> bool:
        return await ground.database.collection("things").count_documents({}) >= wanted

    await eventually(there, deadline=60, what=f"{wanted} records have taken effect")
    assert await ground.database.collection("things").count_documents({}) == wanted


async def _reached(ground: Ground, wanted: int) -> None:
    """Wait until the group has acknowledged everything before an offset."""
    scene = Reacting(ground)
    follower = reaction(ground.brokers, scene.readers[1].group, [scene.outside])

    async def there() -> bool:
        positions = await follower.positions([TopicPartition(scene.outside, number) for number in range(3)])
        return max(positions.values(), default=0) == wanted

    await eventually(there, deadline=60, what=f"the group is at {wanted}")


def _reported(kind: str) -> float:
    counted: float = LOG_TROUBLE.labels(children.SERVICE, "attendance", kind)._value.get()
    return counted


async def test_a_reaction_reads_a_topic_that_was_made_again_under_its_feet_and_says_so(
    ground: Ground, say: Say
) -> None:
    topic, before = ground.topics.attendance(ORGANISATION), _reported("began-again")
    async with _reacting(ground):
        await _outside(ground, 0, 10)
        await _things(ground, 10)
        await _made_again(ground, topic)
        await _outside(ground, 100, 6)
        await _things(ground, 16)
    assert _reported("began-again") > before
    say("10 records, topic deleted and made again while it was read, 6 records: 16 took effect, reported")


async def test_a_reaction_that_was_away_reads_a_topic_that_was_made_again_from_its_beginning(
    ground: Ground, say: Say
) -> None:
    topic = ground.topics.attendance(ORGANISATION)
    async with _reacting(ground):
        await _outside(ground, 0, 10)
        await _things(ground, 10)
        await _reached(ground, 10)
    await _made_again(ground, topic)
    await _outside(ground, 100, 15)
    async with _reacting(ground):
        await _things(ground, 25)
    say("10 records, topic made again while nobody read, 15 records: 25 took effect")


async def test_a_reaction_that_retention_overtook_says_how_many_records_are_gone(ground: Ground, say: Say) -> None:
    topic, before = ground.topics.attendance(ORGANISATION), _reported("missing")
    async with _reacting(ground):
        await _outside(ground, 0, 5)
        await _things(ground, 5)
        await _reached(ground, 5)
    await _outside(ground, 5, 10)
    await _cut(ground, topic, 12)
    async with _reacting(ground):
        await _things(ground, 8)
        await _reached(ground, 15)
    assert _reported("missing") - before == 7
    say("7 of 15 records deleted before they were read: 8 took effect, 7 reported as missing")


async def test_a_reaction_whose_position_lies_behind_the_end_begins_again_and_repeats_nothing(
    ground: Ground, say: Say
) -> None:
    topic, before = ground.topics.attendance(ORGANISATION), _reported("began-again")
    async with _reacting(ground):
        await _outside(ground, 0, 5)
        await _things(ground, 5)
        await _reached(ground, 5)
    (place,) = [place for place, end in (await ends_of(ground.brokers, [topic])).items() if end]
    group = Reacting(ground).readers[1].group
    # It must not commit by itself: on stopping it would put back the position that it found.
    mover = AIOKafkaConsumer(bootstrap_servers=ground.brokers, group_id=group, enable_auto_commit=False)
    await mover.start()
    mover.assign([place])
    await mover.commit({place: 1_000})
    await mover.stop()
    async with _reacting(ground):
        await _outside(ground, 5, 3)
        await _things(ground, 8)
        await _reached(ground, 8)
    assert _reported("began-again") > before
    say("position 1,000 on a log of 5: began again, reported, 8 of 8 took effect once")


async def _say(ground: Ground, first: int, wanted: int) -> None:
    """State facts of one person, so that they lie in one partition."""
    for version in range(first, first + wanted):
        await ground.publish(ground.topics.events("engagement"), KEY, wire(attended(KEY, version)))


async def _folded(ground: Ground) -> None:
    """Let a projector fold what is there, and stop it."""
    worker = children.projector(ground.brokers, ground.database, ground.topics, ground.idempotent)
    await worker.start()
    try:
        await Projecting(ground).settled()
    finally:
        await worker.stop()


async def _ends_with_trouble(ground: Ground) -> str:
    """Let a projector run until it ends, and return what it says; what it had folded stays as it was."""
    before = await ground.database.collection("minutes.1.positions").find({}, {"positions": 1}).to_list(None)
    worker = children.projector(ground.brokers, ground.database, ground.topics, ground.idempotent)
    await worker.start()
    try:
        async with asyncio.timeout(60):
            with pytest.raises(LogTroubleError) as trouble:
                await worker.wait()
    finally:
        await worker.stop()
    assert await ground.database.collection("minutes.1.positions").find({}, {"positions": 1}).to_list(None) == before
    return str(trouble.value)


async def test_a_projector_that_retention_overtook_ends(ground: Ground, say: Say) -> None:
    await _say(ground, 1, 5)
    await _folded(ground)
    await _say(ground, 6, 10)
    await _cut(ground, ground.topics.events("engagement"), 12)
    told = await _ends_with_trouble(ground)
    assert "begins at 12, the next record was 5" in told
    say(f"7 of 15 records deleted before they were read: ended, saying so: {told}")


@pytest.mark.parametrize("again", [0, 3, 10, 15])
async def test_a_projector_whose_topic_was_made_again_ends_however_long_it_is_now(
    again: int, ground: Ground, say: Say
) -> None:
    """10 records had been folded; as many, more or fewer are there now."""
    topic = ground.topics.events("engagement")
    await _say(ground, 1, 10)
    await _folded(ground)
    await _made_again(ground, topic)
    await _say(ground, 101, again)
    told = await _ends_with_trouble(ground)
    say(f"10 records folded, topic made again with {again}: ended, saying so: {told}")


async def test_a_projector_whose_log_is_what_it_was_goes_on(ground: Ground, say: Say) -> None:
    """To the record: retention may take what has been folded, to the position and not beyond."""
    await _say(ground, 1, 10)
    await _folded(ground)
    await _cut(ground, ground.topics.events("engagement"), 10)
    await _say(ground, 11, 5)
    await _folded(ground)
    accounts = (await View(ground.database, Minutes()).accounts()).values()
    assert sum(sum(counts.values()) for counts in accounts) == 15
    say("10 of 10 folded records deleted, 5 more: all 15 folded once")
