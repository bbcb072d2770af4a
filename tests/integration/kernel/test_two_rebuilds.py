"""Two rebuilds of one projection at once: an operator's second try, or one that was frozen and wakes (P8)."""

import asyncio
import sys
from typing import Any

import pytest

from shared.errors import UnavailableError
from shared.mongo import Database
from shared.projector import generations, rebuild
from shared.projector.generations import POINTERS
from shared.testing.settling import eventually
from tests.integration.kernel.test_projector import World, world
from tests.toys import Minutes, attended

__all__ = ["world"]


async def pointer(database: Database) -> dict[str, Any]:
    return await database.collection(POINTERS).find_one({"_id": Minutes.name}) or {}


@pytest.mark.delivery
async def test_a_rebuild_never_makes_live_what_a_later_one_has_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {"brokers": world.broker, "topics": world.topics, "progress": lambda done, total: None}
    async with world.projecting():
        await world.say([attended(f"p{number}", 1) for number in range(30)])
        await world.settled()
    before = await world.figures()
    module = sys.modules["shared.projector.rebuild"]  # the package names its function likewise
    second: list[asyncio.Task[Any]] = []

    async def flip_late(database: Database, *rest: Any) -> bool:
        """Everything was compared by now. Somebody begins another rebuild before readers go over."""
        if not second:
            second.append(asyncio.create_task(rebuild(database, Minutes(), **arguments)))

            async def swept() -> bool:
                return not [name for name in await database.collections() if name.startswith("minutes.2.")]

            await eventually(swept, what="the second rebuild has removed what the first one built")
        return await generations.flip(database, *rest)

    monkeypatch.setattr(module, "flip", flip_late)
    first = await asyncio.gather(rebuild(world.database, Minutes(), **arguments), return_exceptions=True)
    assert await world.figures() == before, (await pointer(world.database), first)
    ended = (await asyncio.gather(*second, return_exceptions=True))[0]
    assert await world.figures() == before, (await pointer(world.database), ended)
    assert isinstance(first[0], UnavailableError)
    assert ended.flipped


async def test_a_rebuild_that_looked_before_another_one_was_live_leaves_that_one_alone(database: Database) -> None:
    """What was live when it looked is not live any more when it clears up."""
    await database.collection(POINTERS).insert_one({"_id": "minutes", "live": "2", "building": "2"})
    await database.collection("minutes.2.cells").insert_one({"_id": 1})
    with pytest.raises(UnavailableError):
        await generations.begin(database, "minutes", "1")
    assert await database.collection("minutes.2.cells").count_documents({}) == 1
