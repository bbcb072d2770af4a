"""Conservation: every record that a reader consumed is exactly one of applied, duplicate, skipped and parked.

Guards the proof of P5 and P7: the accounts are put together from what is kept (marks, evidence, dead letters, stored
counts) and from the bytes on the stream, offset by offset, never from what a process says of itself.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.deadletters.letter import BEHIND, Letter
from shared.errors import PoisonError
from shared.inbox import COLLECTION
from shared.mongo import Database, guard
from shared.projector import Projection, View
from shared.stream.record import Record
from shared.testing.checker import Place, Stream, place_of
from shared.testing.stream import Offsets, TopicPartition

KINDS = ("applied", "duplicate", "skipped", "parked")


@dataclass(frozen=True)
class Reader:
    """A reaction or a projection of a service; `group` is its consumer group."""

    service: str
    name: str
    group: str
    topics: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.service}.{self.name}"


@dataclass
class Account:
    """What became of the records of one partition."""

    records: int = 0
    consumed: int = 0
    applied: int = 0
    duplicate: int = 0
    skipped: int = 0
    parked: int = 0

    @property
    def difference(self) -> int:
        """Consumed records that are in no account, or records that were not consumed; 0 is right."""
        accounted = self.applied + self.duplicate + self.skipped + self.parked
        return abs(self.records - self.consumed) + abs(self.consumed - accounted)

    def note(self, kind: str) -> None:
        """Count one more record of a kind."""
        setattr(self, kind, getattr(self, kind) + 1)

    def add(self, other: "Account") -> None:
        """Add another account to this one."""
        for name, number in vars(other).items():
            setattr(self, name, getattr(self, name) + number)


@dataclass
class Balance:
    """The accounts of one reader by topic and partition, and what is wrong with them."""

    reader: Reader
    accounts: dict[tuple[str, int], Account]
    faults: list[str] = field(default_factory=list)

    def account(self, record: Record) -> Account:
        """Return the account of a record's partition."""
        return self.accounts[record.topic, record.partition]

    def close(self) -> "Balance":
        """Say which partitions do not balance."""
        for (topic, partition), account in self.accounts.items():
            if account.difference:
                self.faults.append(f"{self.reader} does not balance on {topic}/{partition}: {vars(account)}")
        return self


class Marks:
    """What one reaction has left in the inbox: the marks of what took effect and of what needed nothing.

    `applied` and `skipped` hold the digest of what was handled by where it lay.
    """

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self.applied: dict[Place, str] = {}
        self.skipped: dict[Place, str] = {}
        for document in documents:
            found = self.skipped if document.get("outcome") == "skipped" else self.applied
            topic, partition, offset = _place(document["position"])
            for one in document.get("records") or [{"offset": offset, "digest": document["digest"]}]:
                found[topic, partition, one["offset"]] = one["digest"]
        self.digests = frozenset([*self.applied.values(), *self.skipped.values()])

    @classmethod
    async def of(cls, database: Database, reaction: str) -> "Marks":
        """Read the marks of a reaction."""
        wanted = {"_id": {"$gte": f"{reaction}|", "$lt": f"{reaction}}}"}}
        async with guard():
            return cls(await database.collection(COLLECTION).find(wanted).to_list(None))


def reaction_balance(reader: Reader, stream: Stream, marks: Marks, letters: Sequence[Letter], ends: Offsets) -> Balance:
    """Account for every record of a reaction; `ends` are the offsets that its group has committed."""
    records = stream.records(reader.topics)
    balance = Balance(reader, _opened(reader, records, ends))
    parked = {place_of(letter.record) for letter in letters if letter.stage == reader.name}
    for record in records:
        found = list(_kinds(record, marks, parked))
        balance.faults += _doubts(reader, record, found, marks)
        if found:
            balance.account(record).note(found[0])
    lying = {place_of(record) for record in records}
    strays = {*marks.applied, *marks.skipped, *parked} - lying
    balance.faults += [f"{reader} accounts for {place}, where nothing lies" for place in sorted(strays)]
    return balance.close()


def _kinds(record: Record, marks: Marks, parked: set[Place]) -> Iterator[str]:
    """Yield every account in which a record is; a repetition is known by the bytes of what was handled elsewhere."""
    place = place_of(record)
    if place in marks.applied:
        yield "applied"
    if place in marks.skipped:
        yield "skipped"
    if place in parked:
        yield "parked"
    elif place not in marks.applied and place not in marks.skipped and _body(record) in marks.digests:
        yield "duplicate"


def _doubts(reader: Reader, record: Record, found: Sequence[str], marks: Marks) -> Iterator[str]:
    place = place_of(record)
    if not found:
        yield f"{reader} never accounted for the record at {place}"
    if len(found) > 1:
        yield f"{reader} accounts for the record at {place} more than once: {', '.join(found)}"
    made_from = marks.applied.get(place) or marks.skipped.get(place)
    if made_from not in (None, _body(record), record.digest()):
        yield f"{reader} has a mark at {place} that was made from other bytes"


