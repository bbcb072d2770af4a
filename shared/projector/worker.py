"""Runs a projection: takes partitions over, folds what arrives, writes checkpoints, gives partitions back.

Guards that nothing is folded before the stored position was set, nothing is written after another process took a
partition over, and a stream that cannot be continued exactly ends the process instead of skipping.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import structlog

from shared.errors import ConflictError, UnavailableError
from shared.mongo import Database
from shared.projector.accounts import Accounts
from shared.projector.generations import live_generation
from shared.projector.pace import Pace
from shared.projector.parking import Parking, keep, settle
from shared.projector.partition import Partition
from shared.projector.places import LogTroubleError, first_wanted
from shared.projector.projection import Projection
from shared.projector.storage import FencedError, Storage
from shared.projector.stream import (
    RebalanceListener,
    TopicPartition,
    begins,
    consumer,
    fetch,
    report,
    running,
)
from shared.projector.watchdog import Watchdog
from shared.telemetry import CHECKPOINT_SECONDS
from shared.topics import Topics

FETCH_RECORDS = 5_000
FETCH_WAIT_MS = 100
REPORT_SECONDS = 5.0
ASIDE_SECONDS = 15.0
"""How long a fenced worker leaves a partition alone: longer than a session, so that the group can decide first."""
HELD_SECONDS = 0.5
"""How soon a partition is asked for again that somebody was writing."""

log = structlog.get_logger(__name__)


class Projector:
    """One worker of one projection; run as many as there are partitions, at most."""

    def __init__(  # noqa: PLR0913 - a composition root names all parts
        self,
        database: Database,
        projection: Projection[Any, Any],
        parking: Parking,
        *,
        brokers: str,
        topics: Topics,
        service: str,
    ) -> None:
        self._database = database
        self._projection = projection
        self._parking = parking
        self._brokers = brokers
        self._service = service
        self._group = f"{topics.prefix}{service}.{projection.name}"
        self._topics = [topics.named(name) for name in projection.topics]
        self._storage = Storage(database, projection, "")
        self._client: Any = None
        self._partitions: dict[int, Partition[Any]] = {}
        self._aside: dict[int, float] = {}
        self._shared_out = True
        """Whether the client's assignment is true: while the group shares out anew, it still names what was ours."""
        self._lock = asyncio.Lock()
        """Held while partitions are folded, written or dropped: what is written is what is then marked as written."""
        self._pace = Pace()
        self._reported_at = 0.0
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._missing: str | None = "partitions have not been assigned yet"
        self.documents_written = 0
        self._accounts = Accounts(service, projection.name)

    async def start(self) -> None:
        """Begin to fold in the background."""
        self._task = asyncio.create_task(self._run(), name=self._group)

    async def wait(self) -> None:
        """Return when stopped; raise what ended the projector otherwise."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def ready(self) -> str | None:
        """Return None while the projector folds, otherwise what is missing."""
        return self._missing

    async def stop(self) -> None:
        """Finish the batch, write a last checkpoint, leave the group; 10 seconds at most."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=10)
            self._task.cancel()

    async def _run(self) -> None:
        """Fold until stopped; a part that is away is waited for."""
        while not self._stopping.is_set():
            try:
                await self._fold_while_connected()
            except UnavailableError as error:
                self._missing = str(error)
                log.warning("projector_waits", projection=self._projection.name, reason=str(error))
                await self._pause(1.0)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _fold_while_connected(self) -> None:
        await self._open_generation()
        self._partitions.clear()
        self._client = consumer(self._brokers, self._group)
        async with running(self._client) as client:
            client.subscribe(self._topics, listener=_Listener(self))
            watchdog = Watchdog(client, self._service, self._projection.name, self._place)
            watching = asyncio.create_task(watchdog.run())
            try:
                while not self._stopping.is_set():
                    await self._step()
                    if watching.done():
                        watching.result()
            finally:
                watching.cancel()
            await self._checkpoint(final=True)

    async def _open_generation(self) -> None:
        """Open what readers see as live."""
        generation = await live_generation(self._database, self._projection.name)
        storage = Storage(self._database, self._projection, generation)
        await storage.prepare()
        self._storage = storage

    async def _step(self) -> None:
        """Take what was assigned, fold what has arrived, write when it is time."""
        await self._take_assigned()
        batches = await fetch(self._client, FETCH_WAIT_MS, FETCH_RECORDS)
        async with self._lock:
            for place, records in batches.items():
                partition = self._partitions.get(place.partition)
                if partition is not None:
                    partition.fold(place.topic, records)
        self._pace.quiet = not batches
        self._pace.behind = self._still_to_come() > FETCH_RECORDS
        while self._due() and not await self._checkpoint():
            # Nothing more is folded until what was folded is safe: memory stays bounded through an outage.
            if self._stopping.is_set():
                return
            await self._pause(0.5)

    def _due(self) -> bool:
        """Say whether something moved and it is time to write it."""
        return any(partition.moved for partition in self._partitions.values()) and self._pace.due(time.monotonic())

    def _still_to_come(self) -> int:
        """Return how many records lie beyond what was folded, as far as the last fetches told."""
        held = self._client.assignment()
        ours = [(place, offset) for place, offset in self._place().items() if place in held]
        return sum(max(0, (self._client.highwater(place) or 0) - offset) for place, offset in ours)

    async def _checkpoint(self, *, final: bool = False) -> bool:
        """Write everything that moved; return False when a part is away and it must be tried again."""
        async with self._lock:
            moved = [partition for partition in self._partitions.values() if partition.moved]
            started = time.monotonic()
            try:
                await keep(self._parking, moved, self._projection.name)
                for partition in moved:
                    partition.count()
                await self._storage.checkpoint(moved)
                self._accounts.tell(moved)
                await settle(self._parking, moved, self._projection.name)
            except FencedError:
                await self._drop_lost(moved)
            except UnavailableError as error:
                log.warning("checkpoint_waits", projection=self._projection.name, reason=str(error))
                return isinstance(error, ConflictError) and not final
            self._pace.wrote(started, time.monotonic())
            self.documents_written = self._storage.documents_written
            CHECKPOINT_SECONDS.labels(self._service, self._projection.name).observe(self._pace.took)
        if final or self._pace.written_at - self._reported_at > REPORT_SECONDS:
            self._reported_at = self._pace.written_at
            await report(self._client, self._place())
        return True

    async def _drop_lost(self, moved: Iterable[Partition[Any]]) -> None:
        """Forget the partitions that somebody else owns now, or whose generation is no longer live."""
        flipped = await self._flipped()
        for partition in list(self._partitions.values()) if flipped else moved:
            if flipped or not await self._storage.owned(partition):
                log.warning("partition_lost", projection=self._projection.name, partition=partition.number)
                self._partitions.pop(partition.number, None)
                self._aside[partition.number] = 0.0 if flipped else time.monotonic() + ASIDE_SECONDS

    async def _flipped(self) -> bool:
        """Say whether another generation became live, and go over to it."""
        generation = await live_generation(self._database, self._projection.name)
        if generation == self._storage.generation:
            return False
        await self._open_generation()
        return True

    async def _take_assigned(self) -> None:
        """Load every partition that was assigned and is not in memory, then let its records come."""
        if not self._shared_out:
            return
        by_number: dict[int, list[TopicPartition]] = {}
        for place in self._client.assignment():
            by_number.setdefault(place.partition, []).append(place)
        self._missing = None if by_number else "partitions have not been assigned yet"
        for number in sorted(by_number.keys() - self._partitions.keys()):
            if time.monotonic() >= self._aside.get(number, 0.0):
                await self._take(number, by_number[number])

    async def _take(self, number: int, places: list[TopicPartition]) -> None:
        if {place.topic for place in places} != set(self._topics):
            raise LogTroubleError(f"partition {number} was assigned for some topics only; partition counts differ")
        if not self._are_ours(places):
            return  # given to somebody else while an earlier one was being taken
        self._client.pause(*places)
        async with self._lock:
            try:
                partition = await self._storage.take(number)
            except ConflictError:
                # Whoever had it is writing it, or stands still in the middle of that: the others need not wait.
                log.info("partition_held", projection=self._projection.name, partition=number)
                self._aside[number] = time.monotonic() + HELD_SECONDS
                return
            if await self._flipped():
                # Readers have gone over to another generation: everything in memory belongs to the old one.
                self._partitions.clear()
                return
            first = await begins(self._client, places)
            if not self._are_ours(places):
                return  # given to somebody else meanwhile; whoever has it raises the epoch again
            for place in places:
                self._client.seek(place, first_wanted(partition, place.topic, first[place]))
            self._partitions[number] = partition
            self._accounts.took(partition)
            self._client.resume(*places)

    def _are_ours(self, places: Iterable[TopicPartition]) -> bool:
        return self._shared_out and set(places) <= self._client.assignment()

    async def assigned(self, places: Iterable[TopicPartition]) -> None:
        """Hold newly assigned partitions back until their stored position has been set."""
        places = list(places)
        if places:
            # First of all and without giving way: records may be handed out before this coroutine is done.
            self._client.pause(*places)
        for place in places:
            self._aside.pop(place.partition, None)
        self._shared_out = True

    async def revoked(self, places: Iterable[TopicPartition]) -> None:
        """Write what was folded and let the partitions go; none is taken until they have been shared out."""
        self._shared_out = False
        numbers = {place.partition for place in places}
        try:
            if numbers & self._partitions.keys():
                await self._checkpoint(final=True)
        finally:
            # Whatever went wrong: what is still held when it is assigned again is not taken, and stays paused.
            async with self._lock:
                for number in numbers:
                    self._partitions.pop(number, None)

    def _place(self) -> dict[TopicPartition, int]:
        """Return the next offset of every partition in memory."""
        return {
            TopicPartition(topic, partition.number): offset
            for partition in self._partitions.values()
            for topic, offset in partition.positions.items()
        }


class _Listener(RebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """Hands what the group decides to the projector."""

    def __init__(self, projector: Projector) -> None:
        self._projector = projector

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._projector.revoked(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._projector.assigned(assigned)
