"""One reaction fed by hand: whatever stops a batch, the client is sent back to the first record that is not settled."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError
from prometheus_client import REGISTRY

from shared import inbox
from shared.bus.handling import Handling
from shared.bus.outcome import Hold
from shared.bus.reaction import FIRST_PAUSE, LONGEST_PAUSE, SIDE_BY_SIDE, Reaction
from shared.clock import now
from shared.deadletters.writer import DeadLetters
from shared.mongo import Database
from shared.stream import Publisher
from shared.topics import Topics

TOPIC = "ext.attendance.v1.R0A"
PLACE = TopicPartition(TOPIC, 0)
OTHER = TopicPartition(TOPIC, 1)


class Client:
    """The part of a Kafka consumer that a reaction uses."""

    def __init__(self) -> None:
        self.assigned = {PLACE, OTHER}
        self.sought: list[tuple[TopicPartition, int]] = []
        self.commits: list[dict[TopicPartition, int]] = []
        self.known: dict[TopicPartition, int] = {}
        self.begins = 0
        self.trouble: list[Exception] = []
        self.paused: set[TopicPartition] = set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place not in self.assigned:
            raise IllegalStateError(place)
        self.sought.append((place, offset))

    def pause(self, place: TopicPartition) -> None:
        self.paused.add(place)

    def resume(self, place: TopicPartition) -> None:
        self.paused.discard(place)

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.commits.append(offsets)

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self.begins)

    async def committed(self, place: TopicPartition) -> int | None:
        return self.known.get(place)


class Handler(Handling):
    """Handles what the test says, and remembers it."""

    def __init__(self, database: Database, stopping: asyncio.Event) -> None:
        topics = Topics()
        letters = DeadLetters("engagement", database, Publisher("127.0.0.1:1"), topics)
        super().__init__(
            "feeding", self.take, external=True, database=database, letters=letters, topics=topics, stopping=stopping
        )
        self.offsets: list[int] = []
        self.raises: dict[int, BaseException] = {}

    async def take(self, delivery: Any) -> None:
        self.offsets.append(delivery.record.offset)
        if delivery.record.offset in self.raises:
            raise self.raises[delivery.record.offset]
        delivery.skip()


class Feed:
    """A reaction with its client and handler in the test's hands."""

    def __init__(self, database: Database) -> None:
        self.stopping = asyncio.Event()
        self.client = Client()
        self.handler = Handler(database, self.stopping)
        self.reaction = Reaction(
            self.handler,
            service="engagement",
            database=database,
            compacted=(),
            client=lambda: self.client,
            stopping=self.stopping,
        )

    async def batch(self, *offsets: int, place: TopicPartition = PLACE) -> None:
        await self.reaction.consume(records(offsets, place))


def records(
    offsets: Sequence[int], place: TopicPartition = PLACE, *, key: bytes = b"%d", value: bytes = b"v"
) -> list[ConsumerRecord]:
    keys = {offset: key % offset if b"%" in key else key for offset in offsets}
    return [
        ConsumerRecord(place.topic, place.partition, offset, 0, 0, keys[offset], value, None, 1, 1, ())
        for offset in offsets
    ]


def troubles(kind: str) -> float:
    labels = {"service": "engagement", "reaction": "feeding", "kind": kind}
    return REGISTRY.get_sample_value("groundswell_log_trouble_total", labels) or 0


@pytest.fixture
async def feed(database: Database) -> Feed:
    await database.ensure_indexes(inbox.INDEXES)
    return Feed(database)


async def test_a_batch_that_is_done_is_acknowledged_up_to_its_last_record(feed: Feed) -> None:
    await feed.reaction.consume(records([0, 1]) + records([7], OTHER))
    assert feed.client.commits == [{PLACE: 2, OTHER: 8}]
    assert feed.client.sought == []


