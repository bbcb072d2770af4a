"""Engagement on a real broker: it hears enrolment and other systems in any order, and what it says arrives."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any

import pytest

from services.engagement.app import NAME
from shared.bus import Publisher
from shared.deadletters.letter import Letter, read
from shared.events import Envelope, Fact, encode, parse
from shared.events.enrolment import ParticipantApplied, ParticipantIdentified
from shared.mongo import Database
from shared.stream.reader import read_all
from shared.testing.servers import Broker
from shared.testing.settling import settle
from shared.testing.stream import reaction
from shared.topics import Topics
from tests.integration.engagement.said import (
    COHORT,
    DAY,
    GROUP,
    HERE,
    PROGRAMME,
    SECOND_DAY,
    THERE,
    enrolled,
    envelope,
    erased,
    identified,
    last_word,
    recorded,
    schedule,
    statement,
    subject_of,
    voided,
)
from tests.integration.engagement.world import World

APPLIED = ParticipantApplied(
    participant="p-0",
    cohort=COHORT,
    programme=PROGRAMME,
    organisation=HERE,
    group=GROUP,
    applied_on="2024-01-01",
    version=1,
)
_numbers = count()
Settled = Callable[[], Awaitable[None]]


@pytest.fixture
async def live(database: Database, topics: Topics, broker_server: Broker) -> World:
    """Engagement on a broker, not started."""
    world = World(database, topics, broker_server.url, idempotent=broker_server.idempotent_producer)
    await world.engagement.prepare()
    return world


@asynccontextmanager
async def running(world: World) -> AsyncIterator[Settled]:
    """Let worker and relay run; what is handed out waits until everything has been handled."""
    (worker,), relay = world.engagement.workers(), world.engagement.relay()
    topics, group = world.topics, f"{world.topics.prefix}{NAME}."
    attendance = [topics.attendance(organisation) for organisation in (HERE, THERE)]
    followers = [
        reaction(world.brokers, f"{group}rosters", [topics.events("enrolment")]),
        reaction(world.brokers, f"{group}identifiers", [topics.identifiers()]),
        reaction(world.brokers, f"{group}attendance", attendance),
    ]
    to_the_end = {"databases": [world.database], "followers": followers, "workers": [worker, relay]}
    await worker.start()
    await relay.start()
    try:
        yield partial(settle, world.brokers, **to_the_end, deadline=90)
    finally:
        await worker.stop()
        await relay.stop()


async def publish(world: World, topic: str, key: str, *values: bytes | None) -> None:
    publisher = Publisher(world.brokers, idempotent=world.idempotent)
    for value in values:
        number = str(next(_numbers))
        row = {"_id": number, "topic": topic, "key": key, "value": value, "headers": []}
        assert await publisher.publish([row]) == [number]
    await publisher.close()


async def enrolment_says(world: World, *facts: Fact) -> None:
    """Publish facts as enrolment's relay would."""
    for fact in facts:
        compacted = isinstance(fact, ParticipantIdentified)
        topic = world.topics.identifiers() if compacted else world.topics.events("enrolment")
        await publish(world, topic, subject_of(fact), encode(envelope(fact)))


async def system_says(world: World, key: str, *bodies: Any, organisation: str = HERE) -> None:
    """Publish records as an organisation's system would."""
    values = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    await publish(world, world.topics.attendance(organisation), key, *values)


async def told(world: World) -> list[Envelope]:
    """Read everything that engagement has said to the world."""
    return [parse(record.value) for record in await read_all(world.brokers, world.topics.events(NAME))]


async def letters(world: World) -> list[Letter]:
    records = await read_all(world.brokers, world.topics.dead_letters(NAME))
    return [letter for letter in map(read, records) if letter is not None]


@pytest.mark.delivery
@pytest.mark.organisations(HERE, THERE)
async def test_records_in_two_dialects_arrive_once_and_are_told_in_order(live: World) -> None:
    """Reports before the roster, a void before its original, duplicates, and both dialects (traps, P3)."""
    first = recorded("r-1", "p-0")
    await enrolment_says(live, schedule(), schedule())
    async with running(live) as settled:
        await settled()
        await system_says(live, "p-0", first, first, voided("r-2"), recorded("r-2", "p-0", session=SECOND_DAY))
        await system_says(live, "p-0-account", statement("s-1", "p-0", result={"completion": False}))
        await enrolment_says(live, identified("p-0"), APPLIED, enrolled("p-0", version=2), enrolled("p-0", version=2))
        await settled()
    said = await told(live)
    assert {event.data.model_dump()["session"] for event in said} == {DAY}
    versions = [event.data.version for event in said]
    assert versions == sorted(set(versions))
    assert await live.status("p-0") == ("missed", 0)
    assert await live.status("p-0", SECOND_DAY) is None
    assert await letters(live) == []
    assert await live.queue() == []


@pytest.mark.organisations(HERE, THERE)
async def test_poison_is_parked_byte_for_byte_and_an_erased_person_stays_forgotten(live: World) -> None:
    """P5, P6, P7 and P11, for what only engagement can tell is wrong."""
    poison = {
        "undecodable": b"\xff\x00 {",
        "unknown-dialect": json.dumps({"hello": "world"}).encode(),
        "invalid": json.dumps(recorded("r-3", "p-0", minutes="many")).encode(),
        "wrong-organisation": json.dumps(recorded("r-4", "p-0", organisation=THERE)).encode(),
        "unknown-session": json.dumps(recorded("r-5", "p-0", session="recap-1999-day-1")).encode(),
        "conflict": json.dumps(recorded("r-0", "p-0", minutes=1)).encode(),
    }
    await enrolment_says(live, schedule(), enrolled("p-0"), identified("p-0"))
    async with running(live) as settled:
        await settled()
        await system_says(live, "p-0", recorded("r-0", "p-0"))
        await settled()
        for code, value in poison.items():
            await system_says(live, f"key-of-{code}", value)
        await system_says(live, "p-0", recorded("r-9", "p-0", minutes=200, after=1))
        await system_says(live, "p-0", recorded("r-9", "p-0"), organisation=THERE)
        await settled()
        (query,) = await live.queue(THERE)
        assert query["record"] == "r-9"
        await enrolment_says(live, erased("p-0"), last_word("p-0"))
        await publish(live, live.topics.identifiers(), "p-0", None)
        await settled()
        await system_says(live, "p-0", recorded("r-10", "p-0", session=SECOND_DAY))
        await settled()
    assert {letter.code: letter.record.value for letter in await letters(live)} == poison
    said = [event.type.split(".")[2] for event in await told(live)]
    assert said == ["attended", "attendance_corrected", "erasure_confirmed"]
    assert await live.queue(HERE) == []
