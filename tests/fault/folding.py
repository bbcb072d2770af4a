"""Folds the whole stream again, in memory and without any of the machinery that a kill can hit."""

from collections.abc import Sequence
from typing import Any

from shared.mongo import Database
from shared.projector import Projection
from shared.projector.generations import live_generation
from shared.projector.partition import Partition
from shared.projector.storage import Storage, digest
from shared.testing.checker import Stream
from shared.topics import DOMAIN_PARTITIONS


async def differences(database: Database, projection: Projection[Any, Any], stream: Stream) -> list[str]:
    """Return every partition whose live state, cells, positions or counts differ from a fold from zero, by hash."""
    live = Storage(database, projection, await live_generation(database, projection.name))
    found = []
    for number in range(DOMAIN_PARTITIONS):
        stored = await live.look(number)
        fresh = fold(projection, stream, number)
        fresh.positions |= {topic: 0 for topic in stored.positions if topic not in fresh.positions}
        if fresh.records and digest(stored) != digest(fresh):
            found.append(f"{projection.name}, partition {number}: folded from zero it is not what it is live")
    return found


def fold(projection: Projection[Any, Any], stream: Stream, number: int) -> Partition[Any]:
    """Return a partition folded from all there is, one topic after the other."""
    partition: Partition[Any] = Partition(number, projection)
    for topic in projection.topics:
        found: Sequence[Any] = [record for record in stream.topics[topic] if record.partition == number]
        partition.fold(topic, found)
    partition.count()
    return partition
