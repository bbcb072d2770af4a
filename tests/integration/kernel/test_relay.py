"""The relay on a real database: order per subject, deletion on acknowledgement, leases (P1, P2)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest

from shared import clock, inbox, leases, outbox
from shared.errors import UnavailableError
from shared.leases import Leases
from shared.mongo import Database, Session
from shared.relay import Relay, waves
from tests.integration.kernel.relaying import Wire, state, waiting


class Holding(Leases):
    """Leases whose next answer is another's."""

    def __init__(self, leases: Leases, answer: Callable[[], Awaitable[Sequence[int]]]) -> None:
        self.__dict__ = leases.__dict__
        self._answer = answer

    async def hold(self) -> Sequence[int]:
        return await self._answer()


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Database]:
    await database.ensure_indexes({**outbox.INDEXES, **inbox.INDEXES, "docs": [], leases.COLLECTION: []})
    return database


async def test_every_version_of_a_subject_is_sent_once_and_in_order(store: Database) -> None:
    for participant in ("p1", "p2", "p3"):
        await state(store, participant, 3)
    wire = Wire()
    assert await Relay(store, wire, Leases(store), "engagement").send_once() == 9
    for participant in ("p1", "p2", "p3"):
        assert [seq for subject, seq in wire.sent if subject == participant] == [1, 2, 3]
    assert await waiting(store) == 0


async def test_what_was_not_acknowledged_stays_and_holds_back_only_its_own_subject(store: Database) -> None:
    await state(store, "p1", 2)
    await state(store, "p2", 2)
    wire = Wire(refuse=["p1"])
    relay = Relay(store, wire, Leases(store), "engagement")
    with pytest.raises(UnavailableError, match="1 subjects"):
        await relay.send_once()
    assert wire.sent == [("p2", 1), ("p2", 2)]
    assert await waiting(store) == 2
    wire.refuse.clear()
    assert await relay.send_once() == 2
    assert wire.sent[2:] == [("p1", 1), ("p1", 2)]


