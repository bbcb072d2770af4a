"""Builds a projection anew from the start of the log and puts it in the place of the live one if both are equal.

Guards P8: the new generation is built by the same code into collections of its own, compared by hash at equal
positions, and readers see it only when all of it is there. Killed in the middle, it leaves nothing that is read.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import UnavailableError
from shared.mongo import Database
from shared.projector.generations import begin, flip, live_generation, sweep
from shared.projector.partition import Partition
from shared.projector.places import LogTroubleError, next_offset
from shared.projector.projection import Projection
from shared.projector.storage import Storage, digest
from shared.projector.stream import TopicPartition, begins, consumer, fetch, partitions_of, running
from shared.projector.worker import FETCH_RECORDS
from shared.topics import Topics

CHECKPOINT_RECORDS = 50_000
PATIENCE_SECONDS = 60.0
"""How long the log may give nothing although the live projection got further."""
TRIES = 10
"""How often a partition that moves on while it is compared is looked at again."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild found: which generation it made and which partitions differ from the live ones."""

    generation: str
    records: int
    different: Sequence[int]
    flipped: bool


async def rebuild(  # noqa: PLR0913 - a composition root names all parts
    database: Database,
    projection: Projection[Any, Any],
    *,
    brokers: str,
    topics: Topics,
    progress: Progress,
    accept: bool = False,
) -> Rebuilt:
    """Fold the whole log into a new generation, compare, and make it the live one.

    Most of the log is folded while the live projection goes on; then its partitions are frozen for the moments that the
    rest takes, so that readers never go back in time. A generation that differs is kept aside and not made live unless
    `accept`. `progress` is told records done and in all.
    """
    generation = await live_generation(database, projection.name)
    live = Storage(database, projection, generation)
    new = Storage(database, projection, await begin(database, projection.name, generation))
    for storage in (live, new):
        await storage.prepare()
    async with running(consumer(brokers, None)) as client:
        places = await partitions_of(client, [topics.named(name) for name in projection.topics])
        builder = _Builder(client, live, new, progress)
        await builder.build_all(places)
        for _ in range(TRIES):
            frozen = await live.freeze()
            different = await builder.build_all(places)
            if different and not accept:
                return Rebuilt(new.generation, builder.records, different, flipped=False)
            if await flip(database, projection.name, live, new, frozen):
                await sweep(database, projection.name, keep={new.generation})
                return Rebuilt(new.generation, builder.records, different, flipped=True)
    raise UnavailableError("the live projection did not stand still for long enough; try again")


class _Builder:
    """Folds one partition number after another and compares each with the live one."""

    def __init__(self, client: Any, live: Storage, new: Storage, progress: Progress) -> None:
        self._client = client
        self._live = live
        self._new = new
        self._progress = progress
        self._done: dict[int, int] = {}

    @property
    def records(self) -> int:
        """Records folded so far."""
        return sum(self._done.values())

    async def build_all(self, places: Sequence[TopicPartition]) -> list[int]:
        """Build every partition up to where the live one is; return the numbers of those that differ there."""
        numbers = sorted({place.partition for place in places})
        return [
            number
            for number in numbers
            if not await self.build([place for place in places if place.partition == number])
        ]

    async def build(self, places: Sequence[TopicPartition]) -> bool:
        """Build one partition up to where the live one is; return whether both are equal there."""
        number = places[0].partition
        partition = await self._new.take(number)
        self._client.assign(list(places))
        first = await begins(self._client, places)
        for place in places:
            self._client.seek(place, next_offset(partition, place.topic, first[place]))
        for _ in range(TRIES):
            live = await self._live.look(number)
            await self._fold_until(partition, live)
            if live.positions == partition.positions and digest(live) == digest(partition):
                return True
        return not live.positions and not partition.records

    async def _fold_until(self, partition: Partition[Any], live: Partition[Any]) -> None:
        """Fold exactly the records that the live partition had folded when it was looked at."""
        missing = {topic: end for topic, end in live.positions.items() if partition.positions.get(topic, 0) < end}
        unwritten = 0
        moved_at = time.monotonic()
        while missing:
            batches = await fetch(self._client, 500, FETCH_RECORDS)
            if batches:
                moved_at = time.monotonic()
            elif time.monotonic() - moved_at > PATIENCE_SECONDS:
                raise LogTroubleError(f"the log does not hold what the live projection has folded: {missing}")
            before = partition.records
            for place, records in batches.items():
                end = live.positions.get(place.topic, 0)
                wanted = [record for record in records if record.offset < end]
                partition.fold(place.topic, wanted)
                if len(wanted) < len(records):
                    # What lies beyond may be wanted after the next look; it has to be fetched again then.
                    self._client.seek(place, partition.positions[place.topic])
            self._done[partition.number] = partition.records
            unwritten += partition.records - before
            missing = {topic: end for topic, end in missing.items() if partition.positions[topic] < end}
            if unwritten >= CHECKPOINT_RECORDS:
                await self._write(partition)
                unwritten = 0
            self._progress(self.records, self.records + sum(end - partition.positions[t] for t, end in missing.items()))
        self._done[partition.number] = partition.records
        await self._write(partition)

    async def _write(self, partition: Partition[Any]) -> None:
        # What cannot be decoded was parked when it was first met; here it is only counted.
        partition.parked.clear()
        partition.sent_again.clear()
        partition.count()
        if partition.moved:
            await self._new.checkpoint([partition])
