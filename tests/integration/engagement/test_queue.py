"""Records that match nobody: kept sealed, resolved, dismissed, or resolved by themselves."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from services.engagement.handlers.desk import Desk
from tests.integration.engagement.said import DAY, HERE, THERE, enrolled, identified, moved, recorded, schedule, voided
from tests.integration.engagement.world import World

STRANGER = "Badge of Ngozi A"


async def resolved(world: World, query: str, person: str, organisation: str = HERE) -> tuple[int, str | None]:
    async with world.client("coordinator", organisation) as client:
        answer = await client.post(f"/attendance/queries/{query}/resolution", json={"participant": person})
    return answer.status_code, answer.json().get("code")


async def dismissed(world: World, query: str, organisation: str = HERE) -> tuple[int, str | None]:
    async with world.client("coordinator", organisation) as client:
        body = {"reason": "Ngozi is a visitor"}
        answer = await client.post(f"/attendance/queries/{query}/dismissal", json=body)
    return answer.status_code, answer.json().get("code")


async def test_an_unmatched_record_waits_for_a_coordinator_and_nothing_names_the_person(world: World) -> None:
    """Unmatched names go to a query queue, never dropped; no plain external id is kept."""
    await world.ready("p-0")
    before = world.database.transactions
    await world.receives(recorded("r-1", STRANGER))
    assert world.database.transactions == before + 1
    assert STRANGER not in await world.everything()
    (query,) = await world.queue()
    assert query["value"] == STRANGER
    assert (query["session"], query["source"], query["record"], query["system"], query["why"]) == (
        DAY,
        "badges",
        "r-1",
        "badge",
        "person-not-known",
    )
    assert await world.said() == []


async def test_a_resolved_record_counts_and_a_later_void_still_reaches_it(world: World) -> None:
    await world.ready("p-0")
    await world.receives(recorded("r-1", STRANGER))
    (query,) = await world.queue()
    before = world.database.transactions
    assert await resolved(world, query["query"], "p-0") == (200, None)
    assert world.database.transactions == before + 1
    assert await world.status("p-0") == ("attended", 300)
    assert await world.queue() == []
    assert await resolved(world, query["query"], "p-0") == (409, "query-closed")
    await world.receives(voided("r-1"))
    assert await world.status("p-0") == ("voided", 0)


async def test_a_dismissed_record_counts_for_nobody_and_the_reason_is_sealed(world: World) -> None:
    await world.ready("p-0")
    await world.receives(recorded("r-1", STRANGER))
    (query,) = await world.queue()
    assert await dismissed(world, query["query"]) == (200, None)
    assert await world.queue() == []
    assert "Ngozi" not in await world.everything()
    async with world.client("coordinator") as client:
        answer = await client.get("/attendance/queries", params={"outcome": "dismissed"})
    (shown,) = answer.json()["queries"]
    assert (shown["query"], shown["reason"], shown["value"]) == (query["query"], "Ngozi is a visitor", None)
    await world.hears(identified("p-0", version=2, names=["p-0", STRANGER]))
    assert await world.status("p-0") is None


async def test_a_publisher_writing_another_trusts_people_ends_in_its_own_queue(world: World) -> None:
    """A publisher that writes another trust's people (traps)."""
    await world.ready("p-0")
    await world.receives(recorded("r-1", "p-0"), THERE)
    assert await world.queue(HERE) == []
    (query,) = await world.queue(THERE)
    assert await resolved(world, query["query"], "p-0", THERE) == (404, "participant-not-known")
    assert await resolved(world, query["query"], "p-0", HERE) == (404, "query-not-known")
    assert await dismissed(world, query["query"], HERE) == (404, "query-not-known")
    assert await world.status("p-0") is None
    assert await dismissed(world, query["query"], THERE) == (200, None)


async def test_a_late_record_of_the_old_trust_is_resolved_there_and_stays_there(world: World) -> None:
    """The same person moving trust (traps): nobody answers to the name there any more."""
    await world.ready("p-0")
    await world.hears(identified("p-0", THERE, 2))
    await world.hears(moved("p-0", date(2024, 3, 20)))
    await world.receives(recorded("r-1", "p-0"))
    (query,) = await world.queue(HERE)
    assert await resolved(world, query["query"], "p-0") == (200, None)
    (fact,) = await world.said("p-0")
    assert fact.organisation == HERE


