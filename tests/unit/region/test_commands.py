"""Acts as requests: every act has one, in the right hands, with the platform's ids and never the region's keys."""

import json

import pytest

from deploy.local.region.acts import Act, PlanMilestone, RegisterPerson, StartProject, WriteJournal
from deploy.local.region.catalogue import read_catalogue
from deploy.local.region.commands import Commands
from deploy.local.region.ledger import Ledger
from deploy.local.region.records import Published
from deploy.local.region.size import Size
from deploy.local.region.world import World, build_world

ROLES = {
    "enrolment": {"coordinator"},
    "engagement": {"facilitator", "participant"},
    "recap_tracker": {"project_lead"},
}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(read_catalogue(), Size(people=60, organisations=4))


def answer(act: Act, number: int) -> dict[str, str]:
    names = {
        RegisterPerson: "participant",
        WriteJournal: "journal",
        StartProject: "project",
        PlanMilestone: "milestone",
    }
    return {names.get(type(act), "receipt"): f"id-{number}"}


def test_every_act_of_a_region_is_a_request_of_the_right_clerk(world: World) -> None:
    commands = Commands(world.people, Ledger())
    for number, act in enumerate(act for act in world.acts() if not isinstance(act, Published)):
        request = commands.request(act, f"act-{number}")
        service = request.path.split("/")[1]
        assert request.who.organisation == act.organisation
        assert request.who.role in ROLES[service]
        assert request.method in {"POST", "PUT"}
        commands.learn(act, answer(act, number))


def test_the_region_s_own_keys_never_reach_the_platform(world: World) -> None:
    commands = Commands(world.people, Ledger())
    keys = {*world.people, *(act.project for act in world.acts() if isinstance(act, StartProject))}
    for number, act in enumerate(act for act in world.acts() if not isinstance(act, Published)):
        request = commands.request(act, f"act-{number}")
        values = set(request.path.split("/")) | _strings(request.body)
        assert not values & keys
        commands.learn(act, answer(act, number))


def _strings(body: object) -> set[str]:
    if isinstance(body, dict):
        return set().union(*(_strings(value) for value in body.values()), set())
    if isinstance(body, list):
        return set().union(*(_strings(value) for value in body), set())
    return {body} if isinstance(body, str) else {json.dumps(body)}
