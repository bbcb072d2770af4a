"""Taking a partition over from somebody who stands still in the middle of writing it (P4, P10)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.errors import ConflictError
from shared.mongo import Database, Session
from shared.projector.storage import FencedError, Storage
from tests.toys import Minutes


class StandstillError(Exception):
    """Ends a transaction without keeping it."""


@asynccontextmanager
async def standing_still(database: Database, storage: Storage, number: int) -> AsyncIterator[None]:
    """Hold a partition's position in an open transaction, as a checkpoint does whose process is frozen."""
    began, over = asyncio.Event(), asyncio.Event()

    async def work(session: Session) -> None:
        positions = database.collection(storage.named("positions"))
        await positions.update_one({"_id": number}, {"$inc": {"revision": 1}}, session=session)
        began.set()
        await over.wait()
        raise StandstillError

    writing = asyncio.create_task(database.transact(work))
    await began.wait()
    try:
        yield
    finally:
        over.set()
        with pytest.raises(StandstillError):
            await writing


async def test_a_partition_that_is_being_written_is_refused_at_once_and_the_others_are_not(database: Database) -> None:
    storage = Storage(database, Minutes(), "v1")
    await storage.prepare()
    await storage.take(3)
    async with standing_still(database, storage, 3):
        asked = time.monotonic()
        with pytest.raises(ConflictError):
            await storage.take(3)
        assert time.monotonic() - asked < 5
        assert (await storage.take(4)).epoch == 1
    assert (await storage.take(3)).epoch == 2


async def test_whoever_stood_still_is_fenced_once_the_partition_was_taken(database: Database) -> None:
    storage = Storage(database, Minutes(), "v1")
    await storage.prepare()
    zombie = await storage.take(3)
    await storage.take(3)
    with pytest.raises(FencedError):
        await storage.checkpoint([zombie])


async def test_freezing_waits_for_whoever_is_in_the_middle_of_writing(
    database: Database, mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild right after a worker died: longer than a call to the database may take, not longer than it is kept."""
    monkeypatch.setattr("shared.mongo._TIMEOUT_MS", 1_000)
    impatient = Database(mongo_url, database.name)
    storage = Storage(impatient, Minutes(), "v1")
    await storage.prepare()
    for number in (3, 4):
        await storage.take(number)
    async with standing_still(database, storage, 3):
        freezing = asyncio.create_task(storage.freeze())
        done, _ = await asyncio.wait([freezing], timeout=3)
        assert not done
    assert await freezing == {3: 2, 4: 2}
    await impatient.close()


async def test_freezing_ends_when_nobody_stops_writing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.projector.storage.FREEZE_SECONDS", 0.3)
    storage = Storage(database, Minutes(), "v1")
    await storage.prepare()
    await storage.take(3)
    async with standing_still(database, storage, 3):
        with pytest.raises(ConflictError):
            await storage.freeze()
    assert (await storage.take(3)).epoch == 2
