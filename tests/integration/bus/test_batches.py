"""One reaction fed by hand: whatever stops a batch, the client is sent back to the first record that is not settled."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from prometheus_client import REGISTRY

from shared.bus.outcome import Hold
from shared.bus.reaction import BATCH_SECONDS, FIRST_PAUSE, LONGEST_PAUSE, SIDE_BY_SIDE
from tests.integration.bus.feeding import OTHER, PLACE, TOPIC, Feed, records


def troubles(kind: str) -> float:
    labels = {"service": "engagement", "reaction": "feeding", "kind": kind}
    return REGISTRY.get_sample_value("groundswell_log_trouble_total", labels) or 0


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


async def test_a_record_that_cannot_be_kept_holds_its_own_partition_and_no_other(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P6: a subject's mark that has grown to the limit of a document is no outage and no fault of the others."""
    handle = feed.handler.handle

    async def full(prepared: Any, marks: Any) -> Any:
        if prepared.record.partition == PLACE.partition:
            raise ValueError("the mark is too large")
        return await handle(prepared, marks)

    monkeypatch.setattr(feed.handler, "handle", full)
    await feed.reaction.consume(records([0, 1]) + records([7, 8], OTHER))
    assert feed.client.commits == [{OTHER: 9}]
    assert feed.client.paused == feed.reaction.held == {PLACE}
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
    assert feed.reaction.unanswered_since is not None
    await feed.reaction.settle_if_idle()
    assert feed.client.commits == [{PLACE: 1}]
    assert feed.reaction.unanswered_since is None
    feed.client.trouble = [RuntimeError("nobody thought of this")]
    await feed.batch(1)
    assert feed.client.commits == [{PLACE: 1}]
    await feed.reaction.settle_if_idle()
    assert feed.client.commits == [{PLACE: 1}, {PLACE: 2}]
    feed.client.trouble = [CommitFailedError()]
    await feed.batch(2)
    await feed.reaction.settle_if_idle()
    assert feed.client.commits == [{PLACE: 1}, {PLACE: 2}]


async def test_no_partition_waits_for_the_long_runs_of_others(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is out of time has moved every partition: those behind would otherwise never have their turn."""
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("shared.bus.reaction.time", clock)
    places = [TopicPartition(TOPIC, number) for number in range(3 * SIDE_BY_SIDE)]
    feed.client.assigned = set(places)

    async def slow(delivery: Any) -> None:
        clock.now += BATCH_SECONDS / (10 * len(places))
        await asyncio.sleep(0)
        delivery.skip()

    feed.handler._handler = slow
    await feed.reaction.consume([record for place in places for record in records(range(100), place)])
    assert set(feed.reaction.positions.next) == set(places)
    assert min(feed.reaction.positions.next.values()) > 0
    assert max(feed.reaction.positions.next.values()) < 100


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
