"""What publishers compress: a limit in bytes that only holds for what travels is none, and a codec may be missing.

Guards that neither holds up anybody else: a broker judges a record by what it is when it is read.
"""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
import zstandard
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from shared.bus import Delivery
from shared.clock import now
from shared.errors import PoisonError
from tests.integration.bus.world import World, until

pytestmark = pytest.mark.reference
GOOD = 300
"""More than a batch."""


class _ZstdWriter(_DefaultRecordBatchBuilderPy):  # type: ignore[misc] # the client has no types
    """Writes as any client does that has the codec."""

    def _maybe_compress(self) -> bool:
        size = self.HEADER_STRUCT.size
        self._buffer[size:] = zstandard.ZstdCompressor().compress(bytes(self._buffer[size:]))
        self._compression_type = self.CODEC_ZSTD
        return True


class ZstdBatch(BatchBuilder):  # type: ignore[misc] # the client has no types
    """One record, compressed with zstd."""

    def __init__(self, key: bytes, value: bytes) -> None:
        super().__init__(0, 0)
        self._builder = _ZstdWriter(2, 0, 0, -1, -1, 0, 0)
        self.append(key=key, value=value, timestamp=None, headers=[])
        self.close()

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._builder.set_producer_state(producer_id, producer_epoch, base_sequence)


def listen(world: World) -> None:
    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        body = delivery.record.value or b""
        if len(body) > 64 * 1024:
            raise PoisonError("undecodable", "the record is larger than 64 KiB")  # as engagement does
        await delivery.external_mark("s", body[:40].decode(), body, now() - timedelta(1))
        await world.save(delivery)


async def publisher(world: World, **options: Any) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(bootstrap_servers=world.brokers, max_request_size=64 << 20, **options)
    await producer.start()
    return producer


async def test_a_publisher_that_compresses_stops_no_other_organisation(world: World) -> None:
    """P6: a library for a codec that is not installed is nobody else's matter, and better not needed at all."""
    listen(world)
    await world.bus.start()
    producer = await publisher(world)
    here, there = world.topics.attendance("R0A"), world.topics.attendance("RXQ")
    sent = await producer.send_batch(ZstdBatch(b"k", b"small and compressed " * 20), here, partition=0)
    assert (await sent).offset == 0
    await producer.stop()
    for number in range(6):
        await world.publish(there, b"another's %d" % number, key=str(number))

    async def handled() -> bool:
        return len(world.handled) == 7

    await until(handled)


async def test_a_record_that_is_small_only_while_it_travels_holds_no_partition(world: World) -> None:
    """P6: 3 MB that compress to 3 KB pass a limit of 64 KiB, and no dead letter can be as large."""
    listen(world)
    await world.bus.start()
    here = world.topics.attendance("R0A")
    producer = await publisher(world, compression_type="gzip", max_batch_size=64 << 20)
    with contextlib.suppress(MessageSizeTooLargeError):
        await producer.send_and_wait(here, b"x" * 3_000_000, key=b"k", partition=0)
    await producer.stop()
    row = {"topic": here, "headers": (), "partition": 0}
    rows = [{**row, "_id": str(one), "key": str(one), "value": b"good %d" % one} for one in range(GOOD)]
    assert len(await world.publisher.publish(rows)) == GOOD

    async def handled() -> bool:
        return len(set(world.values())) == GOOD

    await until(handled, seconds=60)
    assert sum(await world.committed("attendance", here)) >= GOOD
