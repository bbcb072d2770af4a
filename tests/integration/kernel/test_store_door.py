"""The store door on a real database: one transaction or nothing (P1, law 1)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from shared import inbox, outbox
from shared.errors import BacklogFullError, ConflictError, TooLargeError, UnavailableError
from shared.events import Tombstone, event_id, parse
from shared.inbox import AlreadyHandledError
from shared.mongo import Database
from shared.outbox import Change, StoreDoor, until_saved
from shared.topics import Topics
from tests.toys import attended, because


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Database]:
    await database.ensure_indexes({**outbox.INDEXES, **inbox.INDEXES, "docs": []})
    return database


@pytest.fixture
def door(store: Database) -> StoreDoor:
    return StoreDoor(store, "engagement", topics=Topics("t-"))


def change(version: int, participant: str = "p1", **more: object) -> Change:
    body = {"seen": version}
    return Change("docs", participant, body, version - 1, [attended(participant, version)], **more)  # type: ignore[arg-type]


async def rows(store: Database) -> list[dict[str, object]]:
    return [row async for row in store.collection("outbox").find({}).sort([("at", 1), ("seq", 1)])]


async def counts(store: Database) -> tuple[int, ...]:
    return tuple([await store.collection(name).count_documents({}) for name in ("docs", "outbox", "inbox")])


async def test_a_save_is_one_transaction_of_document_event_and_mark(store: Database, door: StoreDoor) -> None:
    await door.save([change(1)], because("m1"))
    assert store.transactions == 1
    assert await counts(store) == (1, 1, 1)
    (row,) = await rows(store)
    assert (row["topic"], row["key"], row["seq"]) == ("t-engagement.events", "p1", 1)
    envelope = parse(row["value"])  # type: ignore[arg-type]
    assert (envelope.id, envelope.subject, envelope.data) == (row["_id"], "p1", attended("p1", 1))


async def test_many_documents_are_saved_in_one_transaction(store: Database, door: StoreDoor) -> None:
    await door.save([change(1, f"p{number}") for number in range(30)], because("register"))
    assert store.transactions == 1
    assert await counts(store) == (30, 30, 1)


async def test_a_lost_race_writes_nothing_at_all(store: Database, door: StoreDoor) -> None:
    await door.save([change(1)], because("m1"))
    with pytest.raises(ConflictError):
        await door.save([change(1, "p2"), change(1)], because("m2"))
    with pytest.raises(ConflictError):
        await door.save([change(1, "p2"), change(3)], because("m3"))
    assert store.transactions == 1
    assert await counts(store) == (1, 1, 1)


async def test_a_document_whose_event_cannot_be_kept_is_not_kept_either(store: Database, door: StoreDoor) -> None:
    """P1: neither can be there without the other, whichever comes first."""
    identity = event_id("t-engagement.events", "p1", 1, 0)
    await store.collection("outbox").insert_one({"_id": identity})  # the database will refuse the event's row
    with pytest.raises(ConflictError):
        await door.save([change(1)], because())
    assert await counts(store) == (0, 1, 0)
    await store.collection("outbox").delete_one({"_id": identity})
    await door.save([change(1)], because())
    assert await counts(store) == (1, 1, 0)


async def test_the_same_mark_takes_effect_once_and_answers_what_it_answered(store: Database, door: StoreDoor) -> None:
    await door.save([change(1)], because("m1").with_result({"id": "p1"}))
    with pytest.raises(AlreadyHandledError) as repeated:
        await door.save([change(2)], because("m1"))
    assert repeated.value.mark.result == {"id": "p1"}
    assert await counts(store) == (1, 1, 1)


async def test_of_two_saves_at_once_with_one_mark_one_takes_effect(store: Database, door: StoreDoor) -> None:
    async def attempt(number: int) -> None:
        await until_saved(lambda: door.save([change(1, f"p{number}")], because("same")))

    outcomes = await asyncio.gather(*[attempt(number) for number in range(5)], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(type(None)) == 1
    assert all(isinstance(outcome, AlreadyHandledError) for outcome in outcomes if outcome is not None)
    assert await counts(store) == (1, 1, 1)


async def test_writers_of_one_document_are_retried_until_each_has_been_saved(store: Database, door: StoreDoor) -> None:
    await door.save([change(1)], because("first"))

    async def add(number: int) -> None:
        async def attempt() -> None:
            stored = await store.collection("docs").find_one({"_id": "p1"})
            assert stored is not None
            await door.save([change(stored["version"] + 1, saved_at=stored["saved_at"])], because(f"w{number}"))

        await until_saved(attempt, tries=50)

    await asyncio.gather(*[add(number) for number in range(8)])
    assert [row["seq"] for row in await rows(store)] == list(range(1, 10))
    assert store.transactions == 9


async def test_several_new_documents_of_one_person_may_be_made_by_others_first(
    store: Database, door: StoreDoor
) -> None:
    """P10: they bear one id, in a collection each; that is no id that was used long ago."""
    others = iter(("docs", "papers", ""))

    async def attempt() -> None:
        changes = [
            Change(name, "p1", {"seen": 1}, 0)
            for name in ("docs", "papers")
            if await store.collection(name).find_one({"_id": "p1"}) is None
        ]
        if first := next(others):
            await store.collection(first).insert_one({"_id": "p1", "version": 1, "saved_at": datetime.now(UTC)})
        await door.save(changes, because("m1"))

    await until_saved(attempt)
    assert await counts(store) == (1, 0, 1)


async def test_retries_are_bounded() -> None:
    tried = []

    async def attempt() -> None:
        tried.append(1)
        raise ConflictError("always")

    with pytest.raises(UnavailableError, match="too many changes"):
        await until_saved(attempt, tries=3)
    assert len(tried) == 3


async def test_events_of_a_document_keep_their_order_when_the_clock_goes_back(store: Database) -> None:
    """P2: the next version is stated by a machine whose clock is a minute behind."""
    times = iter([datetime(2024, 1, 1, 12, 1, tzinfo=UTC), datetime(2024, 1, 1, 12, 0, tzinfo=UTC)])
    door = StoreDoor(store, "engagement", topics=Topics(), clock=lambda: next(times))
    await door.save([change(1)], because("m1"))
    stored = await store.collection("docs").find_one({"_id": "p1"})
    assert stored is not None
    await door.save([change(2, saved_at=stored["saved_at"])], because("m2"))
    first, second = await rows(store)
    assert (first["seq"], second["seq"]) == (1, 2)
    assert second["at"] - first["at"] == timedelta(milliseconds=1)  # type: ignore[operator]


async def test_beyond_the_backlog_limit_nothing_is_accepted(store: Database) -> None:
    door = StoreDoor(store, "engagement", topics=Topics(), backlog_limit=0)
    await door.save([change(1)], because("m1"))
    full = StoreDoor(store, "engagement", topics=Topics(), backlog_limit=0)
    with pytest.raises(BacklogFullError) as refused:
        await full.save([change(2)], because("m2"))
    assert refused.value.retry_after > 0
    assert await counts(store) == (1, 1, 1)


async def test_an_event_too_large_for_the_topic_is_refused_before_anything_is_written(
    store: Database, door: StoreDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_VALUE_BYTES", 100)
    with pytest.raises(TooLargeError):
        await door.save([change(1)], because("m1"))
    assert await counts(store) == (0, 0, 0)


async def test_a_fact_must_state_the_version_its_document_will_have(door: StoreDoor) -> None:
    with pytest.raises(ValueError, match="says version 7"):
        await door.save([Change("docs", "p1", {}, 0, [attended("p1", 7)])], because("m1"))


async def test_a_document_that_states_facts_is_never_removed(store: Database, door: StoreDoor) -> None:
    """Made again under its id it would begin at version 1, and its events would have ids that readers know."""
    await door.save([change(1)], because("m1"))
    with pytest.raises(ValueError, match="docs p1 states facts"):
        await door.save([Change("docs", "p1", None, 1, [Tombstone(topic="enrolment.identifiers")])], because("m2"))
    assert await counts(store) == (1, 1, 1)


async def test_a_document_can_leave_a_tombstone_and_what_states_nothing_can_be_removed(
    store: Database, door: StoreDoor
) -> None:
    await door.save([change(1)], because("m1"))
    gone = Change("docs", "p1", {}, 1, [Tombstone(topic="enrolment.identifiers")])
    await door.save([gone, Change("docs", "p2", {}, 0)], because("m2"))
    await door.save([Change("docs", "p2", None, 1)], because("m3"))
    assert await counts(store) == (1, 2, 3)
    tombstone = (await rows(store))[1]
    assert (tombstone["topic"], tombstone["value"], tombstone["key"]) == ("t-enrolment.identifiers", None, "p1")
