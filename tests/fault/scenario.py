"""The fault run: a platform under load, its processes killed at random, then quiet.

Guards that the load goes on through every kill and past the last one, and that what is judged afterwards has come to
rest: every process ready, every outbox empty, every reader at the end of what it reads.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from deploy.local.members import PARTS
from deploy.local.stack import Stack, database_of
from shared.mongo import Database
from shared.projector import Projection, View
from shared.testing import stream
from shared.testing.accounts import Reader
from shared.testing.history import History
from shared.testing.killing import Chance, Killer, plan
from shared.testing.settling import UnsettledError, behind, eventually, settle
from shared.testing.stream import Follower
from shared.topics import SERVICES
from tests.fault.commands import Commands
from tests.fault.desk import Desk
from tests.fault.lanes import Lane, sessions_of
from tests.fault.people import COHORTS, ORGANISATIONS, WITH_PROJECTS, Clerks, Person, Session
from tests.fault.readers import all_readers
from tests.fault.systems import Systems

LANES = [(one, WITH_PROJECTS) for one in ORGANISATIONS] + [("R0A", "mcr-2023"), ("RM3", "mcr-2023")]
PEOPLE_OF_A_LANE = 3
READY_SECONDS = 120.0
QUIET_SECONDS = 240.0
"""Longer than a worker needs that is ended by its watchdog after a minute and begins again, on a busy machine."""


Ordeal = Callable[["Region"], Awaitable[None]]
"""What a platform under load is put through; it returns when that is over."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Faults:
    """What is done to the platform: kills by kind of process and how they are spread, or another ordeal.

    `patience` is how many seconds the kills may take before nobody is waited for between them.
    """

    broker: str
    seed: int
    kills: Mapping[str, int] = field(default_factory=dict)
    spread: Chance = field(default_factory=Chance)
    patience: float = 100.0
    ordeal: Ordeal | None = None


