"""The producer of outbox rows and dead letters: sends, waits no longer than it said, starts afresh after doubt.

Guards P1 and P2 on the way to the broker: a row counts as sent only when the broker acknowledged it, and after any
failure the producer is thrown away, because a failed batch leaves a gap in its sequence and a late copy in its
buffers.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared.errors import UnavailableError
from shared.logs import kinds, logger
from shared.stream.lenient import RawBatch, needs_raw
from shared.stream.record import wire_headers

LINGER_MS = 5
BATCH_BYTES = 256 * 1024
SMALL_BATCH_BYTES = 32 * 1024
"""For topics of other systems: a broker holds a whole batch against a topic's limit of 64 KiB, not each record."""
REQUEST_MS = 15_000
MAX_REQUEST_BYTES = 16 * 1024 * 1024
"""What one request may hold; how large a record may be is for each topic to say."""
SEND_SECONDS = 30.0
CLOSE_SECONDS = 5.0

Row = Mapping[str, Any]
"""`_id`, `topic`, `key`, `headers` (pairs), `value`, and `partition` where the key does not decide it.

Texts are sent as UTF-8. Other fields are the sender's own."""


class Publisher:
    """Sends rows to the broker; may be used by several tasks, one of which sends at a time."""

    def __init__(
        self, brokers: str, *, idempotent: bool = True, seconds: float = SEND_SECONDS, batch_bytes: int = BATCH_BYTES
    ) -> None:
        self._brokers = brokers
        self._idempotent = idempotent
        self._seconds = seconds
        self._batch_bytes = batch_bytes
        self._producer: Any = None
        self._lock = asyncio.Lock()
        self.thrown_away = 0
        """Producers given up since the start."""

    async def publish(self, rows: Sequence[Row]) -> list[str]:
        """Send rows and return the ids of those that the broker acknowledged, within the deadline.

        Rows are handed over side by side: two rows whose order matters do not belong in one call. Raises
        UnavailableError when no broker answers.
        """
        async with self._lock:
            producer = await self._ready()
            sends = {asyncio.create_task(self._send(producer, row)): row for row in rows}
            acknowledged: list[str] = []
            try:
                if sends:
                    await asyncio.wait(sends, timeout=self._seconds)
                acknowledged = [row["_id"] for send, row in sends.items() if _succeeded(send)]
            finally:
                if len(acknowledged) < len(sends):
                    await self._throw_away(sends)
            return acknowledged

    async def close(self) -> None:
        """Send what is buffered and let go of the broker, within a deadline."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await within(producer.stop(), CLOSE_SECONDS)
            await _abandon(producer)

    async def _ready(self) -> Any:
        """Return a producer that has met the broker."""
        if self._producer is None:
            producer = self._new()
            try:
                async with asyncio.timeout(self._seconds):
                    await producer.start()
            except (KafkaError, OSError, TimeoutError) as error:
                await _abandon(producer)
                raise UnavailableError("the broker is away") from error
            except BaseException:
                await _abandon(producer)
                raise
            self._producer = producer
        return self._producer

    def _new(self) -> Any:
        return AIOKafkaProducer(
            bootstrap_servers=self._brokers,
            acks="all",
            enable_idempotence=self._idempotent,
            linger_ms=LINGER_MS,
            max_batch_size=self._batch_bytes,
            max_request_size=MAX_REQUEST_BYTES,
            request_timeout_ms=REQUEST_MS,
        )

    async def _send(self, producer: Any, row: Row) -> None:
        """Hand one row over and return when it is acknowledged."""
        topic, value, partition = row["topic"], row["value"], row.get("partition")
        key, headers = _bytes(row["key"]), wire_headers(row["headers"])
        if needs_raw(key, value, headers):
            chosen = await _partition(producer, topic, key) if partition is None else partition
            sent = await producer.send_batch(RawBatch(key, value, headers), topic, partition=chosen)
        else:
            sent = await producer.send(topic, value, key=key, headers=list(headers), partition=partition)
        await sent

    async def _throw_away(self, sends: Mapping[asyncio.Task[None], Row]) -> None:
        """Give the producer up without sending what it still holds."""
        errors = {kinds(send.exception() or TimeoutError()) for send in sends if send.done() and not send.cancelled()}
        for send in sends:
            send.cancel()
        await asyncio.wait(sends)
        producer, self._producer = self._producer, None
        self.thrown_away += 1
        logger().warning("producer thrown away", count=len(sends), reason=", ".join(sorted(errors)))
        await _abandon(producer)


async def _partition(producer: Any, topic: str, key: bytes | None) -> int:
    """Return the partition that a key belongs to, as the producer itself would choose it."""
    partitions = sorted(await producer.partitions_for(topic))
    return int(DefaultPartitioner()(key, partitions, partitions))


async def _abandon(producer: Any) -> None:
    """End a producer's tasks and connections now; its own `stop()` waits for a broker that may never come back."""
    producer._closed = True  # noqa: SLF001 - nothing public ends a producer without flushing
    sender = producer._sender  # noqa: SLF001 - see above
    # The sender would wait for its requests, and they for a broker that may take them long after we gave them up.
    tasks = {*_requests(sender), *([] if sender.sender_task is None else [sender.sender_task])}
    for task in tasks:
        task.cancel()
    await within(producer.client.close(), CLOSE_SECONDS)
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSE_SECONDS)


def _requests(sender: Any) -> list[asyncio.Task[Any]]:
    """Return the tasks of a sender's requests that are under way; it keeps them where nobody can ask for them."""
    found = []
    for task in asyncio.all_tasks():
        frame = getattr(task.get_coro(), "cr_frame", None)
        if frame is not None and frame.f_code.co_name == "_send_produce_req" and frame.f_locals["self"] is sender:
            found.append(task)
    return found


async def within(work: Awaitable[Any], seconds: float) -> bool:
    """Wait for something that may hang; return whether it ended well in time."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except (KafkaError, OSError, TimeoutError, ExceptionGroup):
        return False
    return True


def _succeeded(send: asyncio.Task[None]) -> bool:
    return send.done() and not send.cancelled() and send.exception() is None


def _bytes(key: str | bytes | None) -> bytes | None:
    return key.encode() if isinstance(key, str) else key
