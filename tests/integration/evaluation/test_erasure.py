"""Evaluation confirms an erasure once its figures have forgotten the person, and never before (P11)."""

import pytest

from services.evaluation.app import PROJECTIONS
from services.evaluation.domain import ERASED
from services.evaluation.handlers import confirm_erasure
from services.evaluation.store import CONFIRMATIONS, ErasureStore
from shared.bus import Bus, Record
from shared.errors import UnavailableError
from shared.events.evaluation import EvaluationErasureConfirmed
from shared.outbox import Because
from shared.projector import AsOf
from shared.projector.storage import Storage
from shared.testing.settling import eventually
from tests.integration.evaluation.world import World
from tests.unit.evaluation.stories import HERE, attended, enrolled, erased

BECAUSE = Because("test", None, HERE, "erasure")
LIES_AT = Record("enrolment.events", 3, 7, b"p-1", b"{}")


def counted_to(offset: int) -> AsOf:
    return AsOf(None, {"enrolment.events": {3: offset}, "engagement.events": {3: 99}})


async def test_an_erasure_is_confirmed_once_its_record_is_counted(world: World) -> None:
    """P11: the event names the person by their random id and who confirms, and nothing else."""
    store = ErasureStore(world.database, world.parts.door)
    assert await confirm_erasure(store, counted_to(8), erased(4), LIES_AT, BECAUSE)
    (said,) = await world.waiting()
    assert said.data == EvaluationErasureConfirmed(participant="p-1", version=1)
    assert said.subject == "p-1"


async def test_an_erasure_waits_until_its_record_is_counted(world: World) -> None:
    """P11: a confirmation is never ahead of the figures."""
    store = ErasureStore(world.database, world.parts.door)
    for counted in (counted_to(7), AsOf(None, {})):
        with pytest.raises(UnavailableError):
            await confirm_erasure(store, counted, erased(4), LIES_AT, BECAUSE)
    assert await world.waiting() == []
    assert world.database.transactions == 0


async def test_an_erasure_stated_twice_is_confirmed_once(world: World) -> None:
    """Another event of the same erasure finds it confirmed."""
    store = ErasureStore(world.database, world.parts.door)
    assert await confirm_erasure(store, counted_to(8), erased(4), LIES_AT, BECAUSE)
    assert not await confirm_erasure(store, counted_to(8), erased(5), LIES_AT, BECAUSE)
    assert len(await world.waiting()) == 1
    assert world.database.transactions == 1


@pytest.mark.delivery
async def test_the_reaction_waits_for_the_projection_and_nothing_of_the_person_is_left(live: World) -> None:
    """P11: figures and pages are empty of the person before the confirmation is said."""
    workers = live.parts.workers()
    reactions = [worker for worker in workers if isinstance(worker, Bus)]
    projectors = [worker for worker in workers if not isinstance(worker, Bus)]
    await live.say([enrolled(1), attended(1, "day-1"), erased(2), attended(2, "day-2")])

    async def waits() -> bool:
        return any(member.reaction.held for member in reactions[0]._members)

    async def confirmed() -> bool:
        return await live.database.collection(CONFIRMATIONS).count_documents({}) == 1

    async with live.running(reactions):
        await eventually(waits, deadline=60, what="the reaction waits")
        assert await live.waiting() == []
        async with live.running(projectors):
            await eventually(confirmed, deadline=60, what="the erasure is confirmed")
            await live.settled(workers)
            assert await live.cells("participation", [HERE]) == {}
    (said,) = await live.waiting()
    assert said.data == EvaluationErasureConfirmed(participant="p-1", version=1)
    assert said.causationid == "p-1-2"
    storage = Storage(live.database, PROJECTIONS["participation"](), "1")
    kept = [
        state for number in range(12) for page in (await storage.look(number)).pages.values() for state in page.items()
    ]
    assert kept == [("p-1", ERASED)]