@dataclass
class Region:
    """A running platform and those who work with it."""

    stack: Stack
    history: History
    chance: Random
    databases: dict[str, Database]
    readers: list[Reader]
    projections: dict[str, Projection[Any, Any]]
    people: list[Person] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    sessions: dict[str, list[Session]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What an ordeal has to say of itself."""
    tell: Tell = lambda _: None
    """Told what is being done."""

    @property
    def brokers(self) -> str:
        """The address of the broker."""
        return self.stack.broker.url

    def followers(self) -> list[Follower]:
        """Return every reader as somebody to wait for."""
        return [self._follower(reader) for reader in self.readers]

    def _follower(self, reader: Reader) -> Follower:
        projection = self.projections.get(reader.name)
        if projection is None:
            return stream.reaction(self.brokers, reader.group, reader.topics)
        view = View(self.databases[reader.service], projection)
        return stream.projection(str(reader), view.as_of, reader.topics)

    async def quiet(self) -> None:
        """Return when everything runs and nothing is under way."""
        await self.ready()
        await settle(
            self.brokers, databases=list(self.databases.values()), followers=self.followers(), deadline=QUIET_SECONDS
        )
        self.stack.check()

    async def ready(self, deadline: float = READY_SECONDS) -> None:
        """Return when every process says that it is ready."""
        await eventually(self._all_ready, deadline=deadline, what="that every process is ready")

    async def caught_up(self, deadline: float) -> None:
        """Return when every reader is where the stream ended at the call, whatever comes meanwhile."""
        followers = self.followers()
        ends = await stream.ends_of(self.brokers, sorted({topic for one in followers for topic in one.topics}))

        late = ""

        async def reached() -> bool:
            nonlocal late
            late = await behind(followers, ends)
            return not late

        try:
            await eventually(reached, deadline=deadline, what="that every reader is where the stream ended", pause=1.0)
        except UnsettledError as error:
            raise UnsettledError(f"{error}: {late}") from None

    async def _all_ready(self) -> bool:
        ready = await asyncio.gather(*(asyncio.to_thread(self.stack.is_up, name) for name in self.stack.processes))
        return all(ready)


@asynccontextmanager
async def region(stack: Stack, history: History, seed: int) -> AsyncIterator[Region]:
    """Find out who reads what on a running platform."""
    readers, projections = all_readers(stack.environments, ORGANISATIONS)
    databases = {service: Database(server.url, service) for service, server in stack.databases.items()}
    try:
        yield Region(stack, history, Random(seed), databases, readers, projections)
    finally:
        for database in databases.values():
            await database.close()


async def play(region: Region, faults: Faults) -> None:
    """Put the platform under load and through its ordeal, and return when all is quiet again."""
    random = region.chance
    region.tell("people are registered")
    region.people = [
        Person(PEOPLE_OF_A_LANE * lane + number, *LANES[lane])
        for lane in range(len(LANES))
        for number in range(PEOPLE_OF_A_LANE)
    ]
    addresses = {service: region.stack.address(service) for service in SERVICES}
    desk = Desk(addresses, region.history, Random(random.random()))
    try:
        clerks = await asyncio.to_thread(Clerks, region.stack.provider, region.people)
        commands = Commands(clerks)
        region.lanes = [_lane(region, number, commands, desk) for number in range(len(LANES))]
        await asyncio.gather(*(lane.prepare() for lane in region.lanes))
        await region.quiet()
        region.sessions = await _sessions(clerks, desk)
        await _under_load(region, faults, desk)
    finally:
        await desk.close()


def _lane(region: Region, number: int, commands: Commands, desk: Desk) -> Lane:
    people = region.people[PEOPLE_OF_A_LANE * number : PEOPLE_OF_A_LANE * (number + 1)]
    return Lane(number + 1, people, commands, desk, Random(region.chance.random()))


async def _sessions(clerks: Clerks, desk: Desk) -> dict[str, list[Session]]:
    clerk = clerks.staff("facilitator", ORGANISATIONS[0])
    return {one: sessions_of(await desk.read(clerk, f"/engagement/v1/cohorts/{one}/sessions")) for one in COHORTS}


async def _under_load(region: Region, faults: Faults, desk: Desk) -> None:
    enough = asyncio.Event()
    systems = Systems(region.stack.broker, region.people, region.history, Random(region.chance.random()))
    systems.learn(region.sessions)
    for lane in region.lanes:
        lane.learn(region.sessions[lane.cohort])
    work = [asyncio.create_task(lane.work(enough)) for lane in region.lanes]
    work.append(asyncio.create_task(systems.work(enough)))
    region.tell("load and faults")
    undergoing = asyncio.create_task(_undergo(region, faults))
    try:
        await asyncio.wait({undergoing, *work}, return_when=asyncio.FIRST_COMPLETED)
        if not any(task.done() for task in work):
            await undergoing
            await region.ready()
        enough.set()
        await _finish(work, desk)
    finally:
        for task in (undergoing, *work):
            task.cancel()
        await asyncio.wait({undergoing, *work})
    region.tell("coming to rest")
    await region.quiet()


async def _undergo(region: Region, faults: Faults) -> None:
    """Carry out the ordeal; without one of its own that is the kills."""
    if faults.ordeal is not None:
        await faults.ordeal(region)
        return
    kills = plan(region.chance, processes_of_kinds(), faults.kills, faults.spread)
    killer = Killer(region.stack, kills, region.history, patience=faults.patience)
    killing = asyncio.create_task(asyncio.to_thread(killer.run))
    try:
        await asyncio.shield(killing)
    finally:
        killer.stop()
        await asyncio.wait({killing})


async def _finish(work: Sequence[Awaitable[None]], desk: Desk) -> None:
    """Let everybody finish what they are at; what is not answered in a minute stays unknown."""
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            await asyncio.shield(asyncio.gather(*work))
    desk.over.set()
    await asyncio.gather(*work)


def processes_of_kinds() -> dict[str, list[str]]:
    """Return the names of the processes of each kind."""
    members = {part: [f"{service} {part}" for service in SERVICES] for part in PARTS}
    return {**members, "broker": ["broker"], "database": [database_of(service) for service in SERVICES]}
