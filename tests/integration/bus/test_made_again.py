"""A topic that was deleted and made again while one of its records waits among the dead letters."""

from datetime import timedelta
from typing import Any

import pytest

from shared.clock import now
from shared.errors import PoisonError
from tests.integration.bus.feeding import PLACE, Feed, kept, stamped

MINUTE = timedelta(minutes=1)


async def test_what_lies_at_an_earlier_offset_of_another_log_waits_behind_what_is_parked(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: offsets begin anew, and what was parked still comes first."""

    async def handler(delivery: Any) -> None:
        if delivery.record.value == b"bad":
            raise PoisonError("invalid", "nonsense")
        handled.append(delivery.record.value)
        delivery.skip()

    handled: list[bytes] = []
    monkeypatch.setattr(feed.handler._letters, "_publish", kept)
    feed.handler._handler = handler
    feed.client.known[PLACE] = 100
    await feed.reaction.consume([stamped(100, b"bad", now() - MINUTE)])
    feed.reaction.forget()
    del feed.client.known[PLACE]
    await feed.reaction.consume([stamped(0, b"later", now() + 5 * MINUTE), stamped(1, b"latest", now() + 5 * MINUTE)])
    assert handled == []
    (outstanding,) = (await feed.handler._letters.parked.all()).values()
    assert [letter.id.split(":")[-2] for letter in outstanding] == ["100", "0", "1"]
