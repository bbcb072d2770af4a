"""Carries outbox rows to the stream: reads what still exists, sends, deletes what the broker acknowledged.

Guards P1 and P2: a row is deleted only after its acknowledgement, and of each subject one row is under way at a time,
in the order of the document's versions. Several relays share the shards by leases kept in server time.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import structlog

from shared.errors import UnavailableError
from shared.leases import Leases
from shared.mongo import Database, Session, guard, named
from shared.outbox import COLLECTION, Backlog
from shared.telemetry import OUTBOX_BACKLOG, RELAY_SENT

BATCH = 500
"""Rows that are read at once, and sent at most side by side."""
BACKLOG_BATCH = 2_000
"""Rows that are read at once where the last batch was full: a database that sorts all that waits for each question
would otherwise spend the more time on it the more there is to send."""
BACKLOG_BYTES = 4_000_000
"""A batch as large as this is followed by no larger one."""
BATCH_SECONDS = 5.0
"""How long one batch is sent before the outbox is read again: what others state meanwhile waits for no longer."""
SEND_SECONDS = 5.0
"""How long connecting may take, and sending as well: together less than is left of a lease that is still safe."""
IDLE_SECONDS = 0.05
"""How soon a relay looks again after it found nothing; later and later, up to the next."""
LONGEST_IDLE_SECONDS = 0.25
AWAY_SECONDS = 1.0

Row = Mapping[str, Any]
log = structlog.get_logger(__name__)


class Publisher(Protocol):
    """Sends rows to the broker; knows nothing of where they come from."""

    async def publish(self, rows: Sequence[Row]) -> Sequence[str]:
        """Send rows, each of another subject, and return the ids of those that were acknowledged."""

    async def close(self) -> None:
        """Let go of the broker within a deadline."""


class Relay:
    """One relay process: holds its share of the shards and empties them."""

    def __init__(self, database: Database, publisher: Publisher, leases: Leases, service: str) -> None:
        self._database = database
        self._outbox = database.collection(COLLECTION)
        self._backlog = Backlog(database)
        self._publisher = publisher
        self._leases = leases
        self._service = service
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._missing: str | None = "the first look at the outbox"
        self._batch = BATCH
        self._left_out: frozenset[str] = frozenset()
        """Topics that took nothing while rows waited behind theirs: the next batch is of the others, the one after
        it of all again. A subject's rows of other topics come first then; no reader sees an order across topics."""

    async def start(self) -> None:
        """Begin to send in the background."""
        self._task = asyncio.create_task(self._run(), name=f"relay-{self._service}")

    async def wait(self) -> None:
        """Return when the relay was stopped; raise what ended it otherwise."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def ready(self) -> str | None:
        """Return None when rows can be sent, otherwise what is missing."""
        return self._missing

    async def stop(self) -> None:
        """Finish the rows under way, give the leases back and let go of the broker."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=10)
            self._task.cancel()
        await self._leases.release()
        await self._publisher.close()

    async def _run(self) -> None:
        """Send until stopped; a part that is away is waited for and never ends the relay."""
        idle = IDLE_SECONDS
        while not self._stopping.is_set():
            try:
                of_some = bool(self._left_out)
                sent = await self.send_once()
                if sent or not of_some:
                    self._missing = None
                idle = IDLE_SECONDS if sent else min(idle * 1.1, LONGEST_IDLE_SECONDS)
                pause = 0.0 if sent else idle
            except UnavailableError as error:
                self._missing = str(error)
                log.warning("relay_waits", reason=str(error))
                pause = AWAY_SECONDS
            if pause:
                await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until the relay is stopped."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def send_once(self) -> int:
        """Send one batch of the shards that are held and return how many rows were acknowledged."""
        shards = await self._leases.hold()
        if not shards:
            return 0
        # Larger only after a batch without trouble: whoever could not answer is asked for less.
        limit, self._batch = self._batch, BATCH
        rows = await self._read(shards, limit)
        everything = len(shards) == self._leases.shards and len(rows) < limit and not self._left_out
        await self._tell_backlog(len(rows) if everything else None)
        sent = 0
        failed: set[str] = set()
        took: set[str] = set()
        refused: set[str] = set()
        held = frozenset(shards)
        full = len(rows) == limit and sum(len(row["value"] or b"") for row in rows) < BACKLOG_BYTES
        until = time.monotonic() + BATCH_SECONDS
        for wave in waves(rows):
            if self._stopping.is_set() or (sent and time.monotonic() > until):
                break
            still = await self._still_held(held)
            if still is None:
                log.warning("relay_stands_back", count=len(wave))
                full = False
                break
            held = still
            chosen = [row for row in wave if row["subject"] not in failed and row["shard"] in held]
            if not chosen:
                continue
            acknowledged = set(await self._publisher.publish(chosen))
            await self._delete(acknowledged)
            failed |= {row["subject"] for row in chosen if row["_id"] not in acknowledged}
            for row in chosen:
                (took if row["_id"] in acknowledged else refused).add(row["topic"])
            sent += len(acknowledged)
            if acknowledged:
                self._missing = None  # the rest of a long batch is no reason to call it not ready
            RELAY_SENT.labels(self._service, "sent").inc(len(acknowledged))
            RELAY_SENT.labels(self._service, "failed").inc(len(chosen) - len(acknowledged))
        # Only where others may wait behind them, and for as long as nothing was sent instead.
        self._left_out = (self._left_out | refused) - took if failed and len(rows) == limit else frozenset()
        if failed:
            raise UnavailableError(f"the broker did not acknowledge {len(failed)} subjects")
        if full:
            self._batch = BACKLOG_BATCH
        return sent

    async def _tell_backlog(self, waiting: int | None) -> None:
        """Set the gauge of what waits, counted if it is not known; a count that fails stops no sending."""
        try:
            OUTBOX_BACKLOG.labels(self._service).set(await self._backlog.waiting() if waiting is None else waiting)
        except UnavailableError as error:
            log.warning("backlog_not_counted", reason=str(error))

    async def _still_held(self, held: frozenset[int]) -> frozenset[int] | None:
        """Return those shards that were held without a break since their rows were read, renewed when it is time.

        None where somebody else may have held them meanwhile, and sent what we read: this process stood still, or the
        database was slow.
        """
        if not self._leases.safe():
            return None
        still = held & frozenset(await self._leases.hold())
        return still if self._leases.safe() else None

    async def _read(self, shards: Sequence[int], limit: int) -> Sequence[Row]:
        """Return the oldest rows of some shards, in the order they were stated, in one answer and of one moment.

        A reader that pauses and goes on with newer data could miss a subject's first row, whose commit came behind the
        place where it paused, and yet find its second.
        """
        wanted: dict[str, Any] = {} if len(shards) == self._leases.shards else {"shard": {"$in": list(shards)}}
        if self._left_out:
            wanted["topic"] = {"$nin": sorted(self._left_out)}

        async def read(session: Session) -> Sequence[Row]:
            cursor = self._outbox.find(wanted, session=session).sort([("at", 1), ("seq", 1), ("n", 1)]).limit(limit)
            found: Sequence[Row] = await cursor.batch_size(limit).to_list(length=limit)
            return found

        return await self._database.snapshot(read)

    async def _delete(self, acknowledged: set[str]) -> None:
        async with guard():
            for some in named(acknowledged):
                await self._outbox.delete_many(some)


def waves(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Split rows into waves of at most `BATCH` that hold each subject once, its rows in order of version."""
    by_subject: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["seq"], row["n"])):
        by_subject.setdefault(row["subject"], []).append(row)
    for depth in range(max(map(len, by_subject.values()), default=0)):
        wave = [queue[depth] for queue in by_subject.values() if depth < len(queue)]
        yield from (wave[first : first + BATCH] for first in range(0, len(wave), BATCH))
