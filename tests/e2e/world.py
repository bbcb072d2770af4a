"""A little of everything at one organisation, made through the public doors: what another must not reach."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from tests.e2e.conftest import Caller, until

SESSION = "mcr-2023-a1"
Callers = dict[tuple[str, str], Caller]


@dataclass
class World:
    """The ids of what R0A has."""

    callers: Callers
    ids: dict[str, str] = field(default_factory=dict)

    def at(self, role: str, organisation: str = "R0A") -> Caller:
        return self.callers[organisation, role]

    def everything(self) -> dict[str, Any]:
        """What R0A's own people see of all of it."""
        person, project = self.ids["participant"], self.ids["project"]
        seen = {
            "person": self.at("coordinator").ok("GET", f"/enrolment/v1/participants/{person}"),
            "attendance": self.at("facilitator").ok("GET", f"/engagement/v1/participants/{person}/attendance"),
            "roster": self.at("facilitator").ok("GET", "/engagement/v1/cohorts/mcr-2023/roster"),
            "queries": self.at("coordinator").ok("GET", "/engagement/v1/attendance/queries"),
            "journals": self.at("participant").ok("GET", "/engagement/v1/journals"),
            "project": self.at("project_lead").ok("GET", f"/recap_tracker/v1/projects/{project}?on=2024-06-01"),
            "figures": self.at("evaluator").ok("GET", "/evaluation/v1/participation")["rows"],
            "projects": self.at("evaluator").ok("GET", "/evaluation/v1/projects")["rows"],
        }
        return dict(seen)


def make(stack: Stack, callers: Callers) -> World:
    """Make R0A's world and wait until every service knows it."""
    world = World(callers)
    coordinator, facilitator = world.at("coordinator"), world.at("facilitator")
    world.ids["participant"] = person = _person(coordinator)
    roster = "/engagement/v1/cohorts/mcr-2023/roster"
    until(lambda: person in facilitator("GET", roster).text, "the roster names the person")
    entries = {"entries": [{"participant": person, "status": "attended", "minutes": 100}]}
    facilitator.ok("PUT", f"/engagement/v1/sessions/{SESSION}/register", entries)
    text = {"cohort": "mcr-2023", "written_on": "2023-10-01", "text": "what I learned"}
    journal = until(lambda: _created(world.at("participant"), "/engagement/v1/journals", text), "the account is known")
    world.ids["journal"] = journal["journal"]
    asyncio.run(publish(stack, "R0A", record("unmatched-1", "nobody-known")))
    queries = "/engagement/v1/attendance/queries"
    world.ids["query"] = until(lambda: coordinator.ok("GET", queries)["queries"], "the query waits")[0]["query"]
    _project(world)
    world.ids["receipt"] = _erased(coordinator)
    figures = "/evaluation/v1/participation?programme=mcr"
    until(lambda: '"journals_submitted":1' in world.at("evaluator")("GET", figures).text, "the figures are there")
    projects = "/evaluation/v1/projects"
    until(lambda: '"milestones_planned":1' in world.at("evaluator")("GET", projects).text, "the project is counted")
    return world


def _person(coordinator: Caller, account: str = "participant-of-R0A") -> str:
    body = {
        "given_name": "Amina",
        "family_name": "Canary",
        "email": f"{account}@example.org",
        "identifiers": [{"system": "account", "value": account}, {"system": "staff-number", "value": account}],
    }
    person: str = coordinator.ok("POST", "/enrolment/v1/participants", body)["participant"]
    programmes = {each["programme"]: each for each in coordinator.ok("GET", "/enrolment/v1/programmes")}
    for programme, cohort in (("mcr", "mcr-2023"), ("recap", "recap-2024")):
        group = programmes[programme]["groups"][0]["group"]
        path = f"/enrolment/v1/participants/{person}"
        coordinator.ok("POST", f"{path}/applications", {"cohort": cohort, "group": group, "applied_on": "2023-07-01"})
        coordinator.ok("POST", f"{path}/enrolments", {"cohort": cohort, "enrolled_on": "2023-08-01"})
    return person


def _created(caller: Caller, path: str, body: object) -> Any:
    answer = caller("POST", path, body)
    return answer.json() if answer.status_code == 201 else None


def _project(world: World) -> None:
    body = {
        "title": "Fair recruitment",
        "cohort": "recap-2024",
        "lead": world.ids["participant"],
        "aims": ["reduce-racial-inequality"],
        "kind": "fair-recruitment",
        "scope": "day-role",
        "scale": "local",
        "wres_indicators": [2],
        "started_on": "2024-01-20",
    }
    lead = world.at("project_lead")
    project = until(lambda: _created(lead, "/recap_tracker/v1/projects", body), "the tracker knows the lead")
    world.ids["project"] = project["project"]
    plan = {"title": "Panels", "measurable_outcome": "All panels are mixed", "planned_on": "2024-05-01"}
    planned = lead.ok("POST", f"/recap_tracker/v1/projects/{project['project']}/milestones", plan)
    world.ids["milestone"] = planned["milestone"]


def _erased(coordinator: Caller) -> str:
    person = _person(coordinator, "to-be-erased")
    receipt: str = coordinator.ok("POST", f"/enrolment/v1/participants/{person}/erasure")["receipt"]
    path = f"/enrolment/v1/erasures/{receipt}"
    until(lambda: coordinator.ok("GET", path)["complete"], "every service confirmed the erasure")
    return receipt


def record(identity: str, person: str, **more: object) -> bytes:
    """An attendance record in our own dialect."""
    data = {"person": {"system": "staff-number", "value": person}, "session": SESSION, "status": "attended"}
    event = {
        "specversion": "1.0",
        "id": identity,
        "source": "/badges",
        "type": "attendance.recorded.v1",
        "time": datetime.now(UTC).isoformat(),
        "data": {**data, "minutes": 60, **more},
    }
    return json.dumps(event).encode()


async def publish(stack: Stack, organisation: str, *values: bytes, key: bytes = b"person") -> None:
    """Publish records as an organisation's system does."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.broker.url, acks="all")
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(stack.topics.attendance(organisation), key=key, value=value)
    finally:
        await producer.stop()
