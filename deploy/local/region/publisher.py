"""Publishes the records of the region's systems to their organisations' attendance topics.

Guards order: records of one key go to one partition in the order of the script.
"""

from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from deploy.local.region.records import Published
from deploy.local.region.wire import encode
from shared.stream.publisher import within
from shared.topics import Topics

_STOP_SECONDS = 10.0
_BEFORE_NOW = timedelta(days=1)
"""The first record of a run is a day old, so that none is from the future and each has a second of its own."""


class Publisher:
    """All systems of the region as one producer; the embedded broker has no idempotent ones."""

    def __init__(self, broker: str) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", linger_ms=5)
        self._topics = Topics()
        self._began_at = (datetime.now(UTC) - _BEFORE_NOW).replace(microsecond=0)

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await within(self._producer.stop(), _STOP_SECONDS)

    async def publish(self, acts: Iterable[Published]) -> None:
        """Publish records in order; returns when the broker has all of them."""
        sent = [await self._send(act) for act in acts for _ in range(act.copies)]
        for acknowledged in sent:
            await acknowledged

    async def _send(self, act: Published) -> Awaitable[Any]:
        topic, wire = self._topics.attendance(act.organisation), encode(act, self._began_at)
        acknowledged: Awaitable[Any] = await self._producer.send(
            topic, key=wire.key, value=wire.value, headers=list(wire.headers)
        )
        return acknowledged
