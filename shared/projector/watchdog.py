"""Notices a projector that stands still although there is something to read.

Guards against a consumer that stops fetching after a broker restart without saying so: the process ends, its supervisor
starts it again, and nothing is lost.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.errors import UnavailableError
from shared.projector.stream import TopicPartition, ends
from shared.telemetry import PROJECTION_LAG

LOOK_SECONDS = 5.0
STALLED_SECONDS = 60.0


class StalledError(Exception):
    """There are records to read and the position has not moved."""


class Watchdog:
    """Compares positions with the ends of the log, and publishes the lag."""

    def __init__(
        self, client: Any, service: str, projection: str, place: Callable[[], Mapping[TopicPartition, int]]
    ) -> None:
        self._client = client
        self._labels = (service, projection)
        self._place = place
        self._last: dict[TopicPartition, tuple[int, float]] = {}

    async def run(self) -> None:
        """Look again and again; raises StalledError."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            positions = self._place()
            self._forget(self._last.keys() - positions.keys())
            try:
                last = await ends(self._client, list(positions)) if positions else {}
            except UnavailableError:
                # The broker is away: standing still is right.
                self._last = {place: (position, time.monotonic()) for place, position in positions.items()}
                continue
            for place, position in positions.items():
                self._judge(place, position, last[place] - position)

    def _forget(self, places: Iterable[TopicPartition]) -> None:
        """Say nothing more of partitions that were given away."""
        for place in list(places):
            del self._last[place]
            PROJECTION_LAG.remove(*self._labels, place.topic, str(place.partition))

    def _judge(self, place: TopicPartition, position: int, lag: int) -> None:
        PROJECTION_LAG.labels(*self._labels, place.topic, place.partition).set(max(lag, 0))
        before, since = self._last.get(place, (-1, 0.0))
        if lag <= 0 or position != before:
            self._last[place] = (position, time.monotonic())
        elif time.monotonic() - since > STALLED_SECONDS:
            raise StalledError(f"{place.topic}/{place.partition} stands at {position} with {lag} records to read")
