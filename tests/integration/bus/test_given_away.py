"""A batch whose partitions were given away in the middle of a record: the rest of it is somebody else's."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from tests.integration.bus.feeding import OTHER, PLACE, Feed, records


class InHand:
    """A handler that stays in the first record until it is let go, and then raises what it is told."""

    def __init__(self, feed: Feed) -> None:
        self.handled: list[int] = []
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        self.raises: Exception | None = None
        feed.handler._handler = self

    async def __call__(self, delivery: Any) -> None:
        self.handled.append(delivery.record.offset)
        if delivery.record.offset == 0:
            self.reached.set()
            await self.go.wait()
            if self.raises is not None:
                raise self.raises
        delivery.skip()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bus.reaction.COMMIT_SECONDS", 0.1)


async def give_away(feed: Feed, *left: TopicPartition) -> None:
    """Share the partitions out anew; what is left was asked for again, and begins where the group stands."""
    await feed.reaction.revoked()
    feed.client.assigned = set(left)
    feed.reaction.assigned()


async def test_a_record_that_ends_in_time_is_acknowledged_before_its_partition_is_given_away(feed: Feed) -> None:
    hand = InHand(feed)
    working = asyncio.create_task(feed.batch(0, 1))
    await hand.reached.wait()
    giving = asyncio.create_task(feed.reaction.revoked())
    await asyncio.sleep(0)
    hand.go.set()
    await asyncio.gather(working, giving)
    assert (hand.handled, feed.client.commits) == ([0], [{PLACE: 1}])


@pytest.mark.parametrize("raises", [None, ConnectionError()], ids=["done", "held"])
@pytest.mark.parametrize("left", [(), (OTHER,), (PLACE, OTHER)], ids=["none-left", "another-left", "all-back"])
async def test_a_batch_whose_partition_was_given_away_goes_no_further_whoever_has_it_now(
    feed: Feed, left: tuple[TopicPartition, ...], raises: Exception | None
) -> None:
    """P4, P5: also if it is ours again, because then it is handed out afresh."""
    hand = InHand(feed)
    hand.raises = raises
    working = asyncio.create_task(feed.reaction.consume(records([0, 1, 2, 3], key=b"k")))
    await hand.reached.wait()
    await give_away(feed, *left)
    hand.go.set()
    await working
    assert hand.handled == [0]
    assert feed.reaction.positions.all() == {}
    assert (feed.client.commits, feed.client.sought, feed.client.paused) == ([], [], set())


async def test_a_partition_that_comes_back_is_read_from_where_the_group_stands(feed: Feed) -> None:
    """P5: what its other owner did meanwhile is not asked for again, nor reported as lost."""
    hand = InHand(feed)
    working = asyncio.create_task(feed.batch(0, 1))
    await hand.reached.wait()
    await give_away(feed)
    hand.go.set()
    await working
    feed.client.assigned, feed.client.known[PLACE] = {PLACE}, 500
    feed.reaction.assigned()
    await feed.batch(500, 501)
    assert hand.handled == [0, 500, 501]
    assert (feed.client.sought, feed.client.commits) == ([], [{PLACE: 502}])


async def test_an_answer_about_a_partition_that_was_given_away_meanwhile_is_forgotten_with_it(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def late(_: TopicPartition) -> int:
        asked.set()
        await go.wait()
        return 0

    monkeypatch.setattr(feed.reaction, "committed", late)
    working = asyncio.create_task(feed.batch(0, 1))
    await asked.wait()
    await give_away(feed, OTHER)
    go.set()
    await working
    assert (feed.handler.offsets, feed.reaction.positions.all()) == ([], {})


async def test_a_batch_that_comes_while_partitions_are_shared_out_leaves_nothing_behind(feed: Feed) -> None:
    await feed.reaction.revoked()
    await feed.batch(0, 1)
    feed.client.assigned = set()
    feed.reaction.assigned()
    assert (feed.handler.offsets, feed.reaction.positions.all()) == ([], {})


async def test_an_acknowledgement_that_fails_after_its_partition_was_given_away_is_not_made_up_for(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would send the group back behind what the other owner has acknowledged."""
    asked, go = asyncio.Event(), asyncio.Event()

    async def failing(_: object) -> None:
        asked.set()
        await go.wait()
        raise KafkaConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(feed.reaction, "_commit", failing)
        working = asyncio.create_task(feed.batch(0))
        await asked.wait()
        await give_away(feed, PLACE)
        go.set()
        await working
    await feed.reaction.settle_if_idle()
    assert feed.client.commits == []