async def projection_balance(
    reader: Reader, stream: Stream, database: Database, projection: Projection[Any, Any], letters: Sequence[Letter]
) -> Balance:
    """Account for every record of a projection: its stored counts against the bytes that lie on the stream."""
    records = stream.records(reader.topics)
    view = View(database, projection)
    stored = (await view.as_of()).positions
    ends = {TopicPartition(topic, number): at for topic, found in stored.items() for number, at in found.items()}
    balance = Balance(reader, _opened(reader, records, ends))
    for (topic, partition), counts in (await view.accounts()).items():
        balance.accounts.setdefault((topic, partition), Account()).add(Account(**counts))
    kept = {place_of(letter.record) for letter in letters if letter.stage == projection.name}
    expected = _opened(reader, records, {})
    for record in records:
        kind = _read(projection, record)
        expected[record.topic, record.partition].note(kind)
        if kind == "parked" and place_of(record) not in kept:
            balance.faults.append(f"{reader} could not read {place_of(record)} and kept no dead letter of it")
    for place, account in balance.accounts.items():
        wanted = expected.get(place, Account())
        if (account.skipped, account.parked) != (wanted.skipped, wanted.parked):
            balance.faults.append(f"{reader} counted {vars(account)} on {place}; the stream says {vars(wanted)}")
    return balance.close()


def _read(projection: Projection[Any, Any], record: Record) -> str:
    """Say how a projection has to count a record; whether it was news or a duplicate is not told by its bytes."""
    try:
        return "skipped" if projection.decode(record.value or b"") is None else "applied"
    except PoisonError:
        return "parked"


def _opened(reader: Reader, records: Iterable[Record], ends: Offsets) -> dict[tuple[str, int], Account]:
    """Return an account for every partition in which there is something or of which something was consumed."""
    accounts: dict[tuple[str, int], Account] = {}
    for record in records:
        accounts.setdefault((record.topic, record.partition), Account()).records += 1
    for place, end in ends.items():
        if end and place.topic in reader.topics:
            accounts.setdefault((place.topic, place.partition), Account()).consumed = end
    return accounts


def judge_letters(stream: Stream, letters: Iterable[Letter]) -> list[str]:
    """Return every dead letter that does not hold the bytes of the record it was made from (P7)."""
    lying = stream.at()
    return [
        f"the dead letter {letter.id} does not hold what lies at {place_of(letter.record)}"
        for letter in letters
        if (record := lying.get(place_of(letter.record))) is None or record.digest() != letter.record.digest()
    ]


def judge_queues(balance: Balance, stream: Stream, letters: Iterable[Letter], handled: frozenset[str]) -> list[str]:
    """Return every record that overtook an earlier one of its key among the dead letters, or waits behind nothing.

    `handled` are the digests of what the reaction has handled: a repetition of that is no overtaking.
    """
    reader, faults = balance.reader, []
    codes = {place_of(letter.record): letter.code for letter in letters if letter.stage == reader.name}
    blocked: set[tuple[str, bytes]] = set()
    for record in stream.records(reader.topics):
        subject, code = (record.topic, record.key or b""), codes.get(place_of(record))
        if code is None and subject in blocked and _body(record) not in handled:
            faults.append(f"{reader} let {place_of(record)} overtake a parked record of its key")
        if code == BEHIND and subject not in blocked:
            faults.append(f"{reader} parked {place_of(record)} behind nothing")
        if code is not None and record.key:
            blocked.add(subject)
    return faults


def _body(record: Record) -> str:
    return hashlib.sha256(record.value or b"").hexdigest()


def _place(position: Mapping[str, Any]) -> Place:
    return position["topic"], position["partition"], position["offset"]


def table(balances: Iterable[Balance]) -> str:
    """Return the conservation table: a line for each reader and topic, then one for each reader's partitions."""
    names = ("records", "consumed", *KINDS, "difference")
    lines = [f"{'reader':<26}{'topic':<34}" + "".join(f"{name:>11}" for name in names)]
    for balance in balances:
        for topic in balance.reader.topics:
            lines += _topic_lines(balance, topic, names)
    return "\n".join(lines)


def _topic_lines(balance: Balance, topic: str, names: Sequence[str]) -> Iterator[str]:
    total, parts = Account(), []
    for (name, partition), account in sorted(balance.accounts.items()):
        if name == topic:
            total.add(account)
            parts.append(f"{partition}: " + "+".join(str(getattr(account, kind)) for kind in KINDS))
    yield f"{balance.reader!s:<26}{topic:<34}" + "".join(f"{getattr(total, name):>11}" for name in names)
    yield f"    by partition, {'+'.join(KINDS)}: {', '.join(parts) or 'nothing'}"
