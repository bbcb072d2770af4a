from typing import Any

import pytest
from fastapi import FastAPI

from shared.auth import ROLES
from shared.mongo import Database
from shared.web import demands, unguarded
from tests.integration.enrolment.conftest import APPLICATION, ENROLMENT, Caller, person

COMMANDS: list[tuple[str, Any]] = [
    ("participants/{participant}/applications", {**APPLICATION, "cohort": "mcr-2023", "group": "acute-trust"}),
    ("participants/{participant}/enrolments", ENROLMENT),
    ("participants/{participant}/withdrawals", {"cohort": "recap-2024", "withdrawn_on": "2024-03-04", "reason": "x"}),
    ("participants/{participant}/moves", {"organisation": "RM3", "moved_on": "2024-03-04"}),
    ("participants/{participant}/erasure", None),
]
ROUTES = [
    ("GET", "programmes", None),
    ("GET", "cohorts/mcr-2023", None),
    ("POST", "participants", person()),
    ("GET", "participants/{participant}", None),
    *(("POST", path, body) for path, body in COMMANDS),
    ("GET", "erasures/{participant}", None),
]


def test_every_route_demands_a_coordinator(api: FastAPI) -> None:
    """P12."""
    assert unguarded(api) == []
    assert {demand.roles for demand in demands(api)} == {frozenset({"coordinator"})}
    assert len(demands(api)) == len(ROUTES)


@pytest.mark.parametrize("role", sorted(ROLES - {"coordinator"}))
async def test_no_other_role_reads_or_changes_anything(caller: Caller, database: Database, role: str) -> None:
    """P12."""
    participant = await caller.enrolled()
    before = database.transactions
    for method, path, body in ROUTES:
        answer = await caller.at("R0A", role).send(method, path.format(participant=participant), body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path
    assert database.transactions == before


async def test_another_organisation_finds_nobody_and_changes_nothing(caller: Caller, database: Database) -> None:
    """P12: not found rather than forbidden, and word for word as for somebody who does not exist."""
    participant = await caller.enrolled()
    before = database.transactions
    stranger = caller.at("RM3")
    assert (await stranger.get(f"participants/{participant}")).status_code == 404
    for path, body in COMMANDS:
        theirs = await stranger.post(path.format(participant=participant), body)
        nobodys = await stranger.post(path.format(participant="nobody"), body)
        assert theirs.status_code == nobodys.status_code == 404, path
        assert theirs.json()["detail"].replace(participant, "nobody") == nobodys.json()["detail"]
    assert database.transactions == before


async def test_an_organisation_that_the_region_does_not_know_registers_nobody(caller: Caller) -> None:
    answer = await caller.at("ZZZ").post("participants", person())
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-organisation")


async def test_programmes_and_cohorts_are_shown_with_their_rules_and_sessions(caller: Caller) -> None:
    """MCR-1, MCR-25, REC-8."""
    shown = {entry["programme"]: entry for entry in (await caller.get("programmes")).json()}
    assert shown["recap"]["commitment"] == {"kind": "learning_day", "of": 6, "required": 5}
    assert shown["recap"]["cohorts"] == ["recap-2024"]
    assert [rule["requirement"] for rule in shown["recap"]["rules"]][:2] == ["REC-8", "REC-9"]
    cohort = (await caller.get("cohorts/mcr-2023")).json()
    assert cohort["contact_minutes"] == 1320
    assert cohort["stated"]["duration"]["months"] == 9
    assert cohort["sessions"][0]["starts_at"] == "2023-09-18T09:00:00Z"
    assert (await caller.get("cohorts/none")).status_code == 404
