"""Where on the log a partition goes on.

Guards that records are never passed over without a trace: if the log no longer holds what comes next, nobody goes on.
"""

from typing import Any

from shared.logs import logger
from shared.projector.partition import Partition
from shared.projector.trouble import LogTroubleError

__all__ = ["LogTroubleError", "first_wanted", "next_offset"]


def next_offset(partition: Partition[Any], topic: str, first: int) -> int:
    """Return where to go on; raises LogTroubleError when the log has been cut beyond that point."""
    stored = partition.positions.get(topic)
    if stored is None:
        if first > 0:
            logger().error("history incomplete", topic=topic, partition=partition.number, offset=first)
        partition.positions[topic] = first
        return first
    if first > stored:
        raise LogTroubleError(f"{topic}/{partition.number} begins at {first}, the next record was {stored}")
    return stored


def first_wanted(partition: Partition[Any], topic: str, first: int) -> int:
    """Return from where to read: one record before the position where it is there to be recognised.

    A topic that was made again and has grown past the position looks as if nothing had happened, but for that record.
    """
    following = next_offset(partition, topic, first)
    return following - 1 if topic in partition.last and following > first else following
