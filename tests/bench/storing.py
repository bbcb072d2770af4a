"""What goes through the database: commands, the relay, and a reaction, against the database's own transactions.

Guards that speed is not bought with shortcuts: transactions are counted, and what was to be said was said.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

from shared import inbox, outbox
from shared.bus import Publisher
from shared.bus.outcome import Outcome
from shared.inbox import Mark
from shared.leases import Leases
from shared.mongo import Database, Session
from shared.outbox import Because, Change, StoreDoor
from shared.provision import declared, provision
from shared.relay import Relay
from shared.stream import SMALL_BATCH_BYTES
from shared.telemetry import CONSUMED
from shared.topics import Topics
from tests.bench.figures import Figure
from tests.bench.world import TOPICS_FILE, World
from tests.integration.engagement.said import DAY, HERE, SECOND_DAY, recorded
from tests.integration.engagement.world import World as Engagement
from tests.unit.evaluation.stories import attended

_SIDE_BY_SIDE = 4
_ROWS = 2_000


async def relay(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield how fast the relay empties the outbox against how fast commands fill it, the middle of three rounds."""
    rounds = sorted([await _relayed(world, f"relay{number}", scale) for number in range(3)])
    ratio, transactions, waiting = rounds[1]
    each = ", ".join(f"{one:.1f}" for one, _, _ in rounds)
    yield Figure("relay drain against commands", ratio, "x", f"{waiting} events; each: {each}", least=5)
    yield Figure("transactions per accepted command", transactions, "", f"{round(600 * scale)} commands", most=1)


async def _relayed(world: World, name: str, scale: float) -> tuple[float, float, int]:
    """Fill an outbox with commands and empty it: return the ratio of speeds, transactions per command, and events."""
    topics, database = Topics(f"{name}."), Database(world.database.url, name)
    await provision(world.broker.url, declared(TOPICS_FILE, [], prefix=f"{name}."))
    await database.ensure_indexes({**outbox.INDEXES, **inbox.INDEXES, "papers": []})
    door = StoreDoor(database, "engagement", topics=topics)
    commands = round(600 * scale)

    async def command(number: int) -> None:
        person = f"person-{number}"
        because = Because("c", None, HERE, "someone", Mark(f"command-{number}", "digest"))
        fact = attended(1, "s-1", participant=person)
        await door.save([Change("papers", person, {"minutes": 90}, 0, [fact])], because)

    before = database.transactions
    filling = await _speed(commands, command)
    transactions = (database.transactions - before) / commands
    await _fill(database, round(_ROWS * scale))
    publisher = Publisher(world.broker.url, idempotent=world.broker.idempotent_producer)
    relay = Relay(database, publisher, Leases(database), "engagement")
    waiting = await database.collection(outbox.COLLECTION).count_documents({})
    await publisher.publish([])
    began, sent = time.monotonic(), 0
    while sent < waiting:
        sent += await relay.send_once()
    draining = waiting / (time.monotonic() - began)
    await publisher.close()
    await database.close()
    return draining / filling, transactions, waiting


async def _fill(database: Database, rows: int) -> None:
    """Multiply a row of the outbox, each copy of another subject."""
    rows_of = database.collection(outbox.COLLECTION)
    row = await rows_of.find_one({}) or {}
    copies = [
        {**row, "_id": f"copy-{n}", "subject": f"s-{n}", "key": f"s-{n}", "shard": n % outbox.SHARDS}
        for n in range(rows)
    ]
    await rows_of.insert_many(copies)


async def reaction(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield how fast attendance of other systems becomes events, against plain transactions of three documents."""
    topics, database = Topics("reaction."), Database(world.database.url, "reaction")
    await provision(world.broker.url, declared(TOPICS_FILE, [HERE], prefix="reaction."))
    place = Engagement(database, topics, world.broker.url, idempotent=world.broker.idempotent_producer)
    await place.engagement.prepare()
    people = [f"p-{number}" for number in range(round(400 * scale))]
    await place.ready(*people)
    await database.collection(outbox.COLLECTION).delete_many({})
    records = [
        json.dumps(recorded(f"{session}-{person}", person, session=session, after=-90)).encode()
        for session in (DAY, SECOND_DAY)
        for person in people
    ]
    plain = await _plain(database, len(records) // 2)
    reacting = await _react(world, place, topics, records)
    plain = (plain + await _plain(database, len(records) // 2)) / 2
    told = await database.collection(outbox.COLLECTION).count_documents({})
    made = await database.collection(inbox.COLLECTION).count_documents({"_id": {"$regex": r"^attendance\|"}})
    await database.close()
    yield Figure("reaction against plain transactions", reacting / plain, "x", f"{len(records)} records", least=0.6)
    yield Figure("events and marks per record", (told + made) / 2 / len(records), "", "", least=1, most=1)


async def _react(world: World, place: Engagement, topics: Topics, records: list[bytes]) -> float:
    """Publish, then let engagement's worker work; from its first mark to its last, records a second.

    How far it is, is asked of its own metric: the stand-in counts documents by reading all of them.
    """
    publisher = Publisher(world.broker.url, idempotent=world.broker.idempotent_producer, batch_bytes=SMALL_BATCH_BYTES)
    topic = topics.attendance(HERE)
    rows = [{"_id": str(n), "topic": topic, "key": f"k{n}", "headers": [], "value": v} for n, v in enumerate(records)]
    await publisher.publish(rows)
    await publisher.close()
    (bus,) = place.engagement.workers()
    applied = CONSUMED.labels("engagement", "attendance", Outcome.APPLIED.value)
    before = applied._value.get()
    await bus.start()
    try:
        first, seen = 0.0, 0
        while seen < len(records):
            await asyncio.sleep(0.02)
            seen = round(applied._value.get() - before)
            if seen and not first:
                first, skipped = time.monotonic(), seen
        return (seen - skipped) / (time.monotonic() - first)
    finally:
        await bus.stop()


async def _plain(database: Database, number: int) -> float:
    """Return the speed of transactions that insert three documents and do nothing else."""
    await database.ensure_indexes({name: [] for name in ("plain-a", "plain-b", "plain-c")})
    names = count()

    async def transaction(_: int) -> None:
        async def work(session: Session) -> None:
            name = f"{time.monotonic_ns()}-{next(names)}"
            for collection in ("plain-a", "plain-b", "plain-c"):
                await database.collection(collection).insert_one({"_id": name, "text": "x" * 200}, session=session)

        await database.transact(work)

    return await _speed(number, transaction)


async def _speed(number: int, do: Callable[[int], Awaitable[None]]) -> float:
    """Do something many times, a few at once, and return how often a second."""
    numbers = iter(range(number))

    async def lane() -> None:
        for one in numbers:
            await do(one)

    began = time.monotonic()
    await asyncio.gather(*(lane() for _ in range(_SIDE_BY_SIDE)))
    return number / (time.monotonic() - began)
