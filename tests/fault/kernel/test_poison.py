"""Hostile records against engagement's attendance reaction: each is handled or kept, and nobody else waits (P5 to P7).

A record of ten megabytes is refused by its topic on Apache Kafka. The embedded broker has no such limit.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from random import Random
from statistics import median

import pytest

from services.engagement.app import NAME
from shared import inbox
from shared.bus import Publisher
from shared.mongo import Database
from shared.stream import SMALL_BATCH_BYTES
from shared.testing.accounts import judge_letters, judge_queues
from shared.testing.checker import Stream, listed, place_of
from shared.testing.servers import Broker
from shared.topics import Topics
from tests.fault.kernel.hostile import GOOD, LATE_DAY, PEOPLE, REPAIRABLE, Hostile, Sent, huge
from tests.fault.kernel.region import Region
from tests.integration.engagement.said import enrolled, identified, recorded, schedule
from tests.integration.engagement.world import World

SEED = 20260607
HANDFUL = 5
"""Records that are sent together, before one whose way is timed."""
LOOK = 0.005
PATIENCE = 60.0
SLOWER = 5.0
"""How many times longer other subjects may take at most; what is seen is near 1."""
SOON = 0.05
"""Seconds below which no difference is made."""
Say = Callable[[str], None]


@pytest.fixture
async def region(database: Database, topics: Topics, broker_server: Broker) -> AsyncIterator[Region]:
    world = World(database, topics, broker_server.url, idempotent=broker_server.idempotent_producer)
    await world.engagement.prepare()
    made = Region(
        world,
        Publisher(broker_server.url, idempotent=broker_server.idempotent_producer, batch_bytes=SMALL_BATCH_BYTES),
    )
    await made.enrolment_says(schedule(), *(fact for one in PEOPLE for fact in (enrolled(one), identified(one))))
    yield made
    await made.publisher.close()


async def test_some_hostile_records_are_handled_or_kept(region: Region, say: Say) -> None:
    await _attack(region, 150, say)


@pytest.mark.long
@pytest.mark.reference
async def test_five_thousand_hostile_records_are_handled_or_kept(region: Region, say: Say) -> None:
    await _attack(region, 5_000, say)


@pytest.mark.reference
async def test_a_record_of_ten_megabytes_is_refused_by_its_topic(region: Region, say: Say) -> None:
    async with region.running():
        await region.settled()
        assert await region.publisher.publish([huge(region.world.topics).row]) == []
        await region.send([Hostile(region.world.topics, Random(SEED)).good().row])
        await region.settled()
    balance, stream, _, letters = await region.balance()
    assert (len(stream.records(region.attendance)), balance.faults, letters) == (1, [], [])
    say("1 record of 10 MB: refused by the topic, nothing of it is there")


async def _attack(region: Region, wanted: int, say: Say) -> None:
    topics = region.world.topics
    sent = [*Hostile(topics, Random(SEED)).records(wanted)]
    friendly = Hostile(topics, Random(SEED + 1))
    calm = [friendly.good() for _ in range(min(wanted, 1000))]
    async with region.running():
        await region.settled()
        before = await _timed(region, [_renamed(one, number) for number, one in enumerate(calm)], "calm")
        during = await _timed(region, sent, "hostile")
        await region.settled()
        await _judge(region, sent)
        _judge_patience(before, during, say)
        await _mend(region, say)
    say(f"{wanted} records by fate: {dict(Counter(one.fate for one in sent))}")
    say(f"by flaw: {dict(Counter(one.flaw for one in sent))}")


def _renamed(sent: Sent, number: int) -> Sent:
    """Return a good record with an id and a key of its own."""
    value = (sent.value or b"").replace(b"00000000-0000-4000-8000", b"%08d-0000-4000-9000" % number)
    return Sent(-number - 1, sent.topic, b"calm-%d" % number, value, sent.headers, GOOD, "none")


async def _timed(region: Region, records: Sequence[Sent], name: str) -> list[float]:
    """Publish records by the handful, each with a good one of another subject; return how long those took.

    The next handful goes when the one before has been handled: what is measured is not a queue.
    """
    took: list[float] = []
    publisher = Publisher(region.world.brokers, idempotent=region.world.idempotent)
    for start in range(0, len(records), HANDFUL):
        await _burst(region.publisher, records[start : start + HANDFUL])
        probe, at = f"{name}-{start}", datetime.now(UTC)
        await publisher.publish([_probe(region.world.topics, probe)])
        took.append((await _saved(region, probe) - at).total_seconds())
    await publisher.close()
    await region.settled()
    return took


async def _burst(publisher: Publisher, records: Sequence[Sent]) -> None:
    """Publish in order; records of one key follow each other."""
    for sent in records:
        assert await publisher.publish([sent.row]) == [str(sent.number)], sent.flaw


def _probe(topics: Topics, name: str) -> dict[str, object]:
    who = PEOPLE[int(name.rpartition("-")[2]) % len(PEOPLE)]
    value = json.dumps(recorded(name, who)).encode()
    return {"_id": name, "topic": topics.attendance("R0A"), "key": name, "value": value, "headers": ()}


async def _saved(region: Region, probe: str) -> datetime:
    """Return when a probe was saved, from its mark."""
    name = f'attendance|["R0A", "badges", "{probe}"]'
    marks = region.world.database.collection(inbox.COLLECTION)
    deadline = time.monotonic() + PATIENCE
    while (mark := await marks.find_one({"_id": name})) is None:
        assert time.monotonic() < deadline, f"{probe} was not handled"
        await asyncio.sleep(LOOK)
    saved: datetime = mark["saved_at"]
    return saved


def _judge_patience(before: Sequence[float], during: Sequence[float], say: Say) -> None:
    """P6: others wait no longer than behind as many good records."""
    calm, hostile = median(before), median(during)
    worst, worst_during = (sorted(took)[int(len(took) * 0.95)] for took in (before, during))
    say(
        f"others' way from publishing to saved: median {calm * 1000:.0f} ms among good records, {hostile * 1000:.0f} ms"
        f" among hostile ones (ratio {hostile / calm:.2f}); 95 of 100 within {worst * 1000:.0f} and"
        f" {worst_during * 1000:.0f} ms (ratio {worst_during / worst:.2f})"
    )
    assert hostile <= max(SOON, SLOWER * calm)


async def _judge(region: Region, sent: Sequence[Sent]) -> None:
    """P5, P7: every record is in one account, under its code, with its bytes, and in the order of its key."""
    balance, stream, marks, letters = await region.balance()
    faults = [*balance.faults, *judge_letters(stream, letters), *_misjudged(stream, letters, sent)]
    faults += judge_queues(balance, stream, letters, marks.digests)
    assert not faults, listed(faults)
    assert sum(account.records for account in balance.accounts.values()) >= len(sent)


def _misjudged(stream: Stream, letters: Sequence[object], sent: Sequence[Sent]) -> list[str]:
    """Return every record that was kept under another code than its flaw's, or kept although it is good."""
    codes = {place_of(letter.record): letter.code for letter in letters}  # type: ignore[attr-defined]
    came: dict[str, list[str]] = {}
    for record in stream.records(stream.topics):
        came.setdefault(record.digest(), []).append(codes.get(place_of(record), GOOD))
    meant: dict[str, list[str]] = {}
    for one in sent:
        meant.setdefault(one.digest(), []).append(one.fate)
    flaws = {one.digest(): one.flaw for one in sent}
    return [
        f"{flaws[digest]}: meant {fates}, became {came.get(digest)}"
        for digest, fates in meant.items()
        if sorted(came.get(digest, [])) != sorted(fates)
    ]


