"""How far a reaction has come on each partition, compared with what the client hands out next.

Guards that no record is passed over unseen: the client goes on after a failed batch, resets an offset that is out of
range and starts again on a topic that was made anew, all without a word. What does not continue where we stopped is
read again, and what is really gone is reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from aiokafka import TopicPartition

from shared.logs import logger
from shared.telemetry import LOG_TROUBLE


class Asks(Protocol):
    """What has to be asked of the broker; raises the client's errors."""

    async def committed(self, place: TopicPartition) -> int | None:
        """Return what the group has acknowledged."""

    async def begins(self, place: TopicPartition) -> int:
        """Return the first offset that the log still has."""


class Continuity(Enum):
    """How records continue what was handled before."""

    GOES_ON = "goes on"
    READ_AGAIN = "read again"
    """Something is missing between; the client is sent back once before we believe it."""


@dataclass
class Positions:
    """The next offset to be handled of each partition."""

    service: str
    reaction: str
    asks: Asks
    next: dict[TopicPartition, int] = field(default_factory=dict)
    _left: dict[TopicPartition, int] = field(default_factory=dict)
    """Where partitions stood that were given away: with a topic its group's positions are deleted as well."""
    _doubted: dict[TopicPartition, int] = field(default_factory=dict)

    async def check(self, place: TopicPartition, first: int, *, compacted: bool) -> Continuity:
        """Compare the offset of the first record of a batch with where we stopped."""
        if place not in self.next:
            known = await self.asks.committed(place)
            self.next[place] = self._left.get(place, first) if known is None else known
        expected = self.next[place]
        if first > expected and not compacted:
            if self._doubted.get(place) != expected:
                self._doubted[place] = expected
                return Continuity.READ_AGAIN
            begins = await self.asks.begins(place)
            # Inside the log an offset without a record is the mark of a publisher's transaction; a cut is a loss.
            self._report(place, "missing" if begins > expected else "gap", expected, first)
        elif first < expected:
            self._report(place, "began-again", expected, first)
        self._doubted.pop(place, None)
        self.next[place] = first
        return Continuity.GOES_ON

    def moved(self, place: TopicPartition, offset: int) -> None:
        """Note the next offset after a record was handled."""
        self.next[place] = offset

    def afresh(self) -> "Positions":
        """Return positions that know of nothing: partitions were given away or shared out anew.

        Not these emptied: an answer that comes late is noted here, where nobody looks any more.
        """
        return Positions(self.service, self.reaction, self.asks, _left={**self._left, **self.next})

    def all(self) -> Mapping[TopicPartition, int]:
        """Return the next offset of every partition that has been read."""
        return dict(self.next)

    def _report(self, place: TopicPartition, kind: str, expected: int, first: int) -> None:
        """Say that the log is not what it was: cut by retention, or deleted and made again."""
        LOG_TROUBLE.labels(self.service, self.reaction, kind).inc(max(first - expected, 1))
        tell = logger().info if kind == "gap" else logger().error
        tell(
            "the log does not continue where it was left",
            reaction=self.reaction,
            topic=place.topic,
            partition=place.partition,
            position=expected,
            offset=first,
            reason=kind,
        )
