"""Bad networks between each pair of parts: late, reset, half-open, answers dropped; nothing lost, nothing twice.

Dropped answers are the worst of them: what was asked for happened, and whoever asked does not know (P1 to P5, P10).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared import inbox, outbox
from shared.bus import Publisher
from shared.errors import UnavailableError
from shared.inbox import AlreadyHandledError
from shared.mongo import Database
from shared.outbox import Change, StoreDoor
from shared.provision import declared, provision
from shared.testing.checker import listed
from shared.testing.fixtures import TOPICS_FILE
from shared.testing.kafka import ApacheKafka
from shared.testing.ports import free_port
from shared.testing.proxy import Proxy
from shared.topics import Topics
from tests.fault.kernel import children
from tests.fault.kernel.scenes import INDEXES, ORGANISATION, Ground, Projecting, Reacting, Relaying, Scene
from tests.toys import attended, because

HOLD = 1.0
"""Seconds that a network stays bad: long enough for several requests, shorter than every deadline."""
CLERKS = 4
ALL = ("late", "reset", "dropped", "half-open")
SOON_OVER = ("late", "reset", "dropped")
"""A half-open connection is noticed by deadlines of up to 40 seconds."""
SCENES: dict[str, Callable[[Ground], Scene]] = {"relay": Relaying, "reactions": Reacting, "projector": Projecting}
MAKERS: dict[str, Callable[..., Any]] = {
    "relay": children.relay,
    "reactions": children.reactions,
    "projector": children.projector,
}
Say = Callable[[str], None]


def _spoil(proxy: Proxy, how: str) -> None:
    match how:
        case "late":
            proxy.be_late(0.1)
        case "reset":
            proxy.reset()
        case "dropped":
            proxy.drop_answers()
        case "half-open":
            proxy.fall_silent()


@asynccontextmanager
async def _far_database(ground: Ground) -> AsyncIterator[tuple[Proxy, Database]]:
    """The database behind a proxy; the driver is told not to ask where the others are."""
    (port,) = re.findall(r":(\d+)/", ground.mongo_url)
    async with Proxy(int(port)) as proxy:
        far = Database(f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true", ground.database.name)
        yield proxy, far
        await far.close()


async def _through(scene: Scene, part: Any, proxy: Proxy, faults: Sequence[str]) -> str:
    """Let a part work while its network goes bad again and again; return what there was in the end."""
    await part.start()
    ended = asyncio.create_task(part.wait())
    try:
        await scene.work()
        await scene.settled()
        for how in faults:
            await scene.work()
            _spoil(proxy, how)
            await scene.work()
            await asyncio.wait({ended}, timeout=HOLD)
            proxy.heal()
            await scene.settled()
    finally:
        proxy.heal()
        if ended.done():
            ended.result()
        ended.cancel()
        await part.stop()
    found, told = await scene.judge()
    assert not found, listed(found)
    seen = f"{proxy.resets} connections broken, {proxy.dropped} answers dropped, {proxy.silenced} pieces into the void"
    return f"{', '.join(faults)}: {seen}; {told}"


async def _between_part_and_database(role: str, ground: Ground, faults: Sequence[str], say: Say) -> None:
    async with _far_database(ground) as (proxy, far):
        part = MAKERS[role](ground.brokers, far, ground.topics, ground.idempotent)
        say(await _through(SCENES[role](ground), part, proxy, faults))


@pytest.mark.parametrize("role", SCENES)
async def test_a_bad_network_to_the_database_changes_nothing(role: str, ground: Ground, say: Say) -> None:
    await _between_part_and_database(role, ground, SOON_OVER, say)


@pytest.mark.long
@pytest.mark.reference
@pytest.mark.parametrize("role", SCENES)
async def test_any_network_to_the_database_changes_nothing(role: str, ground: Ground, say: Say) -> None:
    await _between_part_and_database(role, ground, (*ALL, *ALL, *SOON_OVER), say)


@asynccontextmanager
async def _far_broker(folder: Path, mongo_url: str, database: Database) -> AsyncIterator[tuple[Ground, Proxy, str]]:
    """Apache Kafka with a second door behind a proxy: who comes by that one is told to come by it again."""
    inner, outer = free_port(), free_port()
    server = ApacheKafka(folder, inner=inner, outer=outer)
    topics, publisher = Topics("far-"), Publisher(server.url)
    try:
        await asyncio.to_thread(server.start)
        await provision(server.url, declared(TOPICS_FILE, [ORGANISATION], prefix=topics.prefix))
        await database.ensure_indexes(INDEXES)
        async with Proxy(inner, port=outer) as proxy:
            known = Ground(server.url, mongo_url, database, topics, publisher, idempotent=True)
            yield known, proxy, f"127.0.0.1:{outer}"
    finally:
        await publisher.close()
        server.kill()


async def _between_part_and_broker(
    role: str, there: tuple[Ground, Proxy, str], faults: Sequence[str], say: Say
) -> None:
    ground, proxy, far = there
    part = MAKERS[role](far, ground.database, ground.topics, ground.idempotent)
    say(await _through(SCENES[role](ground), part, proxy, faults))


@pytest.mark.reference
async def test_a_bad_network_between_relay_and_broker_changes_nothing(
    own_folder: Path, mongo_url: str, database: Database, say: Say
) -> None:
    async with _far_broker(own_folder, mongo_url, database) as there:
        await _between_part_and_broker("relay", there, SOON_OVER, say)


@pytest.mark.long
@pytest.mark.reference
@pytest.mark.parametrize("role", SCENES)
async def test_any_network_to_the_broker_changes_nothing(
    role: str, own_folder: Path, mongo_url: str, database: Database, say: Say
) -> None:
    async with _far_broker(own_folder, mongo_url, database) as there:
        await _between_part_and_broker(role, there, (*ALL, *SOON_OVER), say)


async def _clerk(door: StoreDoor, number: int, enough: asyncio.Event, done: list[str]) -> int:
    """Give one command after another, each again under the same mark until it is known to have happened."""
    tries = 0
    while not enough.is_set():
        name = f"{number}-{len(done)}-{tries}"
        while True:
            tries += 1
            try:
                change = Change("things", name, {}, 0, (attended(name, 1),))
                await door.save([change], because(f"command|{name}"))
            except UnavailableError:
                continue
            except AlreadyHandledError:
                pass
            break
        done.append(name)
    return tries


async def _commands(ground: Ground, faults: Sequence[str], say: Say) -> None:
    done: list[str] = []
    enough = asyncio.Event()
    async with _far_database(ground) as (proxy, far):
        door = StoreDoor(far, "engagement", topics=ground.topics)
        clerks = [asyncio.create_task(_clerk(door, number, enough, done)) for number in range(CLERKS)]
        for how in faults:
            _spoil(proxy, how)
            await asyncio.wait(clerks, timeout=HOLD)
            proxy.heal()
            await asyncio.wait(clerks, timeout=HOLD)
        enough.set()
        tries = sum(await asyncio.gather(*clerks))
        seen = f"{proxy.resets} connections broken, {proxy.dropped} answers dropped"
    database = ground.database
    there = {name: await database.collection(name).count_documents({}) for name in ("things", "outbox")}
    marks = await database.collection(inbox.COLLECTION).count_documents({})
    events = {row["subject"] async for row in database.collection(outbox.COLLECTION).find({})}
    assert there == {"things": len(done), "outbox": len(done)}
    assert (marks, events) == (len(done), set(done))
    say(f"{', '.join(faults)}: {seen}; {len(done)} commands in {tries} tries, each took effect once")


async def test_a_bad_network_between_commands_and_the_database_changes_nothing(ground: Ground, say: Say) -> None:
    await _commands(ground, SOON_OVER, say)


@pytest.mark.long
async def test_any_network_between_commands_and_the_database_changes_nothing(ground: Ground, say: Say) -> None:
    await _commands(ground, ALL * 5, say)
