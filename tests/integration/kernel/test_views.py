"""What a reader sees of a projection while it is being written, replaced and removed (P4, P8)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from shared.errors import UnavailableError
from shared.mongo import Database, Session
from shared.projector import View
from shared.projector.generations import POINTERS, live_generation
from shared.projector.partition import Counts, Partition
from shared.projector.storage import Storage
from tests.toys import Minutes

TOPIC = "engagement.events"
HERE, THERE = ("c", "R0A"), ("c", "RXV")


def moved(partition: Partition[Any], cells: Mapping[tuple[str, str], int]) -> Partition[Any]:
    """Fold one record into a partition, after which its cells count so many minutes."""
    for key, minutes in cells.items():
        partition.cells[key] = {"minutes": minutes}
        partition.dirty_cells.add(key)
    position = partition.positions.get(TOPIC, 0) + 1
    partition.positions[TOPIC] = position
    partition.counts[TOPIC] = Counts(applied=position)
    return partition


class Interrupted(View):
    """A view between whose two questions something happens, once."""

    happens: Callable[[], Awaitable[None]] | None = None

    async def _rows(self, storage: Storage, session: Session, wanted: Mapping[str, str]) -> Any:
        happens, self.happens = self.happens, None
        if happens is not None:
            await happens()
        return await super()._rows(storage, session, wanted)


@pytest.fixture
async def storage(database: Database) -> Storage:
    storage = Storage(database, Minutes(), await live_generation(database, Minutes.name))
    await storage.prepare()
    return storage


@pytest.fixture
def view(database: Database) -> Interrupted:
    return Interrupted(database, Minutes())


async def minutes(view: View) -> tuple[dict[str, int], int]:
    """Return the minutes of each organisation, and before which record that is so."""
    rows, as_of = await view.rows({})
    return {row.key["organisation"]: row.figures["minutes"] for row in rows}, as_of.positions[TOPIC][0]


async def test_an_answer_holds_exactly_the_records_before_its_positions(storage: Storage, view: Interrupted) -> None:
    """P4: somebody moves from one organisation to another while both are read: neither twice nor in none."""
    partition = await storage.take(0)
    await storage.checkpoint([moved(partition, {HERE: 60, THERE: 30})])

    async def move() -> None:
        await storage.checkpoint([moved(partition, {HERE: 30, THERE: 60})])

    view.happens = move
    assert await minutes(view) == ({"R0A": 60, "RXV": 30}, 1)
    assert await minutes(view) == ({"R0A": 30, "RXV": 60}, 2)


async def test_what_was_replaced_while_it_was_read_is_read_again(
    database: Database, storage: Storage, view: Interrupted
) -> None:
    """P8: the answer is whole, of the one generation or of the other."""
    await storage.checkpoint([moved(await storage.take(0), {HERE: 60})])
    other = Storage(database, Minutes(), "2")
    await other.prepare()
    await other.checkpoint([moved(await other.take(0), {HERE: 90})])

    async def replace() -> None:
        pointed = {"$set": {"live": "2"}}
        await database.collection(POINTERS).update_one({"_id": Minutes.name}, pointed)
        await asyncio.gather(*(database.collection(storage.named(kind)).drop() for kind in ("cells", "positions")))

    view.happens = replace
    assert await minutes(view) in (({"R0A": 60}, 1), ({"R0A": 90}, 1))
    assert await minutes(view) == ({"R0A": 90}, 1)


async def test_accounts_are_those_of_the_live_generation(storage: Storage, view: Interrupted) -> None:
    await storage.checkpoint([moved(await storage.take(0), {HERE: 60})])
    counted = {"applied": 1, "duplicate": 0, "skipped": 0, "parked": 0}
    assert await view.accounts() == {(TOPIC, 0): counted}


async def test_whoever_can_never_read_one_generation_is_told_so(
    storage: Storage, view: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> bool:
        return False

    monkeypatch.setattr("shared.projector.views.is_live", never)
    with pytest.raises(UnavailableError, match="minutes was replaced again and again"):
        await view.rows({})
