"""Notices a reaction that stands still although there is something to read.

Guards against a client that stops fetching after a broker restart without saying so, and against a loop that has
died: the process ends, its supervisor starts it again, and nothing is lost.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
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


class Settling(Protocol):
    """What the watchdog needs to know of a reaction."""

    unanswered_since: float | None


class IdleClock:
    """A clock that stands while a batch is worked on.

    A client hands out no more than a batch, the partitions in turn: on a busy machine, after an outage, one of them may
    wait for longer than anybody is patient. That is no fault of the client, and starting again would only take longer.
    """

    def __init__(self) -> None:
        self._idled = 0.0
        self._idle_since: float | None = time.monotonic()

    def seconds(self) -> float:
        """Return for how long the client could have handed something out."""
        return self._idled + (0.0 if self._idle_since is None else time.monotonic() - self._idle_since)

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Stand inside the block."""
        self._idled, self._idle_since = self.seconds(), None
        try:
            yield
        finally:
            self._idle_since = time.monotonic()


class Watchdog:
    """Compares positions with the ends of the log, as a fresh connection sees them; `clock` says what time counts."""

    def __init__(
        self, brokers: str, *, patience: float = PATIENCE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._brokers = brokers
        self._patience = patience
        self._clock = clock
        self._since: dict[TopicPartition, tuple[int, float]] = {}

    async def look(self, consumer: Watched, held: frozenset[TopicPartition]) -> None:
        """Compare once; raises StalledError. Partitions that are held back on purpose are not judged."""
        if not consumer.running:
            raise StalledError("the loop that hands out records has ended")
        still = self.standing_still(await _positions(consumer.client, held), self._clock())
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

    async def listen(self, reaction: Settling, places: Collection[TopicPartition]) -> None:
        """Raise StalledError when the group has long answered no commit although its broker answers others."""
        if reaction.unanswered_since is None or not places:
            return
        try:
            await reader.ends(self._brokers, places)
        except UnavailableError:
            reaction.unanswered_since = None  # the broker is away: no answer is right
            return
        if time.monotonic() - reaction.unanswered_since >= self._patience:
            raise StalledError("the group answers no commit, its broker does")

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
