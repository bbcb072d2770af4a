"""Records of one reaction side by side: those of a subject in order, each in one account."""

import asyncio
import random
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.clock import now
from shared.errors import PoisonError
from tests.integration.bus.feeding import PLACE, Feed, kept, records
from tests.integration.bus.test_own_events import event


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


async def test_the_position_waits_for_a_record_although_later_ones_are_settled(feed: Feed) -> None:
    """P5: what was settled behind it is not acknowledged, and comes again with it."""
    settled = asyncio.Event()

    async def handler(delivery: Any) -> None:
        if delivery.record.offset == 1:
            await settled.wait()
            raise TimeoutError
        delivery.skip()
        if delivery.record.offset == 2:
            asyncio.get_running_loop().call_later(0.05, settled.set)

    feed.handler._handler = handler
    # Keys of different lanes.
    await feed.reaction.consume(records([0, 1], key=b"a") + records([2], key=b"b"))
    assert settled.is_set()
    assert feed.client.commits == [{PLACE: 1}]
    assert feed.client.sought == [(PLACE, 1)]
    feed.reaction.forget()


async def test_what_is_read_again_is_not_parked_behind_a_record_that_came_later(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5: what took effect before a record of its key was parked stays in one account when a position was lost."""

    async def handler(delivery: Any) -> None:
        offset = delivery.record.offset
        handled.append(offset)
        await delivery.external_mark("rollcall", f"record-{offset}", b"body", now())
        if offset == 1:
            raise PoisonError("invalid", "nonsense")
        delivery.skip()

    handled: list[int] = []
    monkeypatch.setattr(feed.handler._letters, "_publish", kept)
    feed.handler._handler = handler
    await feed.reaction.consume(records([0, 1], key=b"k"))
    feed.reaction.forget()
    feed.client.known[PLACE] = 0
    await feed.reaction.consume(records([0, 1, 2], key=b"k"))
    assert handled == [0, 1, 0]
    (outstanding,) = (await feed.handler._letters.parked.all()).values()
    assert [letter.id.split(":")[-2] for letter in outstanding] == ["1", "2"]


async def test_what_was_discarded_is_neither_handled_nor_parked_when_it_is_read_again(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2, P7: a record of another key held the partition, so that the discarded one comes again, ahead of its key."""
    trouble: dict[int, Exception] = {1: ConnectionError("away"), 2: PoisonError("invalid", "nonsense")}

    async def handler(delivery: Any) -> None:
        offset = delivery.record.offset
        handled.append(offset)
        if offset == 1:
            await asyncio.sleep(0.1)
        if offset in trouble:
            raise trouble[offset]
        delivery.skip()

    handled: list[int] = []
    monkeypatch.setattr(feed.handler._letters, "_publish", kept)
    feed.handler._handler = handler
    batch = records([1], key=b"b") + records([2, 3], key=b"a")
    feed.client.known[PLACE] = 1
    await feed.reaction.consume(batch)
    parked = feed.handler._letters.parked
    ((subject, (nonsense, behind)),) = (await parked.all()).items()
    assert await parked.discard(subject, nonsense.id)

    trouble.clear()
    handled.clear()
    await feed.reaction.consume(batch)
    assert handled == [1]
    assert await parked.all() == {subject: [behind]}
    assert await parked.release(subject, behind.id)
    feed.reaction.forget()
    await feed.reaction.consume([*batch, *records([4], key=b"a")])
    assert handled == [1, 3, 4]
    assert await parked.all() == {}


async def test_events_of_ours_that_were_discarded_stay_so_when_all_is_read_again(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P7: also what is no event at all."""

    monkeypatch.setattr(feed.handler._letters, "_publish", kept)
    feed.handler.external = False
    feed.handler.raises[1] = PoisonError("invalid", "nonsense")
    batch = [*records([0]), *records([1], value=event("e-1", "p-1", 1))]
    await feed.reaction.consume(batch)
    parked = feed.handler._letters.parked
    waiting = await parked.all()
    assert len(waiting) == 2
    for subject, (letter,) in waiting.items():
        assert await parked.discard(subject, letter.id)
    feed.reaction.forget()
    feed.client.known[PLACE] = 0
    await feed.reaction.consume(batch)
    assert feed.handler.offsets == [1]
    assert await parked.all() == {}


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
