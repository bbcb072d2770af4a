"""From events on a real broker to an evaluator's table: exact, accounted for, rebuilt (P3, P4, P5, P8)."""

import json
import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.evaluation.app import PROJECTIONS
from shared.events import Fact
from shared.projector import rebuild
from shared.stream.reader import read_all
from tests.integration.evaluation.world import World
from tests.unit.evaluation.plain_model import participation, projects
from tests.unit.evaluation.stories import (
    HERE,
    LEARNING_DAYS,
    THERE,
    attended,
    corrected,
    enrolled,
    erased,
    journal,
    milestone,
    missed,
    moved,
    project,
    voided,
    wire,
    withdrawn,
)

pytestmark = pytest.mark.delivery

ORGANISATIONS = (HERE, THERE, "council")


def of_people(number: int, chance: random.Random) -> list[Fact]:
    """One person's story; some move, withdraw or are erased."""
    who: dict[str, Any] = {"participant": f"p-{number}", "group": chance.choice("gh")}
    facts: list[Fact] = [enrolled(1, **who, commitment=LEARNING_DAYS)]
    facts += [
        attended(day, f"day-{day}", 60 * day, **who) if chance.random() < 0.7 else missed(day, f"day-{day}", **who)
        for day in range(1, 7)
    ]
    facts += [corrected(7, "day-1", "attended", 45, **who), voided(8, "day-2", **who)]
    facts += [journal(9, f"j-{number}", **who), journal(10, f"k-{number}", **who)]
    facts.append(journal(11, f"k-{number}", retracted=True, **who))
    if number % 4 == 0:
        facts.append(moved(2, THERE, participant=f"p-{number}"))
        facts.append(attended(12, "day-7", **who, organisation=THERE, kind="masterclass"))
    if number % 5 == 0:
        facts.append(withdrawn(3, **who, organisation=THERE if number % 4 == 0 else HERE))
    if number % 7 == 0:
        facts.append(erased(4, f"p-{number}"))
    return facts


def of_projects() -> list[Fact]:
    """Projects of two organisations with milestones early, late and reopened."""
    facts: list[Fact] = []
    for number, status in enumerate(("active", "queued", "completed", "withdrawn", "active")):
        which = {"project": f"pr-{number}", "organisation": ORGANISATIONS[number % 2]}
        facts += [project(1, "active", **which), project(2, status, **which)]
        facts += [milestone(3, f"m-{number}", date(2024, 6, 10), **which)]
        facts += [milestone(4, f"m-{number}", date(2024, 6, 10), reached_on=date(2024, 6, 8 + number), **which)]
        if number == 3:
            facts.append(milestone(5, f"m-{number}", date(2024, 6, 10), reopened=True, **which))
    return facts


def a_region() -> Sequence[Fact]:
    chance = random.Random(7)
    facts = [fact for number in range(1, 31) for fact in of_people(number, chance)] + of_projects()
    told = [fact for fact in facts for _ in range(chance.choice((1, 1, 1, 2)))]
    chance.shuffle(told)
    return told


async def test_figures_equal_the_plain_model_whatever_the_order_and_number_of_events(live: World) -> None:
    """P3, P4, P5, REC-2, REC-8, REC-16, REC-17."""
    facts = a_region()
    workers = live.parts.workers()
    async with live.running(workers):
        await live.say(facts)
        await live.settled(workers)
        assert await live.cells("participation", ORGANISATIONS) == participation(list(of(facts, "participant")))
        assert await live.cells("projects", ORGANISATIONS) == projects(list(of(facts, "project")))
    for name, heard in (("participation", of(facts, "participant")), ("projects", of(facts, "project"))):
        accounts = await getattr(live.parts.views, name).accounts()
        total = sum(sum(counts.values()) for counts in accounts.values())
        assert total == len(heard)
        assert sum(counts["skipped"] + counts["parked"] for counts in accounts.values()) == 0


def of(facts: Sequence[Fact], subject: str) -> Sequence[Fact]:
    return [fact for fact in facts if hasattr(fact, subject)]


async def test_an_answer_names_every_position_it_includes(live: World) -> None:
    """P5: what was counted can be told from the outside."""
    workers = live.parts.workers()
    async with live.running(workers):
        await live.say([enrolled(1), attended(1, "day-1"), attended(1, "day-1"), project(1, "active")])
        await live.settled(workers)
        table = await live.table("participation")
        positions = await live.table("positions")
    heard = {topic: sum(entry["offset"] for entry in told) for topic, told in table["as_of"]["positions"].items()}
    assert heard == {live.topics.events("enrolment"): 1, live.topics.events("engagement"): 2}
    assert table["as_of"]["time"] is not None
    assert positions["participation"] == table["as_of"]
    ((topic, (told,)),) = positions["projects"]["positions"].items()
    assert (topic, told["offset"]) == (live.topics.events("recap_tracker"), 1)


async def test_records_that_are_no_events_are_parked_with_their_bytes_and_others_go_on(live: World) -> None:
    """P5, P6, P7: parked, skipped and counted add up; the same person's next event is counted."""
    unknown = {**json.loads(wire(attended(1, "day-1"))), "type": "engagement.session.dreamt.v1"}
    invalid = {**json.loads(wire(attended(1, "day-1"))), "subject": "not an identifier"}
    told: list[Fact | tuple[str, str, bytes]] = [
        ("engagement", "p-1", b"{broken"),
        ("engagement", "p-1", json.dumps(unknown).encode()),
        ("engagement", "p-1", json.dumps(invalid).encode()),
        attended(2, "day-1", 30),
    ]
    workers = live.parts.workers()
    async with live.running(workers):
        await live.say(told)
        await live.settled(workers)
        assert await live.cells("participation", [HERE]) == {
            ("recap", "recap-2024", HERE, "g"): {
                "attended_at_least_once": 1,
                "sessions_attended": 1,
                "contact_minutes": 30,
            }
        }
    (counts,) = [
        counts for counts in (await live.parts.views.participation.accounts()).values() if any(counts.values())
    ]
    assert counts == {"applied": 1, "duplicate": 0, "skipped": 1, "parked": 2}
    assert live.broker is not None
    letters = await read_all(live.broker.url, live.topics.dead_letters("evaluation"))
    kept = {letter.value: letter.header("x-dlq-code") for letter in letters}
    assert kept == {told[0][2]: b"undecodable", told[2][2]: b"invalid"}  # type: ignore[index]
    assert len(letters) == 2


async def test_folding_the_log_from_zero_equals_live_for_every_projection(live: World) -> None:
    """P8, with people erased while their events were in flight; readers go on with the rebuilt figures."""
    workers = live.parts.workers()
    assert live.broker is not None
    async with live.running(workers):
        await live.say(a_region())
        await live.settled(workers)
        before = [await live.cells(name, ORGANISATIONS) for name in PROJECTIONS]
        for projection in PROJECTIONS.values():
            rebuilt = await rebuild(
                live.database,
                projection(),
                brokers=live.broker.url,
                topics=live.topics,
                progress=lambda done, total: None,
            )
            assert (rebuilt.flipped, list(rebuilt.different)) == (True, [])
        assert [await live.cells(name, ORGANISATIONS) for name in PROJECTIONS] == before
        await live.say([attended(50, "day-6", 1, participant="p-1"), project(9, "withdrawn", project="pr-0")])
        await live.settled(workers)
        after = [await live.cells(name, ORGANISATIONS) for name in PROJECTIONS]
    assert after[0] != before[0]
    assert after[1] != before[1]
