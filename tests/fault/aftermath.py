"""Everything that is left after a fault run, collected once, for tests to judge.

Guards that judges see bytes and documents: the stream as it lies on the broker, the databases as they are, the history
as it was written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from shared.deadletters.letter import Letter
from shared.deadletters.letter import read as read_letter
from shared.inbox import COLLECTION as INBOX
from shared.mongo import Database, guard
from shared.outbox import COLLECTION as OUTBOX
from shared.projector import Projection, rebuild
from shared.projector.generations import live_generation
from shared.projector.rebuild import Rebuilt
from shared.projector.storage import Storage
from shared.testing import history
from shared.testing.accounts import Balance, Marks, Reader, projection_balance, reaction_balance, table
from shared.testing.checker import Stated, Stream, late_copies, repetitions
from shared.testing.history import Story
from shared.testing.killing import kills_by_kind
from shared.testing.stream import TopicPartition, reaction
from shared.topics import SERVICES, Topics
from tests.fault.folding import differences
from tests.fault.people import ORGANISATIONS, Person
from tests.fault.scenario import Faults, Region

TOPICS = Topics()
EVENTS = [*(TOPICS.events(service) for service in SERVICES), TOPICS.identifiers()]
LETTERS = [TOPICS.dead_letters(service) for service in SERVICES]
Cells = dict[tuple[str, ...], dict[str, int]]
ATTENDANCE = [TOPICS.attendance(organisation) for organisation in ORGANISATIONS]


@dataclass
class Aftermath:
    """What is left: `marks` by reader, `commands` (marks of commands) and `waiting` (outbox rows) by service."""

    faults: Faults
    story: Story
    stream: Stream
    letters: Sequence[Letter]
    unreadable_letters: int
    balances: Sequence[Balance]
    marks: Mapping[Reader, Marks]
    commands: Mapping[str, frozenset[str]]
    waiting: Mapping[str, int]
    versions: Mapping[str, Mapping[str, int]]
    figures: Mapping[str, Cells]
    folded_otherwise: Sequence[str]
    receipts: Sequence[str]
    people: Sequence[Person]
    minutes: Mapping[str, int]
    oddities: Sequence[str]
    notes: Sequence[str] = ()
    rebuilt: dict[str, Rebuilt] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def stated(self) -> list[Stated]:
        """Return every event that lies on our own topics, repetitions included."""
        return self.stream.stated(EVENTS)

    def report(self) -> str:
        """Return what a person wants to know of the run."""
        return "\n".join([*self._counts(), "", table(self.balances)])

    def _counts(self) -> list[str]:
        outcomes = Counter[str](command.outcome for command in self.story.commands.values())
        requests = sum(len(command.attempts) for command in self.story.commands.values())
        kills, stated = kills_by_kind(self.story.faults), self.stated()
        return [
            f"seed {self.faults.seed} on {self.faults.broker}",
            f"killed {kills.total()}: {_counted(kills)}; anything else done: {_counted(_others(self.story.faults))}",
            f"commands {outcomes.total()}: {_counted(outcomes)}; requests {requests}",
            f"outside records {len(self.story.sent)}, dead letters {len(self.letters)}",
            f"events {len(stated)}, of these repeated by relays {repetitions(stated)}, late {late_copies(stated)}",
            *self.notes,
            "seconds: " + _counted({what: round(seconds) for what, seconds in self.seconds.items()}),
        ]


def _others(faults: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Return what else was done to processes, by what it was."""
    return Counter(fault["what"] for fault in faults if fault["what"] not in ("killed", "launched"))


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(counts.items())) or "nothing"