async def test_a_batch_is_of_one_moment(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """P2: what is stated meanwhile comes with the next batch, never a second version without the first."""
    snapshot = Database.snapshot

    async def paused(database: Database, read: Callable[[Session], Awaitable[Any]]) -> Any:
        async def work(session: Session) -> Any:
            await database.collection("docs").find_one({}, session=session)  # from here on it is of this moment
            if not await waiting(store):
                await state(store, "p1", 2)
            return await read(session)

        return await snapshot(database, work)

    monkeypatch.setattr(Database, "snapshot", paused)
    wire = Wire()
    relay = Relay(store, wire, Leases(store), "engagement")
    assert await relay.send_once() == 0
    assert await relay.send_once() == 2
    assert wire.sent == [("p1", 1), ("p1", 2)]


async def test_two_relays_share_the_shards_and_no_shard_has_two_holders(store: Database) -> None:
    first, second = Leases(store), Leases(store)
    assert len(await first.hold()) == first.shards
    await second.hold()
    first._renewed = second._renewed = float("-inf")  # it is time to renew
    await first.hold()
    second._renewed = float("-inf")
    ours, theirs = set(await first.hold()), set(await second.hold())
    assert not ours & theirs
    assert ours | theirs == set(range(first.shards))
    assert len(ours) == len(theirs)


async def test_leases_that_were_released_are_free_at_once(store: Database) -> None:
    first, second = Leases(store), Leases(store)
    await first.hold()
    await first.release()
    assert len(await second.hold()) == second.shards


async def test_the_leases_of_a_relay_that_was_killed_run_out_and_are_taken(store: Database) -> None:
    """P1: what it held is sent by another one, without a person."""
    killed, second = Leases(store), Leases(store)
    assert len(await killed.hold()) == killed.shards
    assert await second.hold() == []
    # The database's own clock passes the end of every lease of the first.
    ended = [{"$set": {"until": {"$subtract": ["$$NOW", 1]}}}]
    await store.collection(leases.COLLECTION).update_many({"owner": killed.owner}, ended)
    second._renewed = float("-inf")
    assert await second.hold() == list(range(second.shards))


async def test_a_relay_whose_own_clock_is_ahead_takes_nothing_that_another_one_holds(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: leases are judged by the database's clock, which is the same for all."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=1)

    first, second = Leases(store), Leases(store)
    await first.hold()
    for module in (leases, clock):
        monkeypatch.setattr(module, "datetime", Ahead)
    assert await second.hold() == []
    shards = store.collection(leases.COLLECTION).find({"shard": {"$gte": 0}})
    assert {lease["owner"] async for lease in shards} == {first.owner}


async def test_a_relay_that_was_frozen_sends_nothing_more_under_its_old_leases(store: Database) -> None:
    """P2: what is held is trusted only as long as it could have been renewed."""
    await state(store, "p1", 2)
    wire, held = Wire(), Leases(store)
    relay = Relay(store, wire, held, "engagement")
    wire.hold = asyncio.Event()
    sending = asyncio.create_task(relay.send_once())
    await wire.entered.wait()
    # The first row is under way; then the process stands still for longer than its leases.
    held._renewed -= leases.LEASE_MS / 1000
    wire.hold.set()
    assert await sending == 1
    assert wire.sent == [("p1", 1)]
    assert await waiting(store) == 1


async def test_a_relay_that_is_slow_renews_its_leases_between_waves(store: Database) -> None:
    """P2: a backlog that takes longer than a lease is sent in one go, under leases that are held all the time."""
    await state(store, "p1", 4)
    wire, held = Wire(), Leases(store)
    wire.slow = lambda: setattr(held, "_renewed", held._renewed - leases.RENEW_SECONDS - 0.5)
    assert await Relay(store, wire, held, "engagement").send_once() == 4
    assert await waiting(store) == 0


async def test_a_shard_that_was_given_away_between_waves_is_left_to_its_new_holder(store: Database) -> None:
    """P2: also when it comes back before the batch is over, because the rows in hand may be sent by then."""
    await state(store, "p1", 3)
    wire, held = Wire(), Leases(store)
    answers = iter([list, held.hold])

    async def hold() -> Sequence[int]:
        answer = next(answers)()
        return answer if isinstance(answer, list) else await answer

    relay = Relay(store, wire, held, "engagement")
    await held.hold()
    wire.slow = lambda: setattr(relay, "_leases", Holding(held, hold))
    assert await relay.send_once() == 1
    assert wire.sent == [("p1", 1)]
    assert await waiting(store) == 2


async def test_a_renewal_that_took_too_long_is_not_believed(store: Database) -> None:
    """P2: the leases may have run out while the database thought about it."""
    await state(store, "p1", 2)
    wire, held = Wire(), Leases(store)
    relay = Relay(store, wire, held, "engagement")

    async def slowly() -> Sequence[int]:
        held._renewed -= leases.LEASE_MS / 1000
        return held._held

    await held.hold()
    wire.slow = lambda: setattr(relay, "_leases", Holding(held, slowly))
    assert await relay.send_once() == 1
    assert await waiting(store) == 1


async def test_relays_that_were_killed_leave_nothing_behind(store: Database) -> None:
    for _ in range(3):
        await Leases(store).hold()
    long_ago = [{"$set": {"until": {"$subtract": ["$$NOW", 1_000_000]}}}]
    await store.collection(leases.COLLECTION).update_many({}, long_ago)
    await Leases(store).hold()
    assert await store.collection(leases.COLLECTION).count_documents({"shard": -1}) == 1


def test_waves_hold_each_subject_once_and_its_versions_in_order() -> None:
    rows = [{"subject": subject, "seq": seq, "n": 0} for seq in (3, 1, 2) for subject in ("a", "b")]
    rows.append({"subject": "a", "seq": 2, "n": 1})
    split = [[(row["subject"], row["seq"], row["n"]) for row in wave] for wave in waves(rows)]
    assert split[0] == [("a", 1, 0), ("b", 1, 0)]
    assert [place for wave in split for place in wave if place[0] == "a"] == [
        ("a", 1, 0),
        ("a", 2, 0),
        ("a", 2, 1),
        ("a", 3, 0),
    ]
    assert all(len({subject for subject, *_ in wave}) == len(wave) for wave in split)


async def test_a_database_that_is_away_does_not_end_the_relay(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    relay = Relay(store, Wire(), Leases(store), "engagement")
    asked = asyncio.Event()

    async def away() -> int:
        asked.set()
        raise UnavailableError("the database is away")

    monkeypatch.setattr(relay, "send_once", away)
    await relay.start()
    await asked.wait()
    await asyncio.sleep(0)
    assert relay.ready() == "the database is away"
    await relay.stop()
    await relay.wait()
