"""The FastStream side of one reaction: a batch subscriber whose every default that loses records is set once, here.

Guards (held by regression tests): no automatic acknowledgement, no reply to a header that a publisher sets, no
parsing of headers before our own, one worker, and a stop that does not hang without a broker.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRebalanceListener
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.stream.publisher import within

SESSION_MS = 12_000
HEARTBEAT_MS = 3_000
POLL_INTERVAL_MS = 300_000
METADATA_MS = 30_000
NEW_TOPICS_MS = 1_000
"""How soon a new topic that matches a pattern is seen; the group then takes a few seconds to share it out."""
IDLE_MS = 50
BATCH_RECORDS = 200
STOP_SECONDS = 10.0
DRAIN_SECONDS = 8.0

Consume = Callable[[Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """What a reaction reads, and as which group."""

    group: str
    topics: tuple[str, ...] = ()
    pattern: str | None = None


class UnsafeSubscriberError(Exception):
    """A subscriber would acknowledge, answer or work side by side by itself; nothing is started."""


class Consumer:
    """One running subscriber; a new one is built for every start."""

    def __init__(
        self, brokers: str, subscription: Subscription, consume: Consume, listener: ConsumerRebalanceListener
    ) -> None:
        self._broker = KafkaBroker(
            brokers.split(","),
            consumer_only=True,
            allow_auto_create_topics=False,
            metadata_max_age_ms=NEW_TOPICS_MS if subscription.pattern else METADATA_MS,
            graceful_timeout=DRAIN_SECONDS,
            ack_policy=AckPolicy.MANUAL,
            parser=_parse,
            decoder=_decode,
            apply_types=False,
            logger=None,
        )
        self.subscriber = self._broker.subscriber(
            *subscription.topics,
            pattern=subscription.pattern,
            group_id=subscription.group,
            batch=True,
            batch_timeout_ms=IDLE_MS,
            max_records=BATCH_RECORDS,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            listener=listener,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            max_poll_interval_ms=POLL_INTERVAL_MS,
        )
        self.subscriber(consume)

    @property
    def client(self) -> Any:
        """The Kafka consumer; there is one from the start to the stop."""
        return self.subscriber.consumer

    @property
    def running(self) -> bool:
        """Whether the loop that hands out records is alive."""
        return any(not task.done() for task in self.subscriber.tasks)

    async def start(self) -> None:
        """Join the group; returns when partitions have been shared out."""
        refuse_unsafe(self._broker)
        await self._broker.start()

    async def stop(self) -> None:
        """Let the batch in hand end, leave the group; within a deadline."""
        client = self.client
        if not await within(self._broker.stop(), STOP_SECONDS) and client is not None:
            await within(client._client.close(), 1.0)  # noqa: SLF001 - leaving a group waits for its broker


def refuse_unsafe(broker: KafkaBroker) -> None:
    """Raise UnsafeSubscriberError if any subscriber has a setting that can lose or answer records."""
    for subscriber in broker.subscribers:
        safe = (
            subscriber.ack_policy is AckPolicy.MANUAL
            and isinstance(subscriber, BatchSubscriber)
            and subscriber._no_reply is True  # noqa: SLF001 - there is no public question for these
            and subscriber._connection_args["enable_auto_commit"] is False  # noqa: SLF001
        )
        if not safe:
            raise UnsafeSubscriberError(repr(subscriber))


async def _parse(batch: Sequence[Any]) -> KafkaAckableMessage:
    """Wrap a batch without looking into it: no header may decide anything here."""
    return KafkaAckableMessage(raw_message=tuple(batch), body=b"", headers={}, reply_to="", consumer=FAKE_CONSUMER)


async def _decode(message: Any) -> Any:
    """Hand the records on as they are."""
    return message.raw_message
