"""Every route with every role and organisation: nothing read or written across organisations (P12)."""

from typing import Any

import httpx
import pytest

from shared.web import demands, unguarded
from tests.integration.engagement.said import COHORT, DAY, HERE, MINUTES, SECOND_DAY, THERE, line, recorded
from tests.integration.engagement.world import World

ROLES = ("coordinator", "facilitator", "participant", "project_lead", "evaluator", "ops")
ANYBODY, STAFF = {"coordinator", "facilitator", "participant"}, {"coordinator", "facilitator"}
BASE = "/engagement/v1"
ALLOWED = {
    ("GET", f"{BASE}/cohorts/{{cohort}}/sessions"): ANYBODY,
    ("GET", f"{BASE}/cohorts/{{cohort}}/roster"): STAFF,
    ("PUT", f"{BASE}/sessions/{{session}}/register"): {"facilitator"},
    ("POST", f"{BASE}/sessions/{{session}}/register/voids"): {"facilitator"},
    ("GET", f"{BASE}/participants/{{participant}}/attendance"): ANYBODY,
    ("GET", f"{BASE}/attendance/queries"): {"coordinator"},
    ("POST", f"{BASE}/attendance/queries/{{query}}/resolution"): {"coordinator"},
    ("POST", f"{BASE}/attendance/queries/{{query}}/dismissal"): {"coordinator"},
    ("POST", f"{BASE}/journals"): {"participant"},
    ("GET", f"{BASE}/journals"): {"participant"},
    ("POST", f"{BASE}/journals/{{journal}}/retraction"): {"participant"},
}


async def calls(world: World) -> list[tuple[str, str, Any]]:
    """Return one call of every route that works for somebody of HERE."""
    await world.ready("p-0")
    await world.receives(recorded("r-1", "stranger", session=SECOND_DAY))
    (query,) = await world.queue()
    async with world.client("participant", HERE, "p-0") as client:
        entry = {"cohort": COHORT, "written_on": "2024-03-05", "text": "mine"}
        journal = (await client.post("/journals", json=entry)).json()["journal"]
    return [
        ("GET", f"/cohorts/{COHORT}/roster", None),
        ("PUT", f"/sessions/{DAY}/register", {"entries": [line("p-0")]}),
        ("POST", f"/sessions/{DAY}/register/voids", {"participants": ["p-0"]}),
        ("GET", "/participants/p-0/attendance", None),
        ("GET", "/attendance/queries", None),
        ("POST", f"/attendance/queries/{query['query']}/resolution", {"participant": "p-0"}),
        ("POST", f"/attendance/queries/{query['query']}/dismissal", {"reason": "not ours"}),
        ("POST", "/journals", entry),
        ("GET", "/journals", None),
        ("POST", f"/journals/{journal}/retraction", None),
    ]


async def test_every_route_demands_exactly_the_roles_that_are_written_here(world: World) -> None:
    api = world.engagement.api()
    assert {(one.method, one.path): set(one.roles or ()) for one in demands(api)} == ALLOWED
    assert unguarded(api) == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_that_is_not_named_is_forbidden_on_every_route(world: World, role: str) -> None:
    async with world.client(role, HERE, "p-0") as client:
        for (method, path), allowed in ALLOWED.items():
            place = path.removeprefix(BASE).format(
                cohort=COHORT, session=DAY, participant="p-0", query="q", journal="j"
            )
            answer = await client.request(method, place, json={})
            assert (answer.status_code == 403) is (role not in allowed), (method, path, answer.text)


async def test_without_a_token_nothing_answers(world: World) -> None:
    async with world.client(organisation="") as client:
        for method, path in ALLOWED:
            answer = await client.request(method, path.removeprefix(BASE), json={})
            assert answer.status_code == 401


async def test_nothing_is_read_or_written_across_organisations(world: World) -> None:
    """Somebody with every role at another trust calls every route about people of this one."""
    asked = await calls(world)
    before = [await world.documents(name) for name in ("learners", "statements", "journals", "outbox")]
    async with world.client(",".join(ROLES), THERE, "p-0") as client:
        answers = [await client.request(method, path, json=body) for method, path, body in asked]
    assert before == [await world.documents(name) for name in ("learners", "statements", "journals", "outbox")]
    empty = {"/attendance/queries": {"queries": [], "count": 0, "next": None}}
    empty[f"/cohorts/{COHORT}/roster"] = {"cohort": COHORT, "participants": [], "count": 0}
    for (_, path, _), answer in zip(asked, answers, strict=True):
        if path in empty and answer.status_code == 200:
            assert answer.json() == empty[path]
        else:
            assert answer.status_code in {404, 422}, (path, answer.text)
            assert answer.json()["code"] in _NOT_FOUND


_NOT_FOUND = {
    "not-on-register",
    "participant-not-known",
    "query-not-known",
    "account-not-linked",
}


async def test_within_the_organisation_every_one_of_these_calls_works(world: World) -> None:
    """The counterpart: the test above does not pass because the calls are wrong."""
    asked = await calls(world)
    async with world.client(",".join(ROLES), HERE, "p-0") as client:
        answers = [await client.request(method, path, json=body) for method, path, body in asked]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 200, 409, 201, 200, 200]


async def read(client: httpx.AsyncClient, participant: str) -> tuple[int, int | None]:
    answer = await client.get(f"/participants/{participant}/attendance")
    body = answer.json()
    return answer.status_code, len(body["sessions"]) if "sessions" in body else None


async def test_participants_read_their_own_attendance_only(world: World) -> None:
    await world.ready("p-0", "p-1")
    await world.receives(recorded("r-1", "p-0"))
    async with world.client("participant", HERE, "p-0") as client:
        assert await read(client, "p-0") == (200, 1)
        assert await read(client, "p-1") == (404, None)
    async with world.client("facilitator") as client:
        assert await read(client, "p-0") == (200, 1)
        assert await read(client, "p-1") == (200, 0)


async def test_sessions_and_rosters_read_well(world: World) -> None:
    """Sessions carry format and a lived-experience flag (MCR-1)."""
    await world.ready("p-1", "p-0")
    async with world.client() as client:
        sessions = (await client.get(f"/cohorts/{COHORT}/sessions")).json()
        roster = (await client.get(f"/cohorts/{COHORT}/roster")).json()
        nothing = [await client.get(f"/cohorts/mcr-1999/{what}") for what in ("sessions", "roster")]
    assert [(one["session"], one["held_on"], one["minutes"]) for one in sessions["sessions"]] == [
        (DAY, "2024-03-04", MINUTES),
        (SECOND_DAY, "2024-04-04", MINUTES),
    ]
    assert (roster["count"], [one["participant"] for one in roster["participants"]]) == (2, ["p-0", "p-1"])
    assert {answer.json()["code"] for answer in nothing} == {"cohort-not-known"}
