"""What each part of the kernel has to do while it is ended again and again, and what must be true in the end."""

import hashlib
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from shared import inbox, outbox
from shared.bus import Publisher
from shared.deadletters.letter import ID_HEADER, Letter, read
from shared.events import Envelope, Fact, encode
from shared.mongo import Database
from shared.outbox import Change, StoreDoor
from shared.projector import View
from shared.projector.generations import live_generation
from shared.projector.partition import Partition
from shared.projector.storage import Storage, digest
from shared.stream import Record
from shared.stream.reader import read_all
from shared.testing.accounts import (
    Marks,
    Reader,
    judge_letters,
    projection_balance,
    reaction_balance,
)
from shared.testing.burying import end_leases, end_sessions
from shared.testing.checker import Stream, judge_order, judge_wholeness, once
from shared.testing.settling import settle
from shared.testing.stream import Follower, TopicPartition, projection, reaction
from shared.topics import DOMAIN_PARTITIONS, Topics
from tests.fault.kernel.children import SERVICE, SPEAKER
from tests.toys import Minutes, attended, because

ORGANISATION = "R0A"
INDEXES = {**inbox.INDEXES, **outbox.INDEXES, "things": []}
SETTLED = 180.0
"""Longer than the minute for which a database keeps the transaction of a process that died inside it."""
_MONGO = ("shared.mongo",)
_LETTERS = ("shared.deadletters.writer", "shared.deadletters.parked", "shared.stream.publisher")


@dataclass
class Ground:
    """A broker, a database and topics of one test."""

    brokers: str
    mongo_url: str
    database: Database
    topics: Topics
    publisher: Publisher
    idempotent: bool
    numbers: Any = field(default_factory=count)

    def arguments(self) -> list[str]:
        """Return what a child has to know."""
        known = [self.brokers, self.mongo_url, self.database.name, self.topics.prefix]
        return [*known, "yes" if self.idempotent else "no"]

    async def publish(self, topic: str, key: str, value: bytes | None, *headers: tuple[str, bytes | None]) -> None:
        """Publish one record."""
        number = str(next(self.numbers))
        row = {"_id": number, "topic": topic, "key": key, "value": value, "headers": headers}
        assert await self.publisher.publish([row]) == [number]

    async def letters(self) -> list[Letter]:
        """Return every dead letter once."""
        found = map(read, await read_all(self.brokers, self.topics.dead_letters(SERVICE)))
        return list({letter.id: letter for letter in found if letter is not None}.values())


class Projecting:
    """A projector: news, a repetition, something unknown, poison, and a record that was sent again."""

    role = "projector"
    modules = (
        *(f"shared.projector.{name}" for name in ("worker", "storage", "generations", "parking", "stream")),
        *_LETTERS,
        *_MONGO,
    )

    def __init__(self, ground: Ground) -> None:
        self.ground, self.topic = ground, ground.topics.events(SPEAKER)
        self.group = f"{ground.topics.prefix}{SERVICE}.minutes"
        self._round, self._poison = 0, 0

    async def work(self) -> None:
        """Give it something of everything to do."""
        self._round += 1
        for number in range(3):
            fact = attended(f"p{number}", self._round, minutes=self._round % 50 + number)
            await self.ground.publish(self.topic, f"p{number}", wire(fact), ("content-type", b"x"))
        await self.ground.publish(self.topic, "p2", wire(fact))
        await self.ground.publish(self.topic, "p1", wire(fact).replace(b"session.attended", b"session.imagined"))
        await self.ground.publish(self.topic, f"poison-{self._round}", b"{broken")
        await self._send_again()

    async def _send_again(self) -> None:
        fact = wire(attended("p4", self._round))
        came = Record(self.topic, 0, 0, b"p4", fact, (("content-type", b"x"),))
        claimed = f"minutes:{self.topic}:0:0:{came.digest()[:16]}".encode()
        await self.ground.publish(self.topic, "p4", fact, *came.headers, (ID_HEADER, claimed))

    async def settled(self) -> None:
        """Return when all of it has been folded."""
        view = View(self.ground.database, Minutes())
        followers = [projection("minutes", view.as_of, [self.topic])]
        await settle(self.ground.brokers, followers=followers, deadline=SETTLED)

    async def bury(self) -> None:
        """Let the dead one's session end."""
        await end_sessions(self.ground.brokers, [self.group])

    async def judge(self) -> tuple[list[str], str]:
        """Return what is wrong, and what there was."""
        ground, reader = self.ground, Reader(SERVICE, "minutes", self.group, (self.topic,))
        stream, letters = await Stream.read(ground.brokers, [self.topic]), await ground.letters()
        balance = await projection_balance(reader, stream, ground.database, Minutes(), letters)
        faults = [*balance.faults, *judge_letters(stream, letters)]
        faults += await differences(ground.database, stream)
        rows, _ = await View(ground.database, Minutes()).rows({})
        told = {row.key["organisation"]: dict(row.figures) for row in rows}
        if told != (plain := plain_count(stream)):
            faults.append(f"readers are told {told}, a plain count says {plain}")
        return faults, f"{len(stream.records([self.topic]))} records, {len(letters)} letters"


