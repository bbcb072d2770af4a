"""Known faults of FastStream and aiokafka: shown to be there, and shown not to reach us.

When one of these fails at its first half, the library has mended the fault and our guard may go.
"""

import asyncio
import os
import signal

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from faststream.kafka.parser import AioKafkaParser

from shared.bus.consumer import Consumer, Subscription, UnsafeSubscriberError, _parse, refuse_unsafe
from shared.errors import UnavailableError
from shared.provision import Declared, provision
from shared.stream import Publisher
from shared.stream.lenient import LenientRecords
from shared.stream.reader import read_all
from shared.testing.parts import EmbeddedBroker
from shared.topics import Topics
from tests.integration.bus.world import until

NOT_TEXT = b"\xff\xfe".decode("utf-8", "surrogateescape")
ROW = {"_id": "1", "key": "k", "value": b"v", "headers": ()}


def record(headers: tuple[tuple[str, bytes | None], ...]) -> ConsumerRecord:
    return ConsumerRecord("t", 0, 0, 0, 0, b"k", b"v", None, 1, 1, headers)


async def test_faststream_acknowledges_before_handling_unless_it_is_told_not_to() -> None:
    careless = KafkaBroker("127.0.0.1:1")
    subscriber = careless.subscriber("t", group_id="g")
    assert subscriber.ack_policy is AckPolicy.ACK_FIRST
    assert subscriber._connection_args["enable_auto_commit"] is True
    with pytest.raises(UnsafeSubscriberError):
        refuse_unsafe(careless)

    async def consume(batch: object) -> None:
        assert batch

    ours = Consumer("127.0.0.1:1", Subscription("g", ("t",)), consume, None)
    refuse_unsafe(ours._broker)
    assert ours.subscriber._connection_args["enable_auto_commit"] is False


async def test_faststream_answers_whom_a_publisher_names_unless_it_is_told_not_to() -> None:
    parsed = await AioKafkaParser(KafkaMessage, None).parse_message(record((("reply_to", b"enrolment.events"),)))
    assert parsed.reply_to == "enrolment.events"
    answering = KafkaBroker("127.0.0.1:1", ack_policy=AckPolicy.MANUAL)
    answering.subscriber("t", group_id="g", batch=True, no_reply=False)
    with pytest.raises(UnsafeSubscriberError):
        refuse_unsafe(answering)
    assert (await _parse([record((("reply_to", b"enrolment.events"),))])).reply_to == ""


async def test_more_than_one_worker_is_refused() -> None:
    side_by_side = KafkaBroker("127.0.0.1:1", ack_policy=AckPolicy.MANUAL)
    side_by_side.subscriber("t", group_id="g", max_workers=2, no_reply=True)
    with pytest.raises(UnsafeSubscriberError):
        refuse_unsafe(side_by_side)


@pytest.mark.parametrize("headers", [(("a", None),), (("a", b"\xff"),)])
async def test_a_header_that_is_null_or_not_text_defeats_faststreams_parser_and_not_ours(
    headers: tuple[tuple[str, bytes | None], ...],
) -> None:
    with pytest.raises((AttributeError, UnicodeDecodeError)):
        await AioKafkaParser(KafkaMessage, None).parse_message(record(headers))
    assert (await _parse([record(headers)])).raw_message == (record(headers),)


async def test_a_header_name_that_is_not_text_stops_aiokafka_for_ever_and_not_us(
    broker: str, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = topics.attendance("R0A")
    publisher = Publisher(broker, idempotent=False)
    headers = [("one", b"1"), (NOT_TEXT, b"2"), ("one", None)]
    for value, sent in ((b"before", ()), (b"hostile", headers), (b"after", ())):
        assert await publisher.publish([{**ROW, "topic": topic, "value": value, "headers": sent}]) == ["1"]
    await publisher.close()
    assert fetcher.MemoryRecords is LenientRecords

    found = [found for found in await read_all(broker, topic) if found.value is not None]
    assert [each.value for each in found] == [b"before", b"hostile", b"after"]
    assert found[1].headers == tuple(headers)

    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker)
    await consumer.start()
    place = TopicPartition(topic, found[1].partition)
    consumer.assign([place])
    consumer.seek(place, found[1].offset)
    for _ in range(2):
        with pytest.raises(UnicodeDecodeError):
            await consumer.getmany(timeout_ms=2_000)
    await consumer.stop()