async def test_a_record_that_has_to_wait_holds_its_partition_and_what_was_done_is_acknowledged(feed: Feed) -> None:
    feed.handler.raises[1] = TimeoutError()
    await feed.reaction.consume(records([0, 1, 2]) + records([7], OTHER))
    assert feed.client.commits == [{PLACE: 1, OTHER: 8}]
    assert feed.client.sought == [(PLACE, 1)]
    assert feed.client.paused == feed.reaction.held == {PLACE}
    feed.reaction.forget()


async def test_a_partition_that_waits_is_tried_again_later_and_later_but_soon_enough_after_an_outage(
    feed: Feed,
) -> None:
    """P10."""
    feed.handler.raises[0] = ConnectionError()
    pauses = []
    for tries_before in (0, 3, 40):
        feed.reaction._tries[PLACE] = tries_before
        await feed.batch(0)
        pauses.append(feed.reaction._held[PLACE].when() - asyncio.get_running_loop().time())
        feed.reaction.forget()
    assert 0 < pauses[0] <= FIRST_PAUSE < pauses[1] < pauses[2] <= LONGEST_PAUSE


async def test_whatever_the_handler_machinery_raises_nothing_is_passed_over(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream swallows what a subscriber raises and goes on behind the batch."""

    async def broken(*_: object) -> Hold:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(feed.handler, "handle", broken)
        await feed.batch(0, 1)
    assert (feed.client.sought, feed.client.commits) == ([(PLACE, 0)], [])
    await feed.batch(0, 1)
    assert feed.handler.offsets == [0, 1]
    feed.reaction.forget()


async def test_records_that_the_client_leaves_out_are_asked_for_again_before_they_are_given_up(feed: Feed) -> None:
    before = troubles("missing")
    await feed.batch(0)
    await feed.batch(5)
    assert feed.client.sought == [(PLACE, 1)]
    assert feed.handler.offsets == [0]
    await feed.batch(1, 2)
    assert feed.handler.offsets == [0, 1, 2]
    assert troubles("missing") == before
    feed.client.begins = 8
    await feed.batch(9)
    await feed.batch(9)
    assert feed.handler.offsets == [0, 1, 2, 9]
    assert troubles("missing") == before + 6


async def test_an_offset_without_a_record_inside_the_log_is_no_loss(feed: Feed) -> None:
    """A publisher's transaction leaves a mark of its own in the log."""
    missing, gaps = troubles("missing"), troubles("gap")
    await feed.batch(0)
    await feed.batch(2)
    await feed.batch(2)
    assert feed.handler.offsets == [0, 2]
    assert (troubles("missing"), troubles("gap")) == (missing, gaps + 1)


async def test_a_log_that_was_cut_or_made_again_while_nobody_read_is_reported(feed: Feed) -> None:
    missing, again = troubles("missing"), troubles("began-again")
    feed.client.known = {PLACE: 4, OTHER: 90}
    feed.client.begins = 6
    await feed.batch(6)
    assert feed.client.sought == [(PLACE, 4)]
    await feed.batch(6)
    await feed.batch(0, place=OTHER)
    assert feed.handler.offsets == [6, 0]
    assert (troubles("missing"), troubles("began-again")) == (missing + 2, again + 1)


async def test_stopping_ends_between_two_records_and_acknowledges_what_was_done(feed: Feed) -> None:
    feed.handler.raises[1] = ConnectionError()

    async def stop_after_first(delivery: Any) -> None:
        feed.stopping.set()
        delivery.skip()

    feed.handler._handler = stop_after_first
    await feed.batch(0, 1, 2)
    assert feed.client.commits == [{PLACE: 1}]
    assert feed.client.paused == set()


async def test_an_acknowledgement_that_fails_is_made_up_for_and_one_that_came_too_late_is_dropped(feed: Feed) -> None:
    feed.client.trouble = [KafkaConnectionError()]
    await feed.batch(0)
    assert feed.client.commits == []
    await feed.reaction.settle_if_idle()
    assert feed.client.commits == [{PLACE: 1}]
    feed.client.trouble = [CommitFailedError()]
    await feed.batch(1)
    await feed.reaction.settle_if_idle()
    assert feed.client.commits == [{PLACE: 1}]


async def test_no_partition_waits_for_the_long_runs_of_others(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is out of time has moved every partition: those behind would otherwise never have their turn."""
    monkeypatch.setattr("shared.bus.reaction.BATCH_SECONDS", 0.3)
    places = [TopicPartition(TOPIC, number) for number in range(3 * SIDE_BY_SIDE)]
    feed.client.assigned = set(places)

    async def slow(delivery: Any) -> None:
        await asyncio.sleep(0.01)
        delivery.skip()

    feed.handler._handler = slow
    await feed.reaction.consume([record for place in places for record in records(range(100), place)])
    assert set(feed.reaction.positions.next) == set(places)
    assert min(feed.reaction.positions.next.values()) > 0
    assert max(feed.reaction.positions.next.values()) < 100


async def test_records_of_one_subject_take_turns_however_many_are_worked_on(feed: Feed) -> None:
    """P6: two hundred records of twenty subjects are worked on side by side, those of each in order."""
    busy: dict[bytes, int] = {}
    seen: dict[bytes, list[int]] = {}
    most = 0

    async def handler(delivery: Any) -> None:
        nonlocal most
        key = delivery.record.key
        assert busy.setdefault(key, 0) == 0
        busy[key] += 1
        most = max(most, sum(busy.values()))
        seen.setdefault(key, []).append(delivery.record.offset)
        await asyncio.sleep(random.uniform(0, 0.003))
        busy[key] -= 1
        delivery.skip()

    feed.handler._handler = handler
    mixed = [one for first in range(0, 200, 20) for n in range(20) for one in records([first + n], key=b"k-%02d" % n)]
    await feed.reaction.consume(mixed)
    assert all(offsets == sorted(offsets) and len(offsets) == 10 for offsets in seen.values())
    assert most > 5
    assert feed.client.commits == [{PLACE: 200}]


async def test_the_same_record_skipped_twice_at_once_is_skipped_and_a_duplicate(feed: Feed) -> None:
    """P8: its second place in the log is accounted for although its mark names the first."""
    both_there = asyncio.Barrier(2)

    async def handler(delivery: Any) -> None:
        await delivery.external_mark("rollcall", "record-1", b"body", now())
        await both_there.wait()
        delivery.skip()

    def counted(outcome: str) -> float:
        labels = {"service": "engagement", "reaction": "feeding", "outcome": outcome}
        return REGISTRY.get_sample_value("groundswell_consumed_total", labels) or 0

    before = counted("skipped"), counted("duplicate")
    feed.handler._handler = handler
    # Keys of different lanes; in one lane the second would wait for the first for ever.
    await feed.reaction.consume(records([0], key=b"a") + records([1], key=b"b"))
    assert (counted("skipped"), counted("duplicate")) == (before[0] + 1, before[1] + 1)


async def test_partitions_that_were_given_away_are_let_go(feed: Feed) -> None:
    feed.client.assigned = {OTHER}
    await feed.batch(0)
    assert (feed.handler.offsets, feed.client.commits) == ([], [])
    feed.client.assigned = {PLACE}
    await feed.batch(0)
    await feed.reaction.revoked()
    assert feed.reaction.positions.all() == {}


async def test_being_cancelled_in_the_middle_leaves_the_record_unsettled(feed: Feed) -> None:
    reached = asyncio.Event()

    async def hang(_: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    feed.handler._handler = hang
    working = asyncio.create_task(feed.batch(0))
    await reached.wait()
    working.cancel()
    await asyncio.wait({working})
    assert working.cancelled()
    assert feed.client.commits == []
    assert feed.client.sought == [(PLACE, 0)]