class Relaying:
    """A relay: new versions of several documents, some with two events."""

    role = "relay"
    modules = ("shared.relay", "shared.leases", "shared.stream.publisher", *_MONGO)

    def __init__(self, ground: Ground) -> None:
        self.ground, self.topic = ground, ground.topics.events(SPEAKER)
        self.door = StoreDoor(ground.database, SPEAKER, topics=ground.topics)
        self._version = 0

    async def work(self) -> None:
        """State something of three documents."""
        for subject in ("a", "b", "c"):
            facts = [attended(subject, self._version + 1, session=session) for session in ("s1", "s2")]
            change = Change("things", subject, {}, self._version, facts[: 1 + self._version % 2])
            await self.door.save([change], because())
        self._version += 1

    async def settled(self) -> None:
        """Return when the outbox is empty."""
        await settle(self.ground.brokers, databases=[self.ground.database], deadline=SETTLED)

    async def bury(self) -> None:
        """Let the dead one's leases run out."""
        await end_leases(self.ground.database)

    async def judge(self) -> tuple[list[str], str]:
        """Return what is wrong, and what there was."""
        stream = await Stream.read(self.ground.brokers, [self.topic])
        stated = stream.stated([self.topic])
        faults = judge_order(stated) + judge_wholeness(stated)
        wanted = sum(3 * (1 + version % 2) for version in range(self._version))
        if len(once(stated)) != wanted:
            faults.append(f"{wanted} events were stated, {len(once(stated))} are there")
        waiting = await self.ground.database.collection(outbox.COLLECTION).count_documents({})
        if waiting:
            faults.append(f"{waiting} events wait")
        return faults, f"{wanted} events, {len(stated) - wanted} of them a second time on the topic"


