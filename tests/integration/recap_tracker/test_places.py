"""Places on a real database: the sixty-first project, two at once, and what a freed place does (REC-2)."""

import asyncio
from collections import Counter

from shared.mongo import Database
from tests.integration.recap_tracker.world import HERE, PROGRAMME, THERE, World, opened, planned, wish

DONE = {"completed_on": "2024-05-01"}
GIVEN_UP = {"withdrawn_on": "2024-05-01", "reason": "No time"}


async def ledger(world: World) -> dict:
    (found,) = await world.documents("places")
    return found


async def fill(world: World, count: int) -> None:
    """Let as many projects be active, each led by somebody else."""
    async with world.client() as client:
        for number in range(count):
            await world.enrol(f"leader-{number}")
            assert (await opened(client, f"leader-{number}"))["status"] == "active"


async def test_the_sixty_first_project_is_queued_with_a_reason_and_a_position(world: World) -> None:
    """REC-2"""
    await world.schedule(places=60)
    await fill(world, 60)
    await world.enrol("late")
    async with world.client() as client:
        answer = await opened(client, "late")
        places = (await client.get("/places", params={"programme": PROGRAMME})).json()
    assert (answer["status"], answer["position"]) == ("queued", 1)
    assert answer["reason"] == "All 60 places are taken; the project is number 1 in the queue."
    assert places == {"programme": "recap", "capacity": 60, "active": 60, "queued": 1, "free": 0}
    (queued,) = await world.said("queued")
    assert (queued.data.reason, queued.data.position) == ("places-full", 1)


async def test_two_at_once_never_make_sixty_one(world: World, mongo_url: str) -> None:
    """REC-2: the last two places, ten requests at once from two processes"""
    await world.schedule(places=60)
    await fill(world, 58)
    await world.enrol(*(f"racer-{number}" for number in range(10)))
    elsewhere = Database(mongo_url, world.database.name)
    try:
        async with world.client() as one, world.client(tracker=world.process(elsewhere)) as two:
            answers = await asyncio.gather(
                *(opened(one if number % 2 else two, f"racer-{number}") for number in range(10))
            )
    finally:
        await elsewhere.close()
    assert Counter(answer["status"] for answer in answers) == {"active": 2, "queued": 8}
    assert sorted(answer["position"] for answer in answers if answer["position"]) == list(range(1, 9))
    held = await ledger(world)
    assert (len(held["active"]), len(set(held["active"])), len(held["queue"])) == (60, 60, 8)
    statuses = Counter(project["status"] for project in await world.documents("projects"))
    assert statuses == {"active": 60, "queued": 8}


async def test_two_places_freed_at_once_promote_two_different_projects(world: World) -> None:
    """REC-2"""
    await world.schedule(places=3)
    await world.enrol("a", "b", "c", "d", "e")
    async with world.client() as client:
        projects = [(await opened(client, lead))["project"] for lead in "abcde"]
        await asyncio.gather(*(client.post(f"/projects/{project}/completion", json=DONE) for project in projects[:2]))
    held = await ledger(world)
    assert (set(held["active"]), held["queue"]) == (set(projects[2:]), [])


async def test_a_freed_place_promotes_the_first_in_the_queue_in_the_same_transaction(world: World) -> None:
    """REC-2: the project, the ledger and another organisation's project in one save, each with its own event"""
    await world.schedule(places=1)
    await world.enrol("first")
    await world.enrol("second", organisation=THERE)
    async with world.client() as here, world.client(THERE) as there:
        ending, waiting = await opened(here, "first"), await opened(there, "second")
        before = world.database.transactions
        answer = await here.post(f"/projects/{ending['project']}/completion", json=DONE)
        assert world.database.transactions == before + 1
        promoted = (await there.get(f"/projects/{waiting['project']}")).json()
        reasons = (await there.get("/places/decisions", params={"programme": PROGRAMME})).json()["decisions"]
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    assert (promoted["status"], promoted["position"], promoted["changed_on"]) == ("active", None, "2024-05-01")
    completed, activated = (await world.said())[-2:]
    assert sorted([completed.type, activated.type]) == [
        "recap_tracker.project.activated.v1",
        "recap_tracker.project.completed.v1",
    ]
    by_subject = {envelope.subject: envelope for envelope in (completed, activated)}
    assert by_subject[waiting["project"]].organisation == THERE
    assert by_subject[ending["project"]].organisation == HERE
    assert [decision["outcome"] for decision in reasons] == ["promoted", "queued"]
    assert all(decision["project"] == waiting["project"] for decision in reasons)