async def test_a_person_outside_the_cohort_cannot_be_meant(world: World) -> None:
    await world.hears(schedule())
    await world.hears(moved("p-0", date(2024, 1, 1), 1))
    await world.receives(recorded("r-1", STRANGER), THERE)
    (query,) = await world.queue(THERE)
    assert await resolved(world, query["query"], "p-0", THERE) == (409, "not-enrolled")


async def by_identifier(world: World, desk: Desk | None = None) -> None:
    await world.hears(identified("p-0", version=2, names=["p-0", STRANGER]), desk)


async def by_enrolment(world: World, desk: Desk | None = None) -> None:
    await world.hears(enrolled("p-new"), desk)


Arrival = Callable[[World, Desk | None], Awaitable[None]]
ARRIVALS = [(by_identifier, STRANGER, "p-0"), (by_enrolment, "p-new", "p-new")]


async def begun(world: World) -> None:
    """The cohort stands, somebody is enrolled, and somebody else is known by name but not enrolled."""
    await world.ready("p-0")
    await world.hears(identified("p-new"))


@pytest.mark.parametrize(("arrives", "name", "person"), ARRIVALS)
async def test_what_a_record_waits_for_wakes_it(world: World, arrives: Arrival, name: str, person: str) -> None:
    await begun(world)
    await world.receives(recorded("r-1", name))
    assert len(await world.queue()) == 1
    before = world.database.transactions
    await arrives(world, None)
    assert world.database.transactions == before + 1
    assert await world.queue() == []
    assert await world.status(person) == ("attended", 300)


@pytest.mark.parametrize(("arrives", "name", "person"), ARRIVALS)
async def test_a_record_is_not_left_waiting_when_what_it_waits_for_arrives_while_it_is_saved(
    world: World, arrives: Arrival, name: str, person: str
) -> None:
    """No race may leave it waiting: whoever waits and whoever wakes write the same document."""
    await begun(world)
    await world.receives(recorded("r-1", name), desk=world.interrupted(lambda: arrives(world, None)))
    assert await world.queue() == []
    assert await world.status(person) == ("attended", 300)


@pytest.mark.parametrize(("arrives", "name", "person"), ARRIVALS)
async def test_what_a_record_waits_for_does_not_miss_it_when_it_comes_while_that_is_saved(
    world: World, arrives: Arrival, name: str, person: str
) -> None:
    await begun(world)
    await arrives(world, world.interrupted(lambda: world.receives(recorded("r-1", name))))
    assert await world.queue() == []
    assert await world.status(person) == ("attended", 300)


async def test_a_decision_and_an_arrival_at_the_same_time_count_the_record_once(world: World) -> None:
    await world.ready("p-0", "p-1")
    await world.receives(recorded("r-1", STRANGER))
    (query,) = await world.queue()
    desk = world.interrupted(lambda: resolved(world, query["query"], "p-1"))
    await by_identifier(world, desk)
    assert await world.status("p-1") == ("attended", 300)
    assert await world.status("p-0") is None


async def test_a_queue_is_read_in_pages_and_reading_it_is_on_the_record(world: World) -> None:
    await world.ready("p-0")
    for number in range(5):
        await world.receives(recorded(f"r-{number}", f"{STRANGER} {number}"))
    seen, after = [], None
    async with world.client("coordinator", subject="carla") as client:
        for _ in range(3):
            page = (
                await client.get("/attendance/queries", params={"limit": 2} | ({"after": after} if after else {}))
            ).json()
            assert page["count"] == 5
            seen += [query["record"] for query in page["queries"]]
            after = page["next"]
        unknown = await client.get("/attendance/queries", params={"after": "nothing"})
    assert (seen, after) == ([f"r-{number}" for number in range(5)], None)
    assert unknown.json()["code"] == "query-not-known"
    entries = await world.documents("audit")
    assert [(entry["actor"], entry["action"]) for entry in entries] == [("carla", "queue.read")] * 3