async def test_a_record_without_key_and_value_cannot_be_sent_by_aiokafka_and_can_by_us(
    broker: str, topics: Topics
) -> None:
    topic = topics.dead_letters("enrolment")
    producer = AIOKafkaProducer(bootstrap_servers=broker)
    await producer.start()
    with pytest.raises(AssertionError):
        await producer.send_and_wait(topic, None)
    await producer.stop()
    publisher = Publisher(broker, idempotent=False)
    assert await publisher.publish([{**ROW, "topic": topic, "key": None, "value": None}]) == ["1"]
    await publisher.close()
    (found,) = await read_all(broker, topic)
    assert (found.key, found.value) == (None, None)


async def test_sending_and_stopping_hang_without_a_broker_and_ours_do_not(own_broker: EmbeddedBroker) -> None:
    await provision(own_broker.url, [Declared("t", 1)])
    careless = AIOKafkaProducer(bootstrap_servers=own_broker.url, request_timeout_ms=60_000)
    await careless.start()
    publisher = Publisher(own_broker.url, idempotent=own_broker.idempotent_producer, seconds=1)
    assert await publisher.publish([{**ROW, "topic": "t"}]) == ["1"]
    await careless.send("t", b"v")
    own_broker.kill()

    await careless.send("t", b"v")
    stopping = asyncio.create_task(careless.stop())
    async with asyncio.timeout(10):
        assert await publisher.publish([{**ROW, "topic": "t"}]) == []
        with pytest.raises(UnavailableError):
            await publisher.publish([{**ROW, "topic": "t"}])
        await publisher.close()
    assert publisher.thrown_away == 1
    assert not stopping.done()

    own_broker.start()
    await provision(own_broker.url, [Declared("t", 1)])
    async with asyncio.timeout(10):  # the stand-in answers with an error while two producers make the partition's first
        while await publisher.publish([{**ROW, "topic": "t"}]) != ["1"]:
            pass
    await publisher.close()
    stopping.cancel()
    careless._sender.sender_task.cancel()
    await careless.client.close()


async def test_requests_of_a_producer_that_was_given_up_go_on_by_themselves_and_ours_do_not(
    own_broker: EmbeddedBroker,
) -> None:
    """P2: what goes on could reach the broker after a later version of the same subject."""
    await provision(own_broker.url, [Declared("t", 1)])
    careless = AIOKafkaProducer(bootstrap_servers=own_broker.url, request_timeout_ms=60_000)
    await careless.start()
    await careless.send_and_wait("t", b"v")
    publisher = Publisher(own_broker.url, idempotent=own_broker.idempotent_producer, seconds=1)
    assert await publisher.publish([{**ROW, "topic": "t"}]) == ["1"]
    own_broker.signal(signal.SIGSTOP)
    await asyncio.to_thread(os.waitid, os.P_PID, own_broker.pid, os.WSTOPPED | os.WNOWAIT)

    await careless.send("t", b"v")
    await until(lambda: asyncio.sleep(0, requests_of(careless)))
    careless._sender.sender_task.cancel()
    assert await publisher.publish([{**ROW, "topic": "t"}]) == []
    assert requests_of(careless), "aiokafka ends its requests with its sender now"
    assert set(requests()) == set(requests_of(careless))

    own_broker.signal(signal.SIGCONT)
    for request in requests():
        request.cancel()
    await asyncio.wait({careless._sender.sender_task}, timeout=10)
    careless._closed = True
    await careless.client.close()
    await publisher.close()


def requests() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if "_send_produce_req" in repr(task.get_coro())]


def requests_of(producer: AIOKafkaProducer) -> list[asyncio.Task[object]]:
    return [task for task in requests() if task.get_coro().cr_frame.f_locals["self"] is producer._sender]