async def _mend(region: Region, say: Say) -> None:
    """P7: what can be handled now is sent again twice, and takes effect once."""
    ahead = schedule(2)
    ahead = ahead.model_copy(
        update={"sessions": (*ahead.sessions, ahead.sessions[0].model_copy(update={"session": LATE_DAY}))}
    )
    await region.enrolment_says(ahead)
    await region.settled()
    again = await region.redrive(code=REPAIRABLE)
    await region.settled()
    once = await _state(region)
    balance, _, marks, _ = await region.balance()
    assert not balance.faults, listed(balance.faults)
    await region.redrive(again)
    await region.settled()
    balance, _, after, letters = await region.balance()
    assert not balance.faults, listed(balance.faults)
    assert await _state(region) == once
    assert after.applied == marks.applied
    total = sum(account.duplicate for account in balance.accounts.values())
    assert total >= len(again) > 0
    say(f"{len(again)} letters sent again twice: applied once, {total} duplicates; {len(letters)} letters in all")


async def _state(region: Region) -> tuple[object, ...]:
    """Return what counts and what waits, after the relay has told it all."""
    database = region.world.database
    found = [await database.collection(name).find().sort("_id", 1).to_list(None) for name in ("learners", "statements")]
    waiting = await database.collection(inbox.COLLECTION).find({"_id": {"$regex": "^parked"}}).to_list(None)
    events = await Stream.read(region.world.brokers, [region.world.topics.events(NAME)])
    return *found, waiting, len(events.records(events.topics))
