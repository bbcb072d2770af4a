"""Engagement on a broker, somebody who publishes to it, an operator, and what there is to judge in the end."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from services.engagement.app import NAME
from shared.audit import Audit
from shared.bus import Publisher
from shared.deadletters import Parked
from shared.deadletters.desk import Decided, Desk, Wanted
from shared.deadletters.letter import Letter, read
from shared.events import Fact, encode
from shared.events.enrolment import ParticipantIdentified
from shared.stream.reader import read_all
from shared.testing.accounts import Balance, Marks, Reader, reaction_balance
from shared.testing.checker import Stream
from shared.testing.settling import settle
from shared.testing.stream import Follower, TopicPartition, reaction
from tests.integration.engagement.said import HERE, THERE, envelope, subject_of
from tests.integration.engagement.world import World

DEADLINE = 600.0
OPERATOR = Decided("ann", "the session is known now")


@dataclass
class Region:
    """One running engagement; `publisher` is everybody else."""

    world: World
    publisher: Publisher

    def __post_init__(self) -> None:
        topics = self.world.topics
        self.group = f"{topics.prefix}{NAME}."
        self.attendance = (topics.attendance(HERE), topics.attendance(THERE))
        self.reader = Reader(NAME, "attendance", f"{self.group}attendance", self.attendance)

    def followers(self) -> list[Follower]:
        """Return the reactions as somebody to wait for."""
        heard = {
            "rosters": (self.world.topics.events("enrolment"),),
            "identifiers": (self.world.topics.identifiers(),),
            "attendance": self.attendance,
        }
        return [reaction(self.world.brokers, self.group + name, topics) for name, topics in heard.items()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let worker and relay run."""
        (worker,), relay = self.world.engagement.workers(), self.world.engagement.relay()
        self.workers = [worker, relay]
        for part in self.workers:
            await part.start()
        try:
            yield
        finally:
            for part in self.workers:
                await part.stop()

    async def settled(self) -> None:
        """Return when nothing is under way."""
        await settle(
            self.world.brokers,
            databases=[self.world.database],
            followers=self.followers(),
            workers=self.workers,
            deadline=DEADLINE,
        )

    async def send(self, rows: Iterable[dict[str, Any]]) -> None:
        """Publish rows one after the other."""
        for row in rows:
            assert await self.publisher.publish([row]) == [row["_id"]]

    async def enrolment_says(self, *facts: Fact) -> None:
        """Publish facts as enrolment's relay would."""
        topics = self.world.topics
        for fact in facts:
            topic = topics.identifiers() if isinstance(fact, ParticipantIdentified) else topics.events("enrolment")
            value = encode(envelope(fact))
            await self.send([{"_id": "f", "topic": topic, "key": subject_of(fact), "value": value, "headers": ()}])

    async def letters(self) -> list[Letter]:
        """Return the latest copy of every dead letter."""
        found = map(read, await read_all(self.world.brokers, self.world.topics.dead_letters(NAME)))
        return list({letter.id: letter for letter in found if letter is not None}.values())

    async def balance(self) -> tuple[Balance, Stream, Marks, Sequence[Letter]]:
        """Account for every record of the attendance reaction."""
        stream = await Stream.read(self.world.brokers, self.attendance)
        marks, letters = await Marks.of(self.world.database, self.reader.name), await self.letters()
        places = {TopicPartition(one.topic, one.partition) for one in stream.records(self.attendance)}
        (follower,) = [one for one in self.followers() if one.name == self.reader.group]
        ends = await follower.positions(sorted(places))
        return reaction_balance(self.reader, stream, marks, letters, ends), stream, marks, letters

    async def redrive(self, letters: Sequence[Letter] | None = None, *, code: str = "") -> list[Letter]:
        """Send letters again as an operator does, all that wait under a code or some that were sent before."""
        world, topics = self.world, self.world.topics
        audit = Audit(world.database, world.door, world.settings.deployment_key)
        parked = Parked(world.database)
        desk = Desk(world.brokers, topics.dead_letters(NAME), parked, self.publisher, audit)
        found = await desk.look()
        queues = found.in_order(found.outstanding(Wanted(code=code))) if letters is None else [list(letters)]
        if letters is None:
            await desk.redrive(queues, OPERATOR)
        else:
            await desk.redrive([[letter] for letter in letters], OPERATOR)
        return [letter for queue in queues for letter in queue]
