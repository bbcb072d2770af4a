"""Records that cannot be decoded, and those of them that an operator sent again.

Guards P7: a record is kept with its exact bytes before the position moves past it, and a dead letter is settled only
after what came of it was written.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from shared.projector.partition import Partition


class Parking(Protocol):
    """Where records go that cannot be decoded."""

    async def park(self, record: Any, *, stage: str, code: str, message: str) -> object:
        """Keep the record; raises UnavailableError if it could not be kept."""

    async def settled(self, record: Any, *, stage: str) -> None:
        """Note that a record which was sent again has been folded."""


async def keep(parking: Parking, partitions: Iterable[Partition[Any]], stage: str) -> None:
    """Keep everything that could not be decoded since the last checkpoint; again after a crash, under the same ids."""
    for partition in partitions:
        for record, error in partition.parked:
            await parking.park(record, stage=stage, code=error.code, message=str(error))
        partition.parked.clear()


async def settle(parking: Parking, partitions: Iterable[Partition[Any]], stage: str) -> None:
    """Settle the dead letters that came again and were folded."""
    for partition in partitions:
        for record in partition.sent_again:
            await parking.settled(record, stage=stage)
        partition.sent_again.clear()
