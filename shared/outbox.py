"""The store door: the only way to write a document, and it takes the events along.

Guards law 1: documents (compare-and-set on their version), outbox rows and inbox mark are one transaction; there is no
way to save without handing over the events, and exactly one transaction per accepted change.
"""

import asyncio
import random
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, uuid4, uuid5

from shared import inbox
from shared.clock import Clock, now
from shared.errors import (
    BacklogFullError,
    ConflictError,
    IdTakenError,
    TooLargeError,
    UnavailableError,
    UsedLongAgoError,
)
from shared.events import Envelope, Fact, Tombstone, encode, event_id
from shared.inbox import AlreadyHandledError, Mark
from shared.mongo import Database, DeleteOne, Index, InsertOne, ReplaceOne, guard
from shared.saving import OUTBOX, Save, Saving
from shared.topics import Topics

COLLECTION = OUTBOX
INDEXES = {COLLECTION: [Index(("at", "seq", "n"))]}
"""One for all: rows are read by time, whatever shards they are of, and each index more is paid for by every command and
by every row that is sent."""
SHARDS = 16
MAX_VALUE_BYTES = 1_000_000
"""Just under the topics' 1 MiB, leaving room for key and headers."""
BACKLOG_LIMIT = 50_000
"""Events that may wait to be sent before commands are refused."""
_LEAST_PAUSE, _MOST_PAUSE, _SHARE_OF_TIME = 1.0, 10.0, 0.05
T = TypeVar("T")


@dataclass(frozen=True)
class Because:
    """Why something is saved: who asked, in which conversation, and the mark that makes it happen once."""

    correlation_id: str
    causation_id: str | None
    organisation: str
    actor: str
    mark: Mark | None = None

    def with_result(self, result: Mapping[str, Any]) -> "Because":
        """Return the same reason whose mark remembers what was answered."""
        return self if self.mark is None else replace(self, mark=replace(self.mark, result=dict(result)))

    def new_id(self, purpose: str = "") -> str:
        """Return an id for something new: the same one when the same command is sent again."""
        return str(uuid4() if self.mark is None else uuid5(NAMESPACE_OID, f"{self.mark.id}|{purpose}"))


@dataclass(frozen=True)
class Change:
    """One document's next version and the facts that it states about itself.

    `document` is the body without id and version, None to remove it; `expected` is the version that was loaded, 0 when
    there was none; `saved_at` the time of that version. The id is the subject and the key of the events.
    """

    collection: str
    id: str
    document: Mapping[str, Any] | None
    expected: int
    events: Sequence[Fact | Tombstone] = ()
    saved_at: datetime | None = None


class StoreDoor:
    """Saves changes of one service's documents together with their events."""

    def __init__(
        self,
        database: Database,
        service: str,
        *,
        topics: Topics,
        clock: Clock = now,
        backlog_limit: int = BACKLOG_LIMIT,
    ) -> None:
        self.database = database
        self.service = service
        self._topics = topics
        self._clock = clock
        self._saving = Saving(database)
        self.backlog = Backlog(database, backlog_limit)

    async def save(self, changes: Sequence[Change], because: Because) -> None:
        """Write all changes, their outbox rows and the mark in one transaction, which saves of the same moment share.

        Raises ConflictError (a document is not at its expected version), AlreadyHandledError (the mark is there),
        BacklogFullError, TooLargeError: nothing was written. UnavailableError: nothing was, or all of it by a commit
        whose answer was lost and whose mark could not be asked for; saved again with the same mark it happens once.
        """
        if len({(change.collection, change.id) for change in changes}) != len(changes):
            raise ValueError("one document has one next version: it was handed over twice")
        moment = self._clock()
        rows = [row for change in changes for row in self._rows(change, because, moment)]
        await self.backlog.check()

        save = Save(
            {(change.collection, change.id): _operation(change, moment) for change in changes},
            {(change.collection, change.id): change.expected for change in changes},
            rows,
            None if because.mark is None else because.mark.document(moment),
        )
        try:
            await self._saving.save(save)
        except ConflictError:
            # The race may have been lost to the same command or message: that is not a conflict but a repetition.
            await self._refuse_handled(because.mark)
            await self._refuse_taken(changes)
            raise

    async def _refuse_handled(self, mark: Mark | None) -> None:
        """Raise AlreadyHandledError if the mark is there."""
        stored = None if mark is None else await inbox.find(self.database, mark.id)
        if stored is not None:
            raise AlreadyHandledError(stored)

    async def _refuse_taken(self, changes: Sequence[Change]) -> None:
        """Raise IdTakenError if a document that is to be new is there; loading it again may not have shown it."""
        taken = set()
        for change in changes:
            if change.expected == 0 and change.document is not None:
                async with guard():
                    found = await self.database.collection(change.collection).find_one({"_id": change.id}, {"_id": 1})
                taken |= set() if found is None else {(change.collection, change.id)}
        if taken:
            raise IdTakenError(frozenset(taken))

    def _rows(self, change: Change, because: Because, moment: datetime) -> Iterator[dict[str, Any]]:
        """Return the outbox rows of a change, serialised and checked for size."""
        if change.document is None and change.events:
            # Made again under its id, its versions would begin anew, and with them the ids of its events.
            raise ValueError(f"{change.collection} {change.id} states facts: let something of it stay")
        version = change.expected + 1
        # Later versions of a document never sort before earlier ones, whatever the machines' clocks say.
        at = moment if change.saved_at is None else max(moment, change.saved_at + timedelta(milliseconds=1))
        for ordinal, event in enumerate(change.events):
            topic = self._topics.named(event.topic)
            identity = event_id(topic, change.id, version, ordinal)
            value = None if isinstance(event, Tombstone) else self._value(event, change.id, identity, because, moment)
            if isinstance(event, Fact) and event.version != version:
                raise ValueError(f"{event.type} says version {event.version}, its document will be {version}")
            if value is not None and len(value) > MAX_VALUE_BYTES:
                raise TooLargeError(limit=MAX_VALUE_BYTES)
            yield {
                "_id": identity,
                "subject": change.id,
                "seq": version,
                "n": ordinal,
                "shard": zlib.crc32(change.id.encode()) % SHARDS,
                "topic": topic,
                "key": change.id,
                "headers": [] if value is None else [["content-type", "application/cloudevents+json"]],
                "value": value,
                "at": at,
            }

    def _value(self, fact: Fact, subject: str, identity: str, because: Because, moment: datetime) -> bytes:
        return encode(
            Envelope(
                id=identity,
                source=f"/groundswell/{self.service}",
                type=fact.type,
                subject=subject,
                time=moment,
                organisation=getattr(fact, "organisation", because.organisation),
                correlationid=because.correlation_id,
                causationid=because.causation_id,
                data=fact,
            )
        )