async def test_a_queued_project_that_is_withdrawn_leaves_the_queue(world: World) -> None:
    """REC-2"""
    await world.schedule(places=1)
    await world.enrol("a", "b", "c")
    async with world.client() as client:
        projects = [(await opened(client, lead))["project"] for lead in "abc"]
        assert (await client.post(f"/projects/{projects[1]}/withdrawal", json=GIVEN_UP)).status_code == 200
        moved_up = (await client.get(f"/projects/{projects[2]}")).json()
    assert (moved_up["status"], moved_up["position"]) == ("queued", 1)
    held = await ledger(world)
    assert held["active"] == [projects[0]]


async def test_a_reopened_project_needs_a_place_again(world: World) -> None:
    """REC-2: queued while there is none, and then first come first served"""
    await world.schedule(places=1)
    await world.enrol("a", "b")
    async with world.client() as client:
        ended = (await opened(client, "a"))["project"]
        await client.post(f"/projects/{ended}/completion", json=DONE)
        other = (await opened(client, "b"))["project"]
        reopening = await client.post(f"/projects/{ended}/reopening", json={"reopened_on": "2024-05-10"})
        assert (reopening.status_code, reopening.json()["status"], reopening.json()["position"]) == (200, "queued", 1)
        await client.post(f"/projects/{other}/withdrawal", json=GIVEN_UP)
        assert (await client.get(f"/projects/{ended}")).json()["status"] == "active"
    assert [fact.data.status for fact in await world.said("reopened")] == ["queued"]


async def test_more_places_in_the_catalogue_promote_who_waits_and_fewer_send_nobody_away(world: World) -> None:
    """REC-2: the capacity is data, not a constant"""
    await world.schedule(places=1)
    await world.enrol("a", "b", "c")
    async with world.client() as client:
        projects = [(await opened(client, lead))["project"] for lead in "abc"]
        await world.schedule(places=2, version=3)
        await world.schedule(places=1, version=2)
        assert [(await client.get(f"/projects/{project}")).json()["status"] for project in projects] == [
            "active",
            "active",
            "queued",
        ]
        await world.schedule(places=1, version=4)
        places = (await client.get("/places", params={"programme": PROGRAMME})).json()
    assert places == {"programme": "recap", "capacity": 1, "active": 2, "queued": 1, "free": 0}


async def test_every_decision_about_a_place_keeps_its_reason(world: World) -> None:
    """REC-2: the ledger says why; its history is in documents of its own, so the ledger stays small"""
    await world.schedule(places=1)
    await world.enrol("a", "b")
    async with world.client() as client, world.client(THERE) as there:
        first, second = [(await opened(client, lead))["project"] for lead in "ab"]
        await client.post(f"/projects/{first}/withdrawal", json=GIVEN_UP)
        decisions = (await client.get("/places/decisions", params={"programme": PROGRAMME})).json()["decisions"]
        assert (await there.get("/places/decisions", params={"programme": PROGRAMME})).json() == {"decisions": []}
    assert [(decision["project"], decision["outcome"], decision["reason"]) for decision in decisions] == [
        (second, "promoted", "A place became free and the project was first in the queue."),
        (first, "released", "The project was withdrawn; its place is free."),
        (second, "queued", "The only place is taken; the project is number 1 in the queue."),
        (first, "placed", "Place 1 of 1 was free."),
    ]
    assert set(await ledger(world)) == {"_id", "version", "saved_at", "programme", "stated", "active", "queue"}


async def test_places_nobody_has_spoken_of_are_not_known(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/places", params={"programme": "unheard-of"})
    assert (answer.status_code, answer.json()["code"]) == (404, "places-not-known")


async def test_a_command_sent_again_takes_one_place_and_gives_its_first_answer(world: World) -> None:
    await world.schedule(places=2)
    await world.enrol("a")
    async with world.client() as client:
        key = {"Idempotency-Key": "open-1"}
        first, again = [await client.post("/projects", json=wish("a"), headers=key) for _ in range(2)]
        step = await planned(client, first.json()["project"])
        done = [
            await client.post(
                f"/projects/{first.json()['project']}/completion", json=DONE, headers={"Idempotency-Key": "end"}
            )
            for _ in range(2)
        ]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert [answer.json()["status"] for answer in done] == ["completed", "completed"]
    assert step
    assert len(await world.said("activated")) == 1


async def test_a_command_sent_again_after_its_answer_was_forgotten_opens_no_second_project(world: World) -> None:
    await world.schedule(places=2)
    await world.enrol("a")
    async with world.client() as client:
        await client.post("/projects", json=wish("a"), headers={"Idempotency-Key": "open-1"})
        await world.database.collection("inbox").delete_many({})  # as its time to live does after 14 days
        late = await client.post("/projects", json=wish("a"), headers={"Idempotency-Key": "open-1"})
    assert (late.status_code, late.json()["code"]) == (409, "used-long-ago")
    assert len(await world.said("activated")) == 1
