"""Notices a reaction that stands still although there is something to read.

Guards against a client that stops fetching after a broker restart without saying so, and against a loop that has
died: the process ends, its supervisor starts it again, and nothing is lost.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from shared.errors import UnavailableError
from shared.stream import reader

PATIENCE_SECONDS = 60.0
ASK_SECONDS = 5.0


class StalledError(Exception):
    """There are records to read and the position has not moved."""


class Watched(Protocol):
    """What the watchdog needs to know of a running consumer."""

    @property
    def client(self) -> Any:
        """The Kafka consumer."""

    @property
    def running(self) -> bool:
        """Whether the loop that hands out records is alive."""


class Watchdog:
    """Compares positions with the ends of the log, as a fresh connection sees them."""

    def __init__(self, brokers: str, *, patience: float = PATIENCE_SECONDS) -> None:
        self._brokers = brokers
        self._patience = patience
        self._since: dict[TopicPartition, tuple[int, float]] = {}

    async def look(self, consumer: Watched, held: frozenset[TopicPartition]) -> None:
        """Compare once; raises StalledError. Partitions that are held back on purpose are not judged."""
        if not consumer.running:
            raise StalledError("the loop that hands out records has ended")
        still = self.standing_still(await _positions(consumer.client, held), time.monotonic())
        if not still:
            return
        try:
            ends = await reader.ends(self._brokers, still)
        except UnavailableError:
            self._since.clear()  # the broker is away: standing still is right
            return
        for place, position in still.items():
            if ends[place] > position:
                raise StalledError(
                    f"{place.topic}/{place.partition} stands at {position}, records end at {ends[place]}"
                )
            self._since.pop(place)  # there is nothing to read

    def standing_still(self, positions: Mapping[TopicPartition, int], at: float) -> dict[TopicPartition, int]:
        """Return the partitions whose position has not moved for as long as we are patient."""
        self._since = {
            place: seen if (seen := self._since.get(place)) is not None and seen[0] == position else (position, at)
            for place, position in positions.items()
        }
        return {place: position for place, (position, since) in self._since.items() if at - since >= self._patience}


async def _positions(client: Any, held: frozenset[TopicPartition]) -> dict[TopicPartition, int]:
    """Return where the client would read next; one that does not know stands still before the first record."""
    positions: dict[TopicPartition, int] = {}
    for place in client.assignment() - held:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                positions[place] = await client.position(place)
        except TimeoutError:
            positions[place] = -1
        except (KafkaError, IllegalStateError):
            continue
    return positions
