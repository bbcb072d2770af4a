"""Projects and milestones over HTTP on a real database: what is accepted, what is refused, what is said."""

import asyncio

import httpx
import pytest

from shared.web import unguarded
from tests.integration.recap_tracker.world import HERE, PROGRAMME, THERE, World, opened, planned, wish

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def ready(world: World) -> World:
    """Sixty places, and a person at each of two organisations."""
    await world.schedule()
    await world.enrol("person-olu")
    await world.enrol("olaudah", organisation=THERE)
    return world


async def refused(world: World, answer: httpx.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    return str(answer.json()["detail"])


async def test_an_accepted_command_is_one_transaction_and_a_refused_one_none(ready: World) -> None:
    counted = []

    async def count(status: int, call: httpx.Response) -> None:
        assert call.status_code == status, call.text
        counted.append(ready.database.transactions)

    async with ready.client() as client:
        before = ready.database.transactions
        await count(409, await client.post("/projects", json=wish("nobody-knows")))
        await count(422, await client.post("/projects", json=wish("person-olu", aims=[])))
        await count(422, await client.post("/projects", json=wish("person-olu", notes="extra")))
        await count(201, answer := await client.post("/projects", json=wish("person-olu")))
        at = f"/projects/{answer.json()['project']}"
        step = {"title": "Train", "measurable_outcome": " ", "planned_on": "2024-03-29"}
        await count(422, await client.post(f"{at}/milestones", json=step))
        step["measurable_outcome"] = "All trained"
        await count(201, answer := await client.post(f"{at}/milestones", json=step))
        milestone = f"{at}/milestones/{answer.json()['milestone']}"
        await count(200, await client.post(f"{milestone}/reached", json={"reached_on": "2024-03-20"}))
        await count(409, await client.post(f"{milestone}/reached", json={"reached_on": "2024-03-20"}))
        await count(422, await client.post(f"{at}/completion", json={"completed_on": "2999-01-01"}))
        await count(200, await client.post(f"{at}/completion", json={"completed_on": "2024-05-01"}))
        await count(409, await client.post(f"{at}/completion", json={"completed_on": "2024-05-01"}))
    assert [number - before for number in counted] == [0, 0, 0, 1, 1, 2, 3, 3, 3, 4, 4]
    assert len(await ready.said()) == 4


async def test_a_milestone_is_reached_reopened_and_reached_again(ready: World) -> None:
    """REC-17: each is an event; days ahead follow from what stands"""
    async with ready.client() as client:
        project = (await opened(client, "person-olu"))["project"]
        at = f"/projects/{project}/milestones/{await planned(client, project, '2024-03-29')}"
        await client.post(f"{at}/reached", json={"reached_on": "2024-03-20"})
        ahead = (await client.get(f"/projects/{project}", params={"on": "2024-03-30"})).json()
        back = await client.post(f"{at}/reopened", json={"reopened_on": "2024-04-02", "reason": "Wrong figures"})
        behind = (await client.get(f"/projects/{project}", params={"on": "2024-04-05"})).json()
        again = await client.post(f"{at}/reached", json={"reached_on": "2024-04-10"})
        late = (await client.get(f"/projects/{project}", params={"on": "2024-04-11"})).json()
    assert (back.status_code, back.json()["reached_on"]) == (200, None)
    assert (again.status_code, again.json()["reached_on"]) == (200, "2024-04-10")
    assert (ahead["progress"]["rag"], ahead["progress"]["days_ahead"]) == ("green", 9)
    assert (behind["progress"]["rag"], behind["progress"]["days_overdue"]) == ("amber", 7)
    assert behind["progress"]["reason"] == "“Train” was planned for 29 March 2024 and is 7 days overdue."
    assert (late["progress"]["rag"], late["progress"]["days_ahead"]) == ("amber", -12)
    assert late["milestones"][0]["reopenings"][0]["reason"] == "Wrong figures"
    facts = [fact.data for fact in await ready.said("milestone_planned", "milestone_reached", "milestone_reopened")]
    assert [type(fact).__name__ for fact in facts] == [
        "MilestonePlanned",
        "MilestoneReached",
        "MilestoneReopened",
        "MilestoneReached",
    ]
    assert [fact.version for fact in facts] == [2, 3, 4, 5]


async def test_a_milestone_reached_by_two_at_once_is_reached_once(ready: World) -> None:
    async with ready.client() as client:
        project = (await opened(client, "person-olu"))["project"]
        at = f"/projects/{project}/milestones/{await planned(client, project)}/reached"
        answers = await asyncio.gather(*(client.post(at, json={"reached_on": "2024-03-20"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(await ready.said("milestone_reached")) == 1


async def test_a_cohort_that_has_not_arrived_is_not_known_yet(world: World) -> None:
    await world.enrol("person-olu")
    async with world.client() as client:
        answer = await client.post("/projects", json=wish("person-olu"))
    sentence = await refused(world, answer, 404, "cohort-not-known")
    assert sentence.endswith("A cohort that was scheduled just now may take a moment to arrive.")


async def test_a_programme_without_places_has_no_projects(world: World) -> None:
    await world.schedule(places=None)
    await world.enrol("person-olu")
    async with world.client() as client:
        await refused(world, await client.post("/projects", json=wish("person-olu")), 409, "programme-has-no-projects")


async def test_the_lead_must_be_enrolled_in_the_cohort_at_the_callers_organisation(ready: World) -> None:
    async with ready.client() as client:
        for lead in ("olaudah", NOBODY):
            sentence = await refused(ready, await client.post("/projects", json=wish(lead)), 409, "lead-not-enrolled")
            assert lead not in sentence
    assert await ready.documents("projects") == []


async def test_a_project_stays_with_the_organisation_that_opened_it_when_its_lead_moves(ready: World) -> None:
    async with ready.client() as here, ready.client(THERE) as there:
        project = (await opened(here, "person-olu"))["project"]
        await ready.move("person-olu", THERE)
        seen = (await here.get(f"/projects/{project}")).json()
        await refused(ready, await there.get(f"/projects/{project}"), 404, "not-found")
        assert (await there.post("/projects", json=wish("person-olu"))).status_code == 201
    assert seen["lead"] == {"participant": "person-olu", "standing": "moved"}


async def test_an_erased_lead_is_unlinked_the_project_stays_and_the_erasure_is_confirmed(ready: World) -> None:
    async with ready.client() as client:
        projects = [(await opened(client, "person-olu"))["project"] for _ in range(2)]
        before = ready.database.transactions
        assert await ready.erase("person-olu")
        assert ready.database.transactions == before + 1
        assert not await ready.erase("person-olu")
        seen = [(await client.get(f"/projects/{project}")).json() for project in projects]
        await refused(ready, await client.post("/projects", json=wish("person-olu")), 409, "lead-not-enrolled")
        ended = await client.post(f"/projects/{projects[0]}/completion", json={"completed_on": "2024-05-01"})
    assert [project["lead"] for project in seen] == [{"participant": None, "standing": "erased"}] * 2
    assert ended.status_code == 200
    (confirmed,) = [fact for fact in await ready.said() if "erasure" in fact.type]
    assert (confirmed.type, confirmed.subject) == ("recap_tracker.subject.erasure_confirmed.v1", "person-olu")
    await ready.enrol("person-olu", version=20)
    for collection in ("projects", "places", "place_decisions"):
        assert "person-olu" not in str(await ready.documents(collection))
    (person,) = [entry for entry in await ready.documents("people") if entry["_id"] == "person-olu"]
    assert (person["erased"], person["organisation"], person["enrolments"], person["projects"]) == (True, None, {}, [])


async def test_somebody_nobody_knew_is_confirmed_erased_and_stays_so(world: World) -> None:
    assert await world.erase("unheard-of")
    await world.enrol("unheard-of")
    (person,) = await world.documents("people")
    assert person["erased"]


async def test_an_erasure_beside_an_opening_leaves_no_project_with_an_erased_lead(ready: World) -> None:
    """The person's document changes with the project: whichever comes second sees the first."""
    async with ready.client() as client:
        answer, _ = await asyncio.gather(client.post("/projects", json=wish("person-olu")), ready.erase("person-olu"))
    assert answer.status_code in {201, 409}
    assert all(project["lead"] is None for project in await ready.documents("projects"))


async def test_nothing_of_another_organisation_is_found(ready: World) -> None:
    """Every route: not found rather than forbidden"""
    async with ready.client(THERE) as owner:
        project = (await opened(owner, "olaudah"))["project"]
        milestone = await planned(owner, project)
        before = await ready.documents("projects")
    at = f"/projects/{project}"
    step = {"title": "Train", "measurable_outcome": "All trained", "planned_on": "2024-03-29"}
    async with ready.client() as stranger:
        calls = [
            await stranger.get(at),
            await stranger.get("/projects", params={"after": project}),
            await stranger.post(f"{at}/milestones", json=step),
            await stranger.post(f"{at}/milestones/{milestone}/reached", json={"reached_on": "2024-03-20"}),
            await stranger.post(
                f"{at}/milestones/{milestone}/reopened", json={"reopened_on": "2024-03-20", "reason": "No"}
            ),
            await stranger.post(f"{at}/completion", json={"completed_on": "2024-03-20"}),
            await stranger.post(f"{at}/withdrawal", json={"withdrawn_on": "2024-03-20", "reason": "No"}),
            await stranger.post(f"{at}/reopening", json={"reopened_on": "2024-03-20"}),
        ]
        assert (await stranger.get("/projects")).json() == {"projects": [], "next": None}
    for answer in calls:
        await refused(ready, answer, 404, "not-found")
    assert await ready.documents("projects") == before


async def test_only_project_leads_and_coordinators_come_in(ready: World) -> None:
    api = ready.tracker.api()
    assert unguarded(api) == []
    for roles, status in {
        "project_lead": 200,
        "coordinator": 200,
        "facilitator,participant,evaluator,ops": 403,
    }.items():
        async with ready.client(HERE, roles) as client:
            assert (await client.get("/projects")).status_code == status
            assert (await client.get("/places", params={"programme": PROGRAMME})).status_code == status


async def test_projects_are_listed_in_pages_and_by_filter(ready: World) -> None:
    async with ready.client() as client:
        kinds = ["fair-recruitment", "role-models", "role-models", "other", "role-models"]
        made = [(await opened(client, "person-olu", kind=kind))["project"] for kind in kinds]
        await client.post(f"/projects/{made[2]}/completion", json={"completed_on": "2024-05-01"})
        pages, after = [], {}
        while True:
            page = (await client.get("/projects", params={"limit": 2, **after})).json()
            pages.append([project["project"] for project in page["projects"]])
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        wanted = {"kind": "role-models", "status": "active", "programme": PROGRAMME, "cohort": "recap-2024"}
        some = (await client.get("/projects", params=wanted)).json()["projects"]
        none = (await client.get("/projects", params={"cohort": "another"})).json()["projects"]
        wrong = await client.get("/projects", params={"status": "lost"})
    assert pages == [made[:2], made[2:4], made[4:]]
    assert [project["project"] for project in some] == [made[1], made[4]]
    assert (none, wrong.status_code) == ([], 422)


async def test_no_event_carries_what_anybody_wrote_or_who_leads(ready: World) -> None:
    async with ready.client() as client:
        project = (await opened(client, "person-olu", title="Secret title"))["project"]
        await client.post(
            f"/projects/{project}/milestones",
            json={"title": "Secret step", "measurable_outcome": "Secret outcome", "planned_on": "2024-03-29"},
        )
        await client.post(
            f"/projects/{project}/withdrawal", json={"withdrawn_on": "2024-05-01", "reason": "Secret reason"}
        )
    rows = await ready.documents("outbox")
    assert len(rows) == 3
    assert not [row for row in rows if b"ecret" in row["value"] or b"person-olu" in row["value"]]
