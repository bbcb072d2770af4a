"""The relay and a backlog on a real database: in large pieces, in time, asked of nobody who cannot answer (P2, P10)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from shared import inbox, leases, outbox
from shared.errors import UnavailableError
from shared.leases import Leases
from shared.mongo import Database
from shared.relay import Relay
from tests.integration.kernel.relaying import Wire, state, waiting


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Database]:
    await database.ensure_indexes({**outbox.INDEXES, **inbox.INDEXES, "docs": [], leases.COLLECTION: []})
    return database


async def test_a_backlog_is_read_in_fewer_pieces_and_sent_in_the_same_order(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.BATCH", 2)
    monkeypatch.setattr("shared.relay.BACKLOG_BATCH", 6)
    for participant in ("p1", "p2", "p3"):
        await state(store, participant, 3)
    wire = Wire()
    relay = Relay(store, wire, Leases(store), "engagement")
    relay._batch = 2
    assert [await relay.send_once() for _ in range(4)] == [2, 6, 1, 0]
    for participant in ("p1", "p2", "p3"):
        assert [seq for subject, seq in wire.sent if subject == participant] == [1, 2, 3]
    assert max(wire.together) == 2


async def test_a_batch_ends_in_time_so_that_others_do_not_wait_for_one_hot_subject(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.BATCH_SECONDS", 0.0)
    await state(store, "hot", 4)
    await state(store, "new", 1)
    wire = Wire()
    relay = Relay(store, wire, Leases(store), "engagement")
    assert [await relay.send_once() for _ in range(2)] == [2, 1]
    assert wire.sent == [("hot", 1), ("new", 1), ("hot", 2)]


async def test_topics_that_cannot_be_written_starve_nobody_behind_them(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.BATCH", 2)
    for topic in ("gone", "away", "there"):
        for number in range(3):
            await state(store, f"{topic}-{number}", 1)
        await store.collection("outbox").update_many({"subject": {"$regex": f"^{topic}"}}, {"$set": {"topic": topic}})
    wire = Wire()
    wire.gone = {"gone", "away"}
    relay = Relay(store, wire, Leases(store), "engagement")
    relay._batch = 2

    async def sent() -> int | None:
        try:
            return await relay.send_once()
        except UnavailableError:
            return None

    assert [await sent() for _ in range(3)] == [None, None, 2]
    assert await waiting(store) == 7
    wire.gone.clear()
    assert await relay.send_once() == 7
    assert [subject for subject, _ in wire.sent[:3]] == ["there-0", "there-1", "gone-0"]


async def test_a_relay_that_is_to_stop_begins_no_further_wave(store: Database) -> None:
    await state(store, "hot", 4)
    wire = Wire()
    relay = Relay(store, wire, Leases(store), "engagement")
    wire.slow = relay._stopping.set
    assert await relay.send_once() == 1
    assert await waiting(store) == 3


async def test_who_could_not_answer_is_asked_for_less(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is too slow for a large batch would otherwise be asked for one for ever."""
    monkeypatch.setattr("shared.relay.BATCH", 2)
    monkeypatch.setattr("shared.relay.BACKLOG_BATCH", 6)
    await state(store, "p1", 9)
    relay = Relay(store, Wire(), Leases(store), "engagement")
    relay._batch = 2
    read, limits = relay._read, []

    async def too_slow_for_many(shards: Sequence[int], limit: int) -> Sequence[Mapping[str, Any]]:
        limits.append(limit)
        if limit > 2:
            raise UnavailableError("the database is away")
        return await read(shards, limit)

    monkeypatch.setattr(relay, "_read", too_slow_for_many)
    for _ in range(2):
        assert await relay.send_once() == 2
        with pytest.raises(UnavailableError):
            await relay.send_once()
    assert limits == [2, 6, 2, 6]


async def test_a_count_that_is_not_answered_stops_no_sending(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> int:
        raise UnavailableError("the database is away")

    await state(store, "p1", 2)
    monkeypatch.setattr("shared.relay.BATCH", 1)
    relay = Relay(store, Wire(), Leases(store), "engagement")
    relay._batch = 1
    monkeypatch.setattr(relay._backlog, "waiting", never)
    assert await relay.send_once() == 1


async def test_a_relay_is_ready_once_something_was_acknowledged_not_after_a_whole_backlog(store: Database) -> None:
    await state(store, "p", 2)
    wire = Wire()
    relay = Relay(store, wire, Leases(store), "engagement")
    assert relay.ready() == "the first look at the outbox"

    def first_is_over() -> None:
        if wire.sent:
            wire.hold = asyncio.Event()
            second.set()

    second, wire.slow = asyncio.Event(), first_is_over
    await relay.start()
    await second.wait()
    assert relay.ready() is None
    assert wire.hold is not None
    wire.hold.set()
    await relay.stop()
