"""Letters of one moment go to the broker together: an outage is waited for once, not once for each record."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shared.errors import PoisonError, UnavailableError
from shared.stream import Publisher
from shared.stream.publisher import Row
from tests.integration.bus.feeding import OTHER, PLACE, Feed, records


class Broker(Publisher):
    """Takes of each call what it is told; one call at a time, each long enough for every lane to come."""

    def __init__(self, takes: Callable[[str], bool]) -> None:
        super().__init__("127.0.0.1:1")
        self.takes = takes
        self.away: Exception | None = None
        self.calls: list[list[str]] = []

    async def publish(self, rows: Sequence[Row]) -> list[str]:
        async with self._lock:
            self.calls.append([row["_id"] for row in rows])
            for _ in range(100):
                await asyncio.sleep(0)
            if self.away is not None:
                raise self.away
            return [row["_id"] for row in rows if self.takes(row["_id"])]


@pytest.fixture
def broker(feed: Feed) -> Broker:
    """Takes every letter; each record of the partition is poison."""
    broker = Broker(lambda _: True)
    feed.handler._letters._publisher = broker
    feed.handler.raises = {offset: PoisonError("invalid", "nonsense") for offset in range(40)}
    return broker


def offset_of(letter: str) -> int:
    return int(letter.split(":")[-2])


async def test_letters_of_one_moment_are_sent_together(feed: Feed, broker: Broker) -> None:
    await feed.batch(*range(40))
    assert max(len(call) for call in broker.calls) > 5
    assert sorted(offset_of(letter) for call in broker.calls for letter in call) == list(range(40))
    assert len(await feed.handler._letters.parked.all()) == 40
    assert feed.client.commits == [{PLACE: 40}]


@pytest.mark.parametrize("away", [UnavailableError("the broker is away"), None], ids=["away", "silent"])
async def test_a_broker_that_takes_no_letter_is_waited_for_once_and_holds_only_whom_it_concerns(
    feed: Feed, broker: Broker, away: Exception | None
) -> None:
    """P6, P10: whoever came meanwhile is told as well, and nobody handles another record for it."""
    broker.takes, broker.away = lambda _: False, away
    handled: set[int] = set()

    async def handler(delivery: Any) -> None:
        if delivery.record.partition == OTHER.partition:
            delivery.skip()
            return
        handled.add(delivery.record.offset)
        raise PoisonError("invalid", "nonsense")

    feed.handler._handler = handler
    await feed.reaction.consume(records(range(40)) + records(range(5), OTHER))
    assert len(broker.calls) == 1
    assert len(handled) <= 16
    assert (feed.client.sought, feed.client.commits) == ([(PLACE, 0)], [{OTHER: 5}])
    assert await feed.handler._letters.parked.all() == {}
    feed.reaction.forget()


async def test_a_letter_that_is_not_taken_among_others_holds_its_own_partition(feed: Feed, broker: Broker) -> None:
    """P6: those that were sent with it are kept, and those that gathered meanwhile have their turn."""
    broker.takes = lambda letter: ":1:1:" not in letter
    # Keys of different lanes.
    others = records([0], OTHER, key=b"a") + records([1], OTHER, key=b"b")
    await feed.reaction.consume(records(range(40)) + others)
    assert feed.client.commits == [{PLACE: 40, OTHER: 1}]
    assert feed.client.sought == [(OTHER, 1)]
    feed.reaction.forget()


async def test_letters_of_one_key_are_sent_one_after_the_other(feed: Feed, broker: Broker) -> None:
    """P7: rows of one call are handed over side by side, so two of a subject never share one."""
    await feed.reaction.consume(records(range(4), key=b"a") + records(range(4, 8), key=b"b"))
    assert all(sum(offset_of(letter) < 4 for letter in call) <= 1 for call in broker.calls)
    waiting = await feed.handler._letters.parked.all()
    offsets = sorted([offset_of(letter.id) for letter in letters] for letters in waiting.values())
    assert offsets == [[0, 1, 2, 3], [4, 5, 6, 7]]
