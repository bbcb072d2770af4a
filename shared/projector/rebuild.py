"""Builds a projection anew from the start of the log and puts it in the place of the live one if both are equal.

Guards P8: the new generation is built by the same code into collections of its own, compared by hash at equal
positions, and readers see it only when all of it is there. Killed in the middle, it goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.mongo import Database, Session, guard
from shared.projector.partition import Partition
from shared.projector.projection import Projection
from shared.projector.storage import POINTERS, Storage, digest
from shared.projector.stream import TopicPartition, begins, consumer, fetch, partitions_of, running
from shared.projector.views import live_generation
from shared.projector.worker import FETCH_RECORDS, next_offset
from shared.topics import Topics

CHECKPOINT_RECORDS = 50_000
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

    A generation that differs is kept but not made live unless `accept`. `progress` is told records done and in all.
    """
    live = Storage(database, projection, await live_generation(database, projection.name))
    await live.prepare()
    new = Storage(database, projection, await _building(database, projection.name, live.generation))
    await new.prepare()
    async with running(consumer(brokers, None)) as client:
        places = await partitions_of(client, [topics.named(name) for name in projection.topics])
        builder = _Builder(client, live, new, progress)
        numbers = sorted({place.partition for place in places})
        different = [
            number
            for number in numbers
            if not await builder.build([place for place in places if place.partition == number])
        ]
    flipped = accept or not different
    if flipped:
        await _flip(database, projection.name, live, new)
    return Rebuilt(new.generation, builder.done, different, flipped)


class _Builder:
    """Folds one partition number after another and compares each with the live one."""

    def __init__(self, client: Any, live: Storage, new: Storage, progress: Progress) -> None:
        self._client = client
        self._live = live
        self._new = new
        self._progress = progress
        self.done = 0

    async def build(self, places: Sequence[TopicPartition]) -> bool:
        """Build one partition up to where the live one is; return whether both are equal there."""
        number = places[0].partition
        partition = await self._new.take(number)
        self._client.assign(list(places))
        first = await begins(self._client, places)
        for place in places:
            self._client.seek(place, next_offset(partition, place.topic, first[place]))
        self.done += partition.records
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
        while missing:
            batches = await fetch(self._client, 500, FETCH_RECORDS)
            before = partition.records
            for place, records in batches.items():
                end = live.positions.get(place.topic, 0)
                wanted = [record for record in records if record.offset < end]
                partition.fold(place.topic, wanted)
                if len(wanted) < len(records):
                    # What lies beyond may be wanted after the next look; it has to be fetched again then.
                    self._client.seek(place, partition.positions[place.topic])
            self.done += partition.records - before
            unwritten += partition.records - before
            missing = {topic: end for topic, end in missing.items() if partition.positions[topic] < end}
            if unwritten >= CHECKPOINT_RECORDS:
                await self._write(partition)
                unwritten = 0
            self._progress(self.done, self.done + sum(end - partition.positions[t] for t, end in missing.items()))
        await self._write(partition)

    async def _write(self, partition: Partition[Any]) -> None:
        # What cannot be decoded was parked when it was first met; here it is only counted.
        partition.parked.clear()
        partition.count()
        if partition.moved:
            await self._new.checkpoint([partition])


async def _building(database: Database, name: str, live: str) -> str:
    """Return the generation under construction, begun earlier or now."""
    fresh = str(int(live) + 1)
    async with guard():
        pointer = await database.collection(POINTERS).find_one({"_id": name})
        begun = (pointer or {}).get("building")
        if begun is None:
            await database.collection(POINTERS).update_one({"_id": name}, {"$set": {"building": fresh}})
    return str(begun or fresh)


async def _flip(database: Database, name: str, live: Storage, new: Storage) -> None:
    """Make the new generation live in one step that also fences whoever still writes the old one."""

    async def work(session: Session) -> None:
        await database.collection(POINTERS).update_one(
            {"_id": name, "live": live.generation},
            {"$set": {"live": new.generation, "previous": live.generation}, "$unset": {"building": ""}},
            session=session,
        )
        await database.collection(live.named("positions")).update_many({}, {"$inc": {"epoch": 1}}, session=session)

    await database.transact(work)
