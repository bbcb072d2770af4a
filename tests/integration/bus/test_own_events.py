"""Our own events on real servers: each takes effect once, what says nothing to us is skipped with evidence."""

import json
from collections.abc import Awaitable, Callable

import pytest
from prometheus_client import REGISTRY

from shared.bus import Delivery
from shared.events import Envelope, encode
from shared.events.engagement import SessionAttended
from shared.testing.accounts import Marks
from tests.integration.bus.world import SERVICE, World, until
from tests.toys import attended

pytestmark = pytest.mark.delivery


def event(identity: str, participant: str, version: int) -> bytes:
    fact = attended(participant, version)
    return encode(
        Envelope(
            id=identity,
            source="/groundswell/engagement",
            type=SessionAttended.type,
            subject=participant,
            time="2026-11-21T10:00:00Z",
            organisation="R0A",
            correlationid="conversation",
            data=fact,
        )
    )


def counted(outcome: str) -> float:
    labels = {"service": SERVICE, "reaction": "counting", "outcome": outcome}
    return REGISTRY.get_sample_value("groundswell_consumed_total", labels) or 0


async def all_handled(counts: Callable[[], Awaitable[dict[str, float]]]) -> bool:
    return sum((await counts()).values()) == 8


async def test_every_record_is_applied_duplicate_parked_or_skipped_and_each_offset_can_be_shown(world: World) -> None:
    """P3, P5: consumed = applied + duplicate + parked + skipped."""
    topic = world.topics.events("engagement")
    before = {outcome: counted(outcome) for outcome in ("applied", "duplicate", "parked", "skipped")}
    unknown = json.dumps({**json.loads(event("u", "p", 1)), "type": "engagement.session.dreamt.v1"}).encode()
    good, other = event("e1", "p", 1), event("e2", "p", 2)

    @world.bus.reaction(topic, name="counting")
    async def handle(delivery: Delivery) -> None:
        if delivery.is_tombstone:
            delivery.skip()
            return
        assert (delivery.because.causation_id, delivery.because.correlation_id) == ("e1", "conversation")
        assert delivery.because.organisation == "R0A"
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, good, good, unknown, None, b"{", event("e1", "p", 3), other, good, key="p")
    await world.parked_are(3)

    async def all_counted() -> dict[str, float]:
        return {outcome: counted(outcome) - count for outcome, count in before.items()}

    await until(lambda: all_handled(all_counted))
    counts = await all_counted()
    assert counts == {"applied": 1, "duplicate": 2, "parked": 3, "skipped": 2}
    letters = await world.letters()
    assert [(letter.code, letter.record.offset) for letter in letters] == [
        ("undecodable", 4),
        ("conflict", 5),
        ("behind", 6),
    ]
    await world.bus.stop()  # the evidence is written at the end of a batch
    marks = await Marks.of(world.database, "counting")
    assert {place[0] for place in {**marks.applied, **marks.skipped}} == {topic}
    assert ({place[2] for place in marks.applied}, {place[2] for place in marks.skipped}) == ({0}, {2, 3})
    assert await world.things() == 1


async def test_what_was_said_before_a_reaction_was_first_started_is_heard(world: World) -> None:
    """P5: a group without a position begins with the first record that there is."""
    topic = world.topics.events("engagement")
    said = [event("e1", "p", 1), event("e2", "p", 2)]
    await world.publish(topic, *said, key="p")
    world.bus.reaction(topic, name="counting")(world.save)
    await world.bus.start()
    await world.publish(topic, event("e3", "p", 3), key="p")
    await world.handled_are(*said, event("e3", "p", 3))
