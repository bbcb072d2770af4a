"""All reactions of one worker process: registered by their service, started, watched and stopped together.

Guards that a reaction without its broker is started again without a person, and that one that stands still ends the
process.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from shared.bus.consumer import Consumer, Subscription
from shared.bus.handling import Handler, Handling
from shared.bus.reaction import Reaction
from shared.bus.watchdog import PATIENCE_SECONDS, IdleClock, Watchdog
from shared.deadletters.writer import DeadLetters
from shared.logs import logger
from shared.mongo import Database
from shared.stream import Publisher
from shared.topics import Topics

START_SECONDS = 60.0
AWAY_SECONDS = 1.0
LOOK_SECONDS = 5.0


class Bus:
    """The reactions of one service; `brokers` is `host:port`, several separated by commas."""

    def __init__(
        self, brokers: str, *, service: str, database: Database, topics: Topics, idempotent: bool = True
    ) -> None:
        self.service = service
        self._brokers = brokers
        self._database = database
        self._topics = topics
        self._publisher = Publisher(brokers, idempotent=idempotent)
        self.dead_letters = DeadLetters(service, database, self._publisher, topics)
        self._stopping = asyncio.Event()
        self._members: list[Member] = []
        self._running: list[asyncio.Task[None]] = []

    def reaction(self, *topics: str, name: str, pattern: str | None = None) -> Callable[[Handler], Handler]:
        """Register a handler for the records of some topics, or of all topics that match a regular expression.

        Topics are given with their prefix, as `Topics` names them. A pattern makes the records external: they are
        handed over undecoded, with the organisation that owns the topic. `name` is one word for ever: group and marks
        carry it.
        """

        def register(handler: Handler) -> Handler:
            self._members.append(self._member(handler, Subscription(self._group(name), topics, pattern), name))
            return handler

        return register

    def _group(self, name: str) -> str:
        return f"{self._topics.prefix}{self.service}.{name}"

    def _member(self, handler: Handler, subscription: Subscription, name: str) -> "Member":
        if not name.isidentifier() or name in {"command", "parked"} or name in {m.reaction.name for m in self._members}:
            raise ValueError(f"{name!r} cannot be the name of a reaction of {self.service}")
        handling = Handling(
            name,
            handler,
            external=subscription.pattern is not None,
            database=self._database,
            letters=self.dead_letters,
            topics=self._topics,
            stopping=self._stopping,
        )
        return Member(self._brokers, subscription, handling, self)

    @property
    def subscriptions(self) -> dict[str, Subscription]:
        """What is read, by the name of the reaction."""
        return {member.reaction.name: member.subscription for member in self._members}

    async def start(self) -> None:
        """Begin to consume in the background; a broker that is away is waited for."""
        self._stopping.clear()
        self._running = [asyncio.create_task(member.run(), name=member.reaction.name) for member in self._members]

    def ready(self) -> str | None:
        """Return None when every reaction has joined its group, else what is missing."""
        return next((missing for member in self._members if (missing := member.missing())), None)

    async def wait(self) -> None:
        """Return or raise only when a reaction ends by itself."""
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([stopped, *self._running], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        for task in done - {stopped}:
            task.result()

    async def stop(self) -> None:
        """Finish or abandon what is in hand, say how far we came, leave the groups; 20 seconds at most."""
        self._stopping.set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=15)
            for task in late:
                task.cancel()
            await asyncio.wait(self._running, timeout=1)
        self._running = []
        await self._publisher.close()


class Member(ConsumerRebalanceListener):  # type: ignore[misc] # the client has no types
    """One reaction with its consumer, kept running."""

    def __init__(self, brokers: str, subscription: Subscription, handling: Handling, bus: Bus) -> None:
        self.subscription = subscription
        self._brokers = brokers
        self._stopping = bus._stopping  # noqa: SLF001 - one thing in two classes
        self._consumer: Consumer | None = None
        self._joined = False
        self._idle = IdleClock()
        self.reaction = Reaction(
            handling,
            service=bus.service,
            database=bus._database,  # noqa: SLF001
            compacted={bus._topics.identifiers()},  # noqa: SLF001
            client=self._client,
            stopping=self._stopping,
        )

    def missing(self) -> str | None:
        """Return None when the group has been joined, else what is waited for."""
        return None if self._joined else f"{self.reaction.name} has not joined its group yet"

    def _client(self) -> Any:
        if self._consumer is None:
            raise RuntimeError("there is no consumer before the start")
        return self._consumer.client

    async def run(self) -> None:
        """Consume until stopped; raises StalledError when nothing moves although there is something to read."""
        try:
            while not self._stopping.is_set() and not await self._join():
                await _pause(self._stopping, AWAY_SECONDS)
            if not self._stopping.is_set():
                await self._watch()
        finally:
            await self._leave()

    async def _join(self) -> bool:
        self._consumer = Consumer(self._brokers, self.subscription, self._consume, self)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._consumer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            logger().warning("a group cannot be joined yet", reaction=self.reaction.name, error=type(error).__name__)
            await self._consumer.stop()
            return False
        self._joined = True
        return True

    async def _consume(self, batch: Sequence[Any]) -> None:
        with self._idle.standing():
            await self.reaction.consume(batch)

    async def _watch(self) -> None:
        """Look from time to time whether records move, and say how far we came if that failed before."""
        watchdog = Watchdog(self._brokers, patience=PATIENCE_SECONDS, clock=self._idle.seconds)
        while not await _pause(self._stopping, LOOK_SECONDS):
            await self.reaction.settle_if_idle()
            if self._consumer is not None:
                await watchdog.look(self._consumer, self.reaction.held)
                await watchdog.listen(self.reaction, self._consumer.client.assignment())

    async def _leave(self) -> None:
        self._joined = False
        if self._consumer is not None:
            await self._consumer.stop()
        self.reaction.forget()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Stop between two records."""
        if revoked:
            await self.reaction.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Work on what was assigned."""
        del assigned
        self.reaction.assigned()


async def _pause(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait, but no longer than until it is time to stop; return whether it is."""
    try:
        async with asyncio.timeout(seconds):
            return await stopping.wait()
    except TimeoutError:
        return False
