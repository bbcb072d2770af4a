"""Every route, every role, two organisations: nothing is read or written across them (P12)."""

import json
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from deploy.local.stack import Stack
from shared.topics import SERVICES
from tests.e2e import world as worlds
from tests.e2e.conftest import ROLES
from tests.e2e.world import SESSION, Callers, World

DESCRIBED = Path(__file__).parents[2] / "docs" / "openapi"
OF_NOBODY = {"/enrolment/v1/programmes", "/enrolment/v1/cohorts/{cohort}", "/engagement/v1/cohorts/{cohort}/sessions"}
"""What everybody may read: the catalogue. It says nothing of any organisation's people."""
OWN_ONLY = {
    "GET /engagement/v1/cohorts/{cohort}/roster",
    "GET /engagement/v1/attendance/queries",
    "GET /engagement/v1/journals",
    "GET /recap_tracker/v1/projects",
    "GET /recap_tracker/v1/places",
    "GET /recap_tracker/v1/places/decisions",
    "GET /evaluation/v1/participation",
    "GET /evaluation/v1/projects",
    "GET /evaluation/v1/positions",
    "POST /enrolment/v1/participants",
}
"""What answers with the caller's own: asked by somebody else it must not name anything of R0A's."""


def operations() -> list[tuple[str, str, frozenset[str]]]:
    found = []
    for service in SERVICES:
        for path, methods in json.loads((DESCRIBED / f"{service}.json").read_text())["paths"].items():
            found += [(method.upper(), path, frozenset(said["x-roles"])) for method, said in methods.items()]
    return found


@pytest.fixture(scope="module")
def world(stack: Stack, callers: Callers) -> World:
    return worlds.make(stack, callers)


def concrete(path: str, world: World) -> str:
    known = {**world.ids, "cohort": "mcr-2023", "session": SESSION}
    return path.format(**known) + ("?programme=recap" if path.endswith(("/places", "/decisions")) else "")


def body_for(path: str, world: World) -> Any:
    """A body that R0A could send: only whose it is stands in the way."""
    person = world.ids["participant"]
    last = path.rpartition("/")[2]
    return {
        "participants": {"given_name": "A", "family_name": "B", "email": "a@b.example", "identifiers": []},
        "applications": {"cohort": "mcr-2023", "group": "g", "applied_on": "2023-07-01"},
        "enrolments": {"cohort": "mcr-2023", "enrolled_on": "2023-08-01"},
        "withdrawals": {"cohort": "mcr-2023", "withdrawn_on": "2023-11-01", "reason": "no time"},
        "moves": {"organisation": "RM3", "moved_on": "2023-11-01"},
        "register": {"entries": [{"participant": person, "status": "missed"}]},
        "voids": {"participants": [person]},
        "resolution": {"participant": person},
        "dismissal": {"reason": "not ours"},
        "journals": {"cohort": "mcr-2023", "written_on": "2023-10-02", "text": "text"},
        "projects": {
            "title": "T",
            "cohort": "recap-2024",
            "lead": person,
            "aims": ["reduce-racial-inequality"],
            "kind": "other",
            "scope": "day-role",
            "scale": "local",
            "wres_indicators": [],
            "started_on": "2024-01-20",
        },
        "completion": {"completed_on": "2024-06-01"},
        "withdrawal": {"withdrawn_on": "2024-06-01", "reason": "no time"},
        "reopening": {"reopened_on": "2024-06-01"},
        "milestones": {"title": "T", "measurable_outcome": "O", "planned_on": "2024-06-01"},
        "reached": {"reached_on": "2024-05-01"},
        "reopened": {"reopened_on": "2024-05-02", "reason": "not yet"},
    }.get(last)


def test_every_route_names_who_may_use_it() -> None:
    assert len(operations()) >= 30
    assert [f"{method} {path}" for method, path, roles in operations() if not roles] == []


def test_a_role_that_may_not_is_told_so_and_nobody_is_let_in_without_a_token(world: World, stack: Stack) -> None:
    before = world.everything()
    for method, path, allowed in operations():
        address = concrete(path, world)
        for role in set(ROLES) - allowed:
            answer = world.at(role)(method, address, body_for(path, world))
            assert answer.status_code == 403, f"{role} {method} {path}: {answer.status_code} {answer.text}"
            assert answer.headers["content-type"] == "application/problem+json"
        nobody = httpx.request(method, stack.origin + address, json=body_for(path, world), trust_env=False)
        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated"), f"{method} {path}"
    assert world.everything() == before


def test_nothing_of_one_organisation_is_read_or_written_by_another(world: World) -> None:
    """P12: not found rather than forbidden, in every role that the route allows."""
    before = world.everything()
    secrets = [*world.ids.values(), "Canary", "what I learned"]
    for method, path, allowed in operations():
        for role in allowed:
            if path in OF_NOBODY:
                continue
            answer = world.at(role, "RM3")(method, concrete(path, world), body_for(path, world))
            case = f"{role} of RM3: {method} {path}: {answer.status_code} {answer.text}"
            asked = concrete(path, world)
            found = [secret for secret in secrets if secret in answer.text and secret not in asked]
            if f"{method} {path}" in OWN_ONLY:
                assert not found, case
            else:
                assert answer.status_code in {404, 409, 422}, case
                assert not [secret for secret in ("Canary", "what I learned") if secret in answer.text], case
    assert world.everything() == before


def test_the_catalogue_is_the_same_for_everybody_and_names_no_person(world: World) -> None:
    for path in OF_NOBODY:
        role = "coordinator"
        ours, theirs = (world.at(role, code)("GET", concrete(path, world)) for code in ("R0A", "RM3"))
        assert ours.status_code == 200
        assert ours.json() == theirs.json()
        assert world.ids["participant"] not in ours.text


def test_a_body_cannot_choose_the_organisation(world: World) -> None:
    body = {**body_for("participants", world), "organisation": "R0A"}
    answer = world.at("coordinator", "RM3")("POST", "/enrolment/v1/participants", body)
    assert answer.status_code == 422
    assert "organisation" in answer.text


def test_a_token_that_nobody_issued_lets_nobody_in(world: World, stack: Stack) -> None:
    forged = jwt.encode(
        {
            "iss": stack.provider.issuer,
            "aud": "groundswell",
            "sub": "x",
            "organisation": "R0A",
            "roles": ["coordinator"],
        },
        "a shared secret that is long enough for the algorithm",
        algorithm="HS256",
    )
    for token in (forged, "not.a.token", "e30.e30."):
        answer = httpx.get(
            f"{stack.origin}/enrolment/v1/programmes",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        assert answer.status_code == 401, token