class Reacting:
    """Reactions: our own events and outside records, news, repetitions, poison and what needs nothing."""

    role = "reactions"
    modules = (
        *(f"shared.bus.{name}" for name in ("bus", "reaction", "handling", "marks", "delivery", "positions")),
        "shared.bus.consumer",
        "shared.inbox",
        "shared.outbox",
        "shared.saving",
        "shared.rounds",
        *_LETTERS,
        *_MONGO,
    )

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        prefix, topics = ground.topics.prefix, ground.topics
        self.events, self.outside = topics.events(SPEAKER), topics.attendance(ORGANISATION)
        self.readers = [
            Reader(SERVICE, "hearing", f"{prefix}{SERVICE}.hearing", (self.events,)),
            Reader(SERVICE, "attendance", f"{prefix}{SERVICE}.attendance", (self.outside,)),
        ]
        self._round = 0

    async def work(self) -> None:
        """Give both reactions something of everything to do."""
        self._round += 1
        one, two = (wire(attended(f"p{self._round}-{number}", 1)) for number in (1, 2))
        skipped = wire(attended(f"p{self._round}-3", 1, session="skipped"))
        for number, value in enumerate((one, two, one, skipped, b"{broken")):
            await self.ground.publish(self.events, f"own-{self._round}-{number % 2 + 2 * (number == 4)}", value)
        outside = [json.dumps({"id": f"{self._round}-{number}"}).encode() for number in (1, 2)]
        idle = json.dumps({"id": f"{self._round}-3", "skipped": True}).encode()
        for number, value in enumerate((*outside, outside[0], idle, b"{broken")):
            await self.ground.publish(self.outside, f"out-{self._round}-{number % 2 + 2 * (number == 4)}", value)

    def _followers(self) -> list[Follower]:
        return [reaction(self.ground.brokers, reader.group, reader.topics) for reader in self.readers]

    async def settled(self) -> None:
        """Return when both have reached the end."""
        await settle(self.ground.brokers, followers=self._followers(), deadline=SETTLED)

    async def bury(self) -> None:
        """Let the dead one's sessions end."""
        await end_sessions(self.ground.brokers, [reader.group for reader in self.readers])

    async def judge(self) -> tuple[list[str], str]:
        """Return what is wrong, and what there was."""
        stream, letters = (
            await Stream.read(self.ground.brokers, [self.events, self.outside]),
            await self.ground.letters(),
        )
        faults, applied = judge_letters(stream, letters), 0
        for reader, follower in zip(self.readers, self._followers(), strict=True):
            marks = await Marks.of(self.ground.database, reader.name)
            places = {TopicPartition(one.topic, one.partition) for one in stream.records(reader.topics)}
            ends = await follower.positions(sorted(places))
            faults += reaction_balance(reader, stream, marks, letters, ends).faults
            applied += len(marks.applied)
        faults += await self._effects(applied)
        return faults, f"{len(stream.records(stream.topics))} records, {applied} applied, {len(letters)} letters"

    async def _effects(self, applied: int) -> list[str]:
        """Every applied record left one document and one event; every round has four of them."""
        counted = {
            name: await self.ground.database.collection(name).count_documents({}) for name in ("things", "outbox")
        }
        wanted = {"applied": 4 * self._round, "things": 4 * self._round, "outbox": 4 * self._round}
        found = {"applied": applied, **counted}
        return [] if found == wanted else [f"there are {found}, there have to be {wanted}"]


Scene = Projecting | Relaying | Reacting


def wire(fact: Fact) -> bytes:
    """Return a fact in its envelope."""
    participant = fact.participant  # type: ignore[attr-defined]
    name = hashlib.sha256(repr(fact).encode()).hexdigest()[:32]
    return encode(
        Envelope(
            id=name,
            source=f"/groundswell/{SPEAKER}",
            type=fact.type,
            subject=participant,
            time="2023-10-05T10:00:00Z",
            organisation=ORGANISATION,
            correlationid="c",
            data=fact,
        )
    )


async def differences(database: Database, stream: Stream) -> list[str]:
    """Return every partition that is not, by hash, what a fold of the whole stream gives."""
    live = Storage(database, Minutes(), await live_generation(database, Minutes.name))
    found = []
    for number in range(DOMAIN_PARTITIONS):
        fresh: Partition[Any] = Partition(number, Minutes())
        for topic, records in stream.topics.items():
            fresh.fold(topic, [one for one in records if one.partition == number])
        fresh.count()
        stored = await live.look(number)
        if fresh.records and digest(stored) != digest(fresh):
            found.append(f"partition {number}: folded from zero it is not what it is live")
    return found


def plain_count(stream: Stream) -> dict[str, dict[str, int]]:
    """Count the latest fact of each person and session, without any fold."""
    latest: dict[tuple[str, str], Any] = {}
    for event in stream.stated(stream.topics):
        fact = event.envelope.data
        seat = (fact.participant, fact.session)
        latest[seat] = max(latest.get(seat, fact), fact, key=lambda one: one.version)
    told: dict[str, dict[str, int]] = {}
    for fact in latest.values():
        row = told.setdefault(fact.organisation, {"sessions": 0, "minutes": 0})
        row["sessions"] += 1
        row["minutes"] += fact.contact_minutes
    return told