def _operation(change: Change, moment: datetime) -> Any:
    """Return the driver's form of a change."""
    match change:
        case Change(document=None):
            return DeleteOne({"_id": change.id, "version": change.expected})
        case Change(expected=0):
            return InsertOne({"_id": change.id, "version": 1, "saved_at": moment, **(change.document or {})})
    saved_at = moment if change.saved_at is None else max(moment, change.saved_at + timedelta(milliseconds=1))
    body = {"_id": change.id, "version": change.expected + 1, "saved_at": saved_at, **(change.document or {})}
    return ReplaceOne({"_id": change.id, "version": change.expected}, body)


class Backlog:
    """How many events wait to be sent; beyond the limit nothing more is accepted.

    Asked at most once a second, and so seldom that asking takes no more than a twentieth of the time, up to every ten
    seconds: there are databases that count by reading, and the more waits the less time is left for sending it.
    """

    def __init__(self, database: Database, limit: int = BACKLOG_LIMIT) -> None:
        self._outbox = database.collection(COLLECTION)
        self._limit = limit
        self._waiting = 0
        self._again = float("-inf")

    async def waiting(self) -> int:
        """Return the number of events that wait to be sent, as of a few seconds ago at most."""
        began = time.monotonic()
        if began >= self._again:
            self._again = began + _MOST_PAUSE  # before the answer: one asks for all who come meanwhile
            try:
                async with guard():
                    self._waiting = await self._outbox.estimated_document_count()
            finally:
                ended = time.monotonic()
                self._again = ended + min(max(_LEAST_PAUSE, (ended - began) / _SHARE_OF_TIME), _MOST_PAUSE)
        return self._waiting

    async def check(self) -> None:
        """Raise BacklogFullError beyond the limit."""
        if await self.waiting() > self._limit:
            raise BacklogFullError("too many events wait to be sent; try again shortly", retry_after=5)


async def until_saved(attempt: Callable[[], Awaitable[T]], tries: int = 10) -> T:
    """Run load, decide and save again for as long as somebody else was faster, at most `tries` times.

    Raises UsedLongAgoError if the same new document is there twice in a row: who loads what is there decides otherwise
    the second time, so the id comes from a mark, and the mark with its answer has gone.
    """
    taken: frozenset[tuple[str, str]] = frozenset()
    for number in range(tries):
        try:
            return await attempt()
        except ConflictError as conflict:
            before, taken = taken, conflict.places if isinstance(conflict, IdTakenError) else frozenset()
            if before & taken:
                raise UsedLongAgoError from conflict
            # Full jitter, growing: competitors for one document spread out instead of colliding again.
            await asyncio.sleep(random.uniform(0, 0.01 * 2 ** min(number, 6)))  # noqa: S311 - not a secret
    raise UnavailableError("too many changes to the same document at once; try again shortly")
