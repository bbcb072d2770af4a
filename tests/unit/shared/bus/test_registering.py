import asyncio

import pytest

from shared.bus import Bus, Delivery
from shared.mongo import Database
from shared.topics import Topics


@pytest.fixture
async def bus() -> Bus:
    database = Database("mongodb://127.0.0.1:1/?connect=false", "engagement")
    return Bus("127.0.0.1:1", service="engagement", database=database, topics=Topics("test-"))


async def handle(delivery: Delivery) -> None:
    delivery.skip()


async def test_a_reaction_reads_as_a_group_of_its_own_name(bus: Bus) -> None:
    topics = Topics("test-")
    bus.reaction(topics.events("enrolment"), name="roster")(handle)
    bus.reaction(pattern=topics.attendance_pattern(), name="attendance")(handle)
    assert {name: what.group for name, what in bus.subscriptions.items()} == {
        "roster": "test-engagement.roster",
        "attendance": "test-engagement.attendance",
    }
    assert bus.subscriptions["roster"].topics == ("test-enrolment.events",)
    assert bus.ready() == "roster has not joined its group yet"


@pytest.mark.parametrize("name", ["command", "parked", "with|bar", "two words", "roster"])
async def test_a_name_that_could_be_taken_for_something_else_is_refused(bus: Bus, name: str) -> None:
    bus.reaction("t", name="roster")(handle)
    with pytest.raises(ValueError, match="cannot be the name of a reaction"):
        bus.reaction("t", name=name)(handle)


async def test_a_bus_without_reactions_runs_until_it_is_stopped(bus: Bus) -> None:
    await bus.start()
    waiting = asyncio.create_task(bus.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    await bus.stop()
    await asyncio.wait_for(waiting, 5)
    assert bus.ready() is None
