"""The projector on a real broker and a real database: exact, fenced, rebuilt (P3, P4, P5, P7, P8)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from shared.errors import UnavailableError
from shared.events import Envelope, Fact, encode
from shared.mongo import Database
from shared.projector import Projector, View, rebuild
from shared.projector.storage import FencedError, Storage, digest
from shared.projector.stream import consumer, fetch, partitions_of, running
from shared.testing.settling import eventually, settle
from shared.testing.stream import projection
from shared.topics import Topics
from tests.toys import Minutes, attended

pytestmark = pytest.mark.delivery


class Park:
    """Keeps what is parked; can be away."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, bytes | None, str]] = []
        self.settled_offsets: list[int] = []
        self.away = False
        self.asked = asyncio.Event()

    async def park(self, record: Any, *, stage: str, code: str, message: str) -> None:
        self.asked.set()
        if self.away:
            raise UnavailableError("the broker is away")
        self.kept.append((record.offset, record.value, code))

    async def settled(self, record: Any, *, stage: str) -> None:
        self.settled_offsets.append(record.offset)


class World:
    """One topic, one database, and projectors to be started and stopped."""

    def __init__(self, broker: str, topics: Topics, database: Database) -> None:
        self.broker, self.topics, self.database = broker, topics, database
        self.park = Park()
        self.view = View(database, Minutes())
        self.running: list[Projector] = []

    def projector(self) -> Projector:
        return Projector(
            self.database, Minutes(), self.park, brokers=self.broker, topics=self.topics, service="evaluation"
        )

    @asynccontextmanager
    async def projecting(self) -> AsyncIterator[Projector]:
        projector = self.projector()
        self.running.append(projector)
        await projector.start()
        try:
            yield projector
        finally:
            self.running.remove(projector)
            await projector.stop()

    async def say(self, facts: Sequence[Fact | bytes], participant: str | None = None) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.broker, acks="all")
        await producer.start()
        for fact in facts:
            key = participant or fact.participant  # type: ignore[union-attr]
            value = fact if isinstance(fact, bytes) else wire(fact)
            await producer.send_and_wait(self.topics.events("engagement"), key=key.encode(), value=value)
        await producer.stop()

    async def settled(self) -> None:
        followers = [projection("minutes", self.view.as_of, [self.topics.events("engagement")])]
        await settle(self.broker, followers=followers, workers=self.running, deadline=60)

    async def figures(self) -> dict[str, dict[str, int]]:
        rows, _ = await self.view.rows({})
        return {row.key["organisation"]: dict(row.figures) for row in rows}

    async def accounts(self) -> dict[str, int]:
        total = {"applied": 0, "duplicate": 0, "skipped": 0, "parked": 0}
        for counts in (await self.view.accounts()).values():
            for name, count in counts.items():
                total[name] += count
        return total


def wire(fact: Fact) -> bytes:
    participant = fact.participant  # type: ignore[attr-defined]
    attributes = {"id": f"{participant}-{fact.version}", "source": "/groundswell/engagement", "type": fact.type}
    return encode(
        Envelope(
            **attributes,
            subject=participant,
            time="2023-10-05T10:00:00Z",
            organisation="R0A",
            correlationid="c",
            data=fact,
        )
    )


@pytest.fixture
async def world(broker: str, topics: Topics, database: Database) -> World:
    return World(broker, topics, database)


async def test_figures_are_exact_after_duplicates_and_corrections(world: World) -> None:
    facts = [attended(f"p{number}", version) for number in range(40) for version in (1, 2)]
    facts += [attended(f"p{number}", 3, minutes=30, organisation="RXQ") for number in range(0, 40, 4)]
    async with world.projecting():
        await world.say(facts + facts[::3])
        await world.settled()
        assert await world.figures() == {
            "R0A": {"sessions": 30, "minutes": 1800},
            "RXQ": {"sessions": 10, "minutes": 300},
        }
        assert await world.accounts() == {"applied": 90, "duplicate": 30, "skipped": 0, "parked": 0}


async def test_a_projector_that_was_stopped_goes_on_where_it_was(world: World) -> None:
    async with world.projecting():
        await world.say([attended("p1", 1)])
        await world.settled()
    await world.say([attended("p1", 2, minutes=20), attended("p2", 1)])
    async with world.projecting():
        await world.settled()
        assert await world.figures() == {"R0A": {"sessions": 2, "minutes": 80}}
        assert (await world.accounts())["applied"] == 3


async def test_a_partition_whose_position_was_not_set_hands_out_nothing(world: World) -> None:
    """P5: the client would choose one end of the log by itself, without a word."""
    async with running(consumer(world.broker, f"{world.topics.prefix}nobody")) as client:
        client.assign(await partitions_of(client, [world.topics.events("engagement")]))
        for version in range(1, 5):
            assert await fetch(client, 500, 10) == {}
            await world.say([attended("p1", version)])


async def test_a_zombies_checkpoint_writes_nothing(world: World) -> None:
    """P4: whoever took a partition over has raised its epoch."""
    storage = Storage(world.database, Minutes(), "1")
    await storage.prepare()
    zombie = await storage.take(0)
    successor = await storage.take(0)
    topic = world.topics.events("engagement")
    for partition, participant in ((zombie, "p1"), (successor, "p2")):
        partition.pages[0] = {participant: {"s1": (1, 60, "R0A")}}
        partition.dirty_pages.add(0)
        partition.positions[topic] = 1
        partition.moved = True
    with pytest.raises(FencedError):
        await storage.checkpoint([zombie])
    await storage.checkpoint([successor])
    with pytest.raises(FencedError):
        await storage.checkpoint([zombie])
    assert (await storage.look(0)).pages[0] == {"p2": {"s1": (1, 60, "R0A")}}


