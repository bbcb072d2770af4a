"""A topic that was deleted and made again while one of its records waits among the dead letters."""

from typing import Any

import pytest
from aiokafka import ConsumerRecord

from shared.clock import now
from shared.errors import PoisonError
from tests.integration.bus.feeding import PLACE, Feed


def record(offset: int, value: bytes, minutes: int) -> ConsumerRecord:
    came = int(now().timestamp() * 1000) + minutes * 60_000
    return ConsumerRecord(PLACE.topic, PLACE.partition, offset, came, 1, b"k", value, None, 1, 1, ())


async def test_what_lies_at_an_earlier_offset_of_another_log_waits_behind_what_is_parked(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: offsets begin anew, and what was parked still comes first."""

    async def kept(*_: object) -> None:
        """The broker takes the letter."""

    async def handler(delivery: Any) -> None:
        if delivery.record.value == b"bad":
            raise PoisonError("invalid", "nonsense")
        handled.append(delivery.record.value)
        delivery.skip()

    handled: list[bytes] = []
    monkeypatch.setattr(feed.handler._letters, "_publish", kept)
    feed.handler._handler = handler
    feed.client.known[PLACE] = 100
    await feed.reaction.consume([record(100, b"bad", -1)])
    feed.reaction.forget()
    del feed.client.known[PLACE]
    await feed.reaction.consume([record(0, b"later", 5), record(1, b"latest", 5)])
    assert handled == []
    (outstanding,) = (await feed.handler._letters.parked.all()).values()
    assert [letter.id.split(":")[-2] for letter in outstanding] == ["100", "0", "1"]
