"""Works through the batches of one reaction: partitions side by side, and in each the records of a subject in order.

Guards that a position moves only past records whose outcome is settled, and one record at a time: whatever stops a
batch, the client is sent back to the first record that is not settled. What was settled behind it is recognised then.
A batch that outlives its partitions says and notes nothing more about them: they come afresh to whoever has them now.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.bus import marks as known
from shared.bus.handling import BEHIND_TOGETHER, Handling, Prepared
from shared.bus.marks import Marks
from shared.bus.outcome import Hold, Outcome
from shared.bus.positions import Continuity, Positions
from shared.bus.run import Run, by_partition
from shared.errors import UnavailableError
from shared.inbox import Mark
from shared.logs import logger
from shared.mongo import Database
from shared.telemetry import CONSUMED

SIDE_BY_SIDE = 32
"""Records worked on at once: they share questions and transactions, so that each costs less than one alone."""
BATCH_SECONDS = 30.0
COMMIT_SECONDS = 10.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0


class Reaction:
    """One reaction's consumption; `client` returns its Kafka consumer."""

    def __init__(  # noqa: PLR0913 - built in one place only
        self,
        handling: Handling,
        *,
        service: str,
        database: Database,
        compacted: Iterable[str],
        client: Callable[[], Any],
        stopping: asyncio.Event,
    ) -> None:
        self.name = handling.reaction
        self._handling = handling
        self._service = service
        self._database = database
        self._compacted = frozenset(compacted)
        self._client = client
        self._stopping = stopping
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._giving_up = False
        self._generation = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._evidence: list[Mark] = []
        self._uncommitted: dict[TopicPartition, int] = {}
        self._tries: dict[TopicPartition, int] = {}
        self._held: dict[TopicPartition, asyncio.TimerHandle] = {}
        self.positions = Positions(service, self.name, self)
        self.unanswered_since: float | None = None
        """Since when the group has answered no commit, on the monotonic clock."""

    @property
    def held(self) -> frozenset[TopicPartition]:
        """The partitions that wait for a part that is away."""
        return frozenset(self._held)

    async def consume(self, consumed: Sequence[Any]) -> None:
        """Work through a batch. Never raises except when cancelled; nothing unsettled is passed over."""
        runs = by_partition(consumed, self._generation)
        self._idle.clear()
        try:
            await self._work_through(runs)
            await self.settle()
        except Exception as error:  # noqa: BLE001 - the framework would swallow it and go on behind the batch
            logger().error("a batch failed", reaction=self.name, exc_info=error)
            for run in runs:
                run.held = run.held or Hold("failed")
        finally:
            for run in runs:
                if not run.done and self._is_ours(run):
                    self._send_back(run)
            self._idle.set()

    async def settle(self) -> None:
        """Write the evidence, then tell the group how far we are; what fails is tried again with the next batch."""
        evidence, self._evidence = self._evidence, []
        offsets, self._uncommitted = self._uncommitted, {}
        generation = self._generation
        try:
            await known.write_evidence(self._database, self.name, evidence, external=self._handling.external)
            evidence = []
            await self._commit(offsets)
        except (CommitFailedError, IllegalStateError):
            # Somebody else has the partitions now. The same records come to him; their marks tell him so.
            logger().warning("positions were not taken", reaction=self.name)
        except (UnavailableError, KafkaError, OSError, TimeoutError) as error:
            logger().warning("positions wait", reaction=self.name, error=type(error).__name__)
            self._keep(evidence, offsets, generation)
        except BaseException:
            self._keep(evidence, offsets, generation)
            raise

    def _keep(self, evidence: list[Mark], offsets: dict[TopicPartition, int], generation: int) -> None:
        """Keep what could not be settled for the next time, before what has come since; of our partitions only."""
        self._evidence = evidence + self._evidence
        if generation == self._generation:
            self._uncommitted = {**offsets, **self._uncommitted}

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        assigned = self._client().assignment()
        ours = {place: offset for place, offset in offsets.items() if place in assigned}
        if not ours:
            return
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._client().commit(ours)
        except (CommitFailedError, IllegalStateError):
            self.unanswered_since = None
            raise
        except BaseException:
            self.unanswered_since = self.unanswered_since or time.monotonic()
            raise
        self.unanswered_since = None

    async def settle_if_idle(self) -> None:
        """Settle what could not be settled before, if no batch is being worked on that will do it."""
        if self._idle.is_set():
            await self.settle()

    async def revoked(self) -> None:
        """Stop between two records, say how far we came, and forget the partitions."""
        self._giving_up = True
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._idle.wait()
                await self.settle()
        except TimeoutError:
            logger().warning("partitions were given away in the middle of a record", reaction=self.name)
        self.forget()

    def assigned(self) -> None:
        """Work again; what came while partitions were shared out is handed out afresh."""
        self.forget()
        self.unanswered_since = None
        self._giving_up = False

    def forget(self) -> None:
        """Forget everything about partitions: they are somebody else's, or come back fresh; so does what is in hand."""
        self._generation += 1
        for timer in self._held.values():
            timer.cancel()
        self._held.clear()
        self._tries.clear()
        self._uncommitted.clear()
        self.positions = self.positions.afresh()

    async def _work_through(self, runs: Sequence[Run]) -> None:
        going = [run for run in runs if await self._goes_on(run)]
        for run in going:
            run.prepared = [self._handling.prepare(record) for record in run.records]
        try:
            marks = await Marks.fetch(
                self._database, [mark for run in going for prepared in run.prepared for mark in prepared.mark_ids]
            )
        except UnavailableError as error:
            for run in going:
                run.held = Hold(error.code)
            return
        deadline = time.monotonic() + BATCH_SECONDS
        async with asyncio.TaskGroup() as group:
            # First come those lanes that every partition's position waits for.
            work = [(run, lane) for run in going for lane in run.lanes()]
            for run, lane in sorted(work, key=lambda one: one[1][0]):
                group.create_task(self._work(run, lane, marks, deadline))
        for run in going:
            run.done = run.passed == len(run.prepared)

    async def _goes_on(self, run: Run) -> bool:
        """Say whether a run continues where we stopped; if it cannot be known, it is held."""
        if run.place not in self._client().assignment():
            run.done = True  # given away meanwhile
            return False
        first, compacted = run.records[0].offset, run.place.topic in self._compacted
        try:
            return await self.positions.check(run.place, first, compacted=compacted) is Continuity.GOES_ON
        except (KafkaError, OSError, TimeoutError) as error:
            run.held = Hold(type(error).__name__)
            return False

    async def _work(self, run: Run, lane: Sequence[int], marks: Marks, deadline: float) -> None:
        """Handle the records of one lane in order until one of the partition has to wait or it is time to stop.

        Partitions take turns record by record, so that none waits for the long runs of others until a batch is over;
        records that wait behind the same parked one are one turn.
        """

        def goes_on() -> bool:
            return not self._stops(run) and time.monotonic() <= deadline

        ahead = list(lane)
        while ahead:
            async with self._slots:
                if not goes_on():
                    return
                several = [run.prepared[number] for number in ahead[:BEHIND_TOGETHER]]
                try:
                    results = await self._handling.handle_first(several, marks, goes_on)
                except Exception as error:  # noqa: BLE001 - what one record cannot be kept for is no other's matter
                    logger().error("a record failed", reaction=self.name, **several[0].record.position, exc_info=error)
                    results = [Hold("failed")]
            if not self._is_ours(run):
                return
            for number, result in zip(ahead, results, strict=False):
                if isinstance(result, Hold):
                    run.held = run.held or result
                    return
                run.settled[number] = result
            self._move_on(run)
            ahead = ahead[len(results) :]

    def _stops(self, run: Run) -> bool:
        """Say whether no further record of a run is begun."""
        return run.held is not None or self._stopping.is_set() or self._giving_up or not self._is_ours(run)

    def _is_ours(self, run: Run) -> bool:
        """Say whether no partitions were given away since the run's records came."""
        return run.generation == self._generation

    def _move_on(self, run: Run) -> None:
        """Move past every record that is settled, as far as no other lies between."""
        while run.passed in run.settled:
            self._settled(run.place, run.prepared[run.passed], run.settled.pop(run.passed))
            run.passed += 1

    def _settled(self, place: TopicPartition, prepared: Prepared, outcome: Outcome) -> None:
        record = prepared.record
        mark = prepared.delivery.because.mark
        if outcome is Outcome.SKIPPED and mark is not None:
            self._evidence.append(mark)
        CONSUMED.labels(self._service, self.name, outcome.value).inc()
        self.positions.moved(place, record.offset + 1)
        self._uncommitted[place] = record.offset + 1
        self._tries.pop(place, None)

    def _send_back(self, run: Run) -> None:
        """Let the client hand out the first unsettled record again, after a pause if something is away."""
        place, client = run.place, self._client()
        try:
            client.seek(place, self.positions.next.get(place, run.records[0].offset))
            if run.held is not None and not self._stopping.is_set():
                self._hold(place, run.held)
        except IllegalStateError:
            return  # given away; it comes again to whoever has it now

    def _hold(self, place: TopicPartition, hold: Hold) -> None:
        """Let one partition wait while the others go on."""
        tries = self._tries[place] = self._tries.get(place, 0) + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 10))
        self._client().pause(place)
        later = pause * random.uniform(0.5, 1)  # noqa: S311 - spreads retries, no secret
        self._held[place] = asyncio.get_running_loop().call_later(later, self._resume, place)
        logger().warning(
            "a partition waits",
            reaction=self.name,
            reason=hold.reason,
            attempts=tries,
            topic=place.topic,
            partition=place.partition,
        )

    def _resume(self, place: TopicPartition) -> None:
        self._held.pop(place, None)
        client = self._client()
        if place in client.assignment():
            client.resume(place)

    async def committed(self, place: TopicPartition) -> int | None:
        """Return what the group has acknowledged of a partition."""
        async with asyncio.timeout(COMMIT_SECONDS):
            offset: int | None = await self._client().committed(place)
        return offset

    async def begins(self, place: TopicPartition) -> int:
        """Return the first offset that the log still has of a partition."""
        async with asyncio.timeout(COMMIT_SECONDS):
            first: dict[TopicPartition, int] = await self._client().beginning_offsets([place])
        return first[place]