async def test_what_cannot_be_decoded_is_parked_with_its_bytes_and_counted(world: World) -> None:
    async with world.projecting():
        await world.say([b"{broken", b"\xff\x00"], participant="p1")
        await world.say([attended("p1", 1)])
        await world.settled()
        assert sorted(value for _, value, _ in world.park.kept if value) == [b"{broken", b"\xff\x00"]
        assert await world.accounts() == {"applied": 1, "duplicate": 0, "skipped": 0, "parked": 2}


async def test_the_position_does_not_move_while_parking_fails(world: World) -> None:
    """P7: a dead letter that could not be kept is not passed over."""
    world.park.away = True
    async with world.projecting():
        await world.say([b"{broken"], participant="p1")
        await world.park.asked.wait()
        assert await world.accounts() == {"applied": 0, "duplicate": 0, "skipped": 0, "parked": 0}
        world.park.away = False
        await world.settled()
        assert await world.accounts() == {"applied": 0, "duplicate": 0, "skipped": 0, "parked": 1}


async def test_a_rebuild_equals_the_live_projection_and_readers_go_over_to_it(world: World) -> None:
    async with world.projecting():
        await world.say([attended(f"p{number}", version) for number in range(30) for version in (1, 2)])
        await world.settled()
        before = await world.figures()
        seen: list[tuple[int, int]] = []
        result = await rebuild(
            world.database,
            Minutes(),
            brokers=world.broker,
            topics=world.topics,
            progress=lambda done, total: seen.append((done, total)),
        )
        assert (result.flipped, list(result.different), result.records) == (True, [], 60)
        assert seen[-1] == (60, 60)
        assert await world.figures() == before
        await world.say([attended("p1", 3, minutes=10)])
        await world.settled()
        assert (await world.figures())["R0A"] == {"sessions": 30, "minutes": 29 * 60 + 10}


async def test_what_is_said_while_a_rebuild_folds_is_there_when_readers_go_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P8: readers never go back in time."""
    freeze, late = Storage.freeze, [attended("p1", 2, minutes=10), attended("p9", 1)]

    async def freeze_late(storage: Storage) -> dict[int, int]:
        """The log was folded once by now; what is said before the live projection is frozen is still missing."""
        if late:
            await world.say(late)
            late.clear()
            await world.settled()
        return await freeze(storage)

    monkeypatch.setattr(Storage, "freeze", freeze_late)
    async with world.projecting():
        await world.say([attended("p1", 1), attended("p2", 1)])
        await world.settled()
        arguments = {"brokers": world.broker, "topics": world.topics, "progress": lambda done, total: None}
        result = await rebuild(world.database, Minutes(), **arguments)
        assert (result.flipped, result.records) == (True, 4)
        assert await world.figures() == {"R0A": {"sessions": 3, "minutes": 130}}


async def test_a_live_projection_that_is_wrong_is_found_and_not_replaced_unasked(world: World) -> None:
    async with world.projecting():
        await world.say([attended("p1", 1), attended("p2", 1)])
        await world.settled()
    cells = world.database.collection("minutes.1.cells")
    await cells.update_one({"key.organisation": "R0A"}, {"$inc": {"figures.minutes": 5}})
    arguments = {"brokers": world.broker, "topics": world.topics, "progress": lambda done, total: None}
    wrong = await rebuild(world.database, Minutes(), **arguments)
    assert (wrong.flipped, len(wrong.different)) == (False, 1)
    assert (await world.figures())["R0A"]["minutes"] == 125
    mended = await rebuild(world.database, Minutes(), accept=True, **arguments)
    assert mended.flipped
    assert (await world.figures())["R0A"]["minutes"] == 120


async def test_folding_the_log_from_zero_equals_live(world: World) -> None:
    """The law of every projection: the same log, another fold, the same hash."""
    async with world.projecting():
        await world.say([attended(f"p{number % 7}", number // 7 + 1, minutes=number) for number in range(60)])
        await world.settled()
    live = Storage(world.database, Minutes(), "1")
    hashes = [digest(await live.look(number)) for number in range(12)]
    await rebuild(
        world.database, Minutes(), brokers=world.broker, topics=world.topics, progress=lambda done, total: None
    )
    again = Storage(world.database, Minutes(), "2")
    assert [digest(await again.look(number)) for number in range(12)] == hashes


@pytest.mark.reference
async def test_a_second_worker_takes_its_share_and_gives_it_back(world: World) -> None:
    async def owners() -> int:
        return sum(bool(projector._partitions) for projector in world.running)

    async with world.projecting():
        await world.say([attended(f"p{number}", 1) for number in range(30)])
        await world.settled()
        async with world.projecting():

            async def shared_out() -> bool:
                return await owners() == 2

            await eventually(shared_out, what="both workers own partitions")
            await world.say([attended(f"p{number}", 2, minutes=30) for number in range(30)])
            await world.settled()
        await world.say([attended(f"p{number}", 3, minutes=20) for number in range(30)])
        await world.settled()
        assert await world.figures() == {"R0A": {"sessions": 30, "minutes": 600}}
        assert await world.accounts() == {"applied": 90, "duplicate": 0, "skipped": 0, "parked": 0}