async def collect(region: Region, faults: Faults) -> Aftermath:
    """Read everything that is left, then build the projections anew beside the running platform."""
    stream = await Stream.read(region.brokers, [*EVENTS, *LETTERS, *ATTENDANCE])
    letters, unreadable = _letters(stream)
    reactions = [reader for reader in region.readers if reader.name not in region.projections]
    marks = {reader: await Marks.of(region.databases[reader.service], reader.name) for reader in reactions}
    evaluation = region.databases["evaluation"]
    return Aftermath(
        faults=faults,
        story=history.read(region.history.path),
        stream=stream,
        letters=letters,
        unreadable_letters=unreadable,
        balances=[await _balance(region, reader, stream, letters, marks) for reader in region.readers],
        marks=marks,
        commands={service: await _command_marks(database) for service, database in region.databases.items()},
        waiting={service: await _waiting(database) for service, database in region.databases.items()},
        versions={
            "participants": await _versions(region.databases["enrolment"], "participants"),
            "projects": await _versions(region.databases["recap_tracker"], "projects"),
        },
        figures={name: await _figures(evaluation, one) for name, one in region.projections.items()},
        folded_otherwise=[
            found
            for projection in region.projections.values()
            for found in await differences(evaluation, projection, stream)
        ],
        receipts=await _open_receipts(region.databases["enrolment"]),
        people=region.people,
        minutes={session.id: session.minutes for cohort in region.sessions.values() for session in cohort},
        oddities=list(chain.from_iterable(lane.oddities for lane in region.lanes)),
        notes=region.notes,
        rebuilt={name: await _rebuilt(region, name) for name in region.projections},
    )


def _letters(stream: Stream) -> tuple[list[Letter], int]:
    """Return every dead letter once, and how many records of their topics are none."""
    found = [read_letter(record) for record in stream.records(LETTERS)]
    letters = {letter.id: letter for letter in found if letter is not None}
    return list(letters.values()), found.count(None)


async def _balance(
    region: Region, reader: Reader, stream: Stream, letters: Sequence[Letter], marks: Mapping[Reader, Marks]
) -> Balance:
    own = [letter for letter in letters if letter.stage == reader.name]
    if reader.name in region.projections:
        projection = region.projections[reader.name]
        return await projection_balance(reader, stream, region.databases[reader.service], projection, own)
    places = [TopicPartition(one.topic, one.partition) for one in stream.records(reader.topics)]
    ends = await reaction(region.brokers, reader.group, reader.topics).positions(sorted(set(places)))
    return reaction_balance(reader, stream, marks[reader], own, ends)


async def _command_marks(database: Database) -> frozenset[str]:
    async with guard():
        found = await database.collection(INBOX).find({"_id": {"$gte": "command|", "$lt": "command}"}}).to_list(None)
    return frozenset(mark["_id"] for mark in found)


async def _waiting(database: Database) -> int:
    async with guard():
        return await database.collection(OUTBOX).count_documents({})


async def _versions(database: Database, collection: str) -> dict[str, int]:
    async with guard():
        return {one["_id"]: one["version"] async for one in database.collection(collection).find({})}


async def _figures(database: Database, projection: Projection[Any, Any]) -> Cells:
    """Return what readers are told, by cell; figures of nought left out."""
    storage = Storage(database, projection, await live_generation(database, projection.name))
    cells: dict[tuple[str, ...], dict[str, int]] = {}
    async with guard():
        async for cell in database.collection(storage.named("cells")).find({}):
            row = cells.setdefault(tuple(cell["key"][name] for name in projection.cell_fields), {})
            for name, figure in cell["figures"].items():
                row[name] = row.get(name, 0) + figure
    return {
        key: {name: figure for name, figure in row.items() if figure} for key, row in cells.items() if any(row.values())
    }


async def _open_receipts(database: Database) -> list[str]:
    """Return the erasures that some service has not confirmed."""
    async with guard():
        found = await database.collection("erasures").find({}).to_list(None)
    return [
        f"{one['_id']} was confirmed by {sorted(one['confirmed'])} only"
        for one in found
        if set(one["confirmed"]) != set(SERVICES)
    ]


async def _rebuilt(region: Region, name: str) -> Rebuilt:
    database = region.databases["evaluation"]
    projection = region.projections[name]
    return await rebuild(database, projection, brokers=region.brokers, topics=TOPICS, progress=lambda done, total: None)
