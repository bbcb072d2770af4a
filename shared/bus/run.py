"""The records of one partition in a batch: how they are shared out, and how far they are settled.

Guards that records of one subject are in one lane, in order, and that a run knows from when it is: partitions that were
given away since may be somebody else's.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import TopicPartition

from shared.bus.handling import Prepared
from shared.bus.outcome import Hold, Outcome
from shared.stream.record import Record

LANES = 16
"""Records of one partition worked on at once; those of one subject are in one lane."""


@dataclass
class Run:
    """The records of one partition in a batch."""

    place: TopicPartition
    records: Sequence[Record]
    generation: int
    """Under which sharing out of partitions the records came; after a later one they are no longer ours."""
    prepared: Sequence[Prepared] = ()
    held: Hold | None = None
    done: bool = False
    settled: dict[int, Outcome] = field(default_factory=dict)
    """Outcomes of records by their number in the run, as far as the position has not moved past them."""
    passed: int = 0
    """How many records the position has moved past."""

    def lanes(self) -> list[list[int]]:
        """Return the numbers of the records, each subject in one lane and in order."""
        lanes: list[list[int]] = [[] for _ in range(LANES)]
        for number, prepared in enumerate(self.prepared):
            lanes[zlib.crc32(prepared.subject.encode()) % LANES].append(number)
        return [lane for lane in lanes if lane]


def by_partition(consumed: Sequence[Any], generation: int) -> list[Run]:
    """Split a batch by partition; the records of each stay in order."""
    found: dict[TopicPartition, list[Record]] = {}
    for each in consumed:
        found.setdefault(TopicPartition(each.topic, each.partition), []).append(Record.of(each))
    return [Run(place, records, generation) for place, records in found.items()]
