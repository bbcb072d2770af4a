"""Where on the log a partition goes on.

Guards that records are never passed over without a trace: if the log no longer holds what comes next, nobody goes on.
"""

from typing import Any

from shared.logs import logger
from shared.projector.partition import Partition


class LogTroubleError(Exception):
    """The log no longer holds what comes next; going on would lose records without a trace.

    It was deleted, made again, or cut by retention. An operator decides: restore the topic or rebuild.
    """


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
