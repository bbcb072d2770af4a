"""A checkpoint on a real database: everything or nothing, and only on top of what is stored (P4)."""

from copy import deepcopy
from typing import Any

import pytest

from shared.mongo import Database
from shared.projector.partition import Partition
from shared.projector.storage import FencedError, Storage
from tests.toys import Minutes

TOPIC = "engagement.events"
CELL = ("c", "R0A")


@pytest.fixture
async def storage(database: Database) -> Storage:
    storage = Storage(database, Minutes(), "1")
    await storage.prepare()
    return storage


def folded(partition: Partition[Any], participant: str, minutes: int = 60) -> Partition[Any]:
    """Put one record into a partition that has been loaded."""
    partition.pages[0] = {participant: {"s1": (1, 60, "R0A")}}
    partition.dirty_pages.add(0)
    partition.cells[CELL] = {"minutes": minutes}
    partition.dirty_cells.add(CELL)
    partition.positions[TOPIC] = partition.positions.get(TOPIC, 0) + 1
    partition.moved = True
    return partition


async def test_a_checkpoint_that_fails_half_way_has_written_nothing(storage: Storage) -> None:
    """P4: a position without its state would lose the record, a state without its position would count it twice."""
    partition = folded(await storage.take(0), "p1", minutes=2**63)
    with pytest.raises(OverflowError):  # the database holds no whole number that large; positions and pages went before
        await storage.checkpoint([partition])
    stored = await storage.look(0)
    assert (stored.positions, stored.pages, stored.cells, stored.revision) == ({}, {}, {}, 0)
    partition.cells[CELL] = {"minutes": 60}
    await storage.checkpoint([partition])
    stored = await storage.look(0)
    assert (stored.positions, stored.cells, stored.revision) == ({TOPIC: 1}, {CELL: {"minutes": 60}}, 1)
    assert stored.pages == partition.pages


async def test_a_checkpoint_on_top_of_an_older_state_than_the_stored_one_writes_nothing(storage: Storage) -> None:
    """P4: also where nobody else has taken the partition, such as a checkpoint that was given up and comes late."""
    late = await storage.take(0)
    await storage.checkpoint([folded(deepcopy(late), "p2")])
    with pytest.raises(FencedError):
        await storage.checkpoint([folded(late, "p1")])
    assert (await storage.look(0)).pages[0] == {"p2": {"s1": (1, 60, "R0A")}}
