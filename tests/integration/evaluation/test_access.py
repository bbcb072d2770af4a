"""Who may read what: every route, every role, every organisation (P12), and a reference that reads well."""

import asyncio
from typing import Any

import pytest

from services.evaluation.app import PROJECTIONS
from shared.auth import ROLES
from shared.events import Fact
from shared.projector.storage import Storage
from shared.web import demands, unguarded
from tests.integration.evaluation.world import World
from tests.unit.evaluation.stories import HERE, THERE, attended, enrolled, milestone, project, wire

ROUTES = ("participation", "projects", "positions")
OWN = {
    "participation": {HERE: "enrolled", THERE: "enrolled"},
    "projects": {HERE: "active", THERE: "queued"},
}
"""A figure of one that each organisation has."""


async def fold(world: World, name: str, *facts: Fact) -> None:
    """Write what a projector would have written after these facts, all in one partition."""
    projection = PROJECTIONS[name]()
    storage = Storage(world.database, projection, "1")
    await storage.prepare()
    partition = await storage.take(0)
    for offset, fact in enumerate(facts):
        partition.fold(fact.topic, [Lying(offset, fact)])
    partition.count()
    await storage.checkpoint([partition])


class Lying:
    """A record on a topic."""

    partition = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()

    def __init__(self, offset: int, fact: Fact) -> None:
        self.offset, self.topic, self.value = offset, fact.topic, wire(fact)


async def test_every_route_demands_an_evaluator(world: World) -> None:
    """P12."""
    api = world.parts.api()
    assert unguarded(api) == []
    assert {(demand.method, demand.path) for demand in demands(api)} == {
        ("GET", f"/evaluation/v1/{route}") for route in ROUTES
    }
    assert {demand.roles for demand in demands(api)} == {frozenset({"evaluator"})}


@pytest.mark.parametrize("role", sorted(ROLES - {"evaluator"}))
async def test_no_other_role_reads_anything(world: World, role: str) -> None:
    """P12."""
    async with world.asking(HERE, role) as http:
        for route in ROUTES:
            answer = await http.get(f"/{route}")
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_nobody_reads_anything_without_a_token(world: World) -> None:
    """P12."""
    async with world.asking() as http:
        for route in ROUTES:
            assert (await http.get(f"/{route}", headers={"Authorization": ""})).status_code == 401


async def test_an_organisation_reads_its_own_rows_and_no_other(world: World) -> None:
    """P12: no parameter reaches across, known or unknown."""
    await fold(world, "participation", enrolled(1), enrolled(1, participant="p-2", organisation=THERE))
    await fold(world, "projects", project(1, "active"), project(1, "queued", project="pr-2", organisation=THERE))
    for route, figures in OWN.items():
        for organisation, figure in figures.items():
            for reach in ({}, {"organisation": THERE}, {"organisation": HERE}, {"key.organisation": THERE}):
                table = await world.table(route, organisation, **reach)
                assert table["organisation"] == organisation
                assert [row["figures"][figure] for row in table["rows"]] == [1]
        assert (await world.table(route, "council"))["rows"] == []


async def test_rows_are_sorted_and_can_be_limited_to_a_programme_or_cohort(world: World) -> None:
    """Figures are asked for by programme and cohort."""
    mcr = {"programme": "mcr", "cohort": "mcr-2023"}
    facts = [enrolled(1, participant="a", group="z"), enrolled(1, participant="b", **mcr), enrolled(1, participant="c")]
    await fold(world, "participation", *facts)

    async def keys(**wanted: str) -> list[tuple[Any, ...]]:
        rows = (await world.table("participation", **wanted))["rows"]
        return [(row["programme"], row["cohort"], row["group"]) for row in rows]

    recap = [("recap", "recap-2024", "g"), ("recap", "recap-2024", "z")]
    assert await keys() == [("mcr", "mcr-2023", "g"), *recap]
    assert await keys(programme="recap") == recap
    assert await keys(cohort="mcr-2023") == [("mcr", "mcr-2023", "g")]
    assert await keys(programme="mcr", cohort="recap-2024") == []


async def test_a_question_that_is_no_name_is_refused(world: World) -> None:
    """No client value becomes an operator of a query."""
    async with world.asking() as http:
        for value in ("", "$ne", "a b", "x" * 129, '{"$gt": ""}'):
            answer = await http.get("/participation", params={"programme": value})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_figures_of_several_partitions_are_summed_and_noughts_are_said(world: World) -> None:
    """P4: cells are absolute per partition and summed when read."""
    planned = milestone(2, name="m-1")
    await fold(world, "projects", project(1, "active"), planned)
    storage = Storage(world.database, PROJECTIONS["projects"](), "1")
    other = await storage.take(1)
    other.fold("recap_tracker.events", [Lying(0, project(1, "active", project="pr-9"))])
    other.count()
    await storage.checkpoint([other])
    (row,) = (await world.table("projects"))["rows"]
    assert row == {
        "programme": "recap",
        "cohort": "recap-2024",
        "figures": {
            "active": 2,
            "queued": 0,
            "completed": 0,
            "withdrawn": 0,
            "milestones_planned": 1,
            "milestones_reached": 0,
            "days_ahead_total": 0,
        },
    }


async def test_questions_side_by_side_get_the_same_answer(world: World) -> None:
    """Reading changes nothing."""
    await fold(world, "participation", enrolled(1), attended(1, "day-1"))
    before = world.database.transactions
    answers = await asyncio.gather(*(world.table("participation") for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert world.database.transactions == before


async def test_every_operation_and_every_figure_says_what_it_means(world: World) -> None:
    """The reference reads well: summaries, descriptions and units."""
    reference = world.parts.api().openapi()
    for path, item in reference["paths"].items():
        for operation in item.values():
            assert operation["summary"], path
            assert operation["description"].endswith("Needs one of the roles: evaluator."), path
            assert operation["responses"]["200"]["description"] != "Successful Response", path
    for table in ("ParticipationFigures", "ProjectFigures"):
        for name, figure in reference["components"]["schemas"][table]["properties"].items():
            assert figure.get("description") or name in {"completed", "withdrawn"}, name
