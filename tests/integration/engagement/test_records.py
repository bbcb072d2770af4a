"""Records of other systems: two dialects, any order, once each."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from services.engagement.handlers.desk import Desk
from services.engagement.store import Reading
from shared.clock import now
from shared.errors import PoisonError
from tests.integration.engagement.said import (
    DAY,
    HERE,
    SECOND_DAY,
    THERE,
    identified,
    moved,
    recorded,
    statement,
    voided,
    withdrawn,
)
from tests.integration.engagement.world import World

VOID_STATEMENT: dict[str, Any] = {
    "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
    "object": {"objectType": "StatementRef", "id": "s-1"},
    "result": None,
}


async def refused(world: World, body: object, organisation: str = HERE) -> str:
    """Return the code with which a record is parked; nothing may have been saved."""
    before = world.database.transactions
    with pytest.raises(PoisonError) as error:
        await world.receives(body, organisation)
    assert world.database.transactions == before
    return error.value.code


async def test_both_dialects_count_and_the_later_of_two_systems_prevails(world: World) -> None:
    """Attendance reported by two systems (traps)."""
    await world.ready("p-0")
    before = world.database.transactions
    await world.receives(recorded("r-1", "p-0"))
    await world.receives(statement("s-1", "P-0 "))
    assert world.database.transactions == before + 2
    assert await world.status("p-0") == ("attended", 240)
    first, second = await world.said("p-0")
    assert first.data.model_dump(exclude={"contact_minutes"}) == {
        "participant": "p-0",
        "session": DAY,
        "cohort": "recap-2024",
        "programme": "recap",
        "organisation": HERE,
        "group": "nhs-providers",
        "kind": "learning_day",
        "held_on": date(2024, 3, 4),
        "version": 2,
    }
    assert second.type == "engagement.session.attendance_corrected.v1"


async def test_a_statement_that_is_not_completed_means_missed_and_its_void_takes_it_back(world: World) -> None:
    """`completion=false`; corrections arrive as voids (traps)."""
    await world.ready("p-0")
    await world.receives(statement("s-1", "p-0", result={"completion": False}))
    assert await world.status("p-0") == ("missed", 0)
    await world.receives(statement("v-1", "p-0", **VOID_STATEMENT))
    assert await world.status("p-0") == ("voided", 0)
    assert [kind for kind, _ in await world.told("p-0")] == ["missed", "attendance_voided"]


async def test_a_void_before_its_original_leaves_nothing_to_tell(world: World) -> None:
    """A void before its original (traps)."""
    await world.ready("p-0")
    await world.receives(statement("v-1", "p-0", **VOID_STATEMENT))
    await world.receives(statement("s-1", "p-0"))
    assert await world.status("p-0") is None
    assert await world.said("p-0") == []
    assert await world.queue() == []


Race = Callable[[World, Desk | None], Any]


@pytest.mark.parametrize(
    ("first", "meanwhile"),
    [(recorded("r-1", "p-0"), voided("r-1")), (voided("r-1"), recorded("r-1", "p-0"))],
    ids=["the void comes while the record is saved", "the record comes while the void is saved"],
)
async def test_a_record_and_its_void_at_the_same_time_leave_nothing_standing(
    world: World, first: dict[str, Any], meanwhile: dict[str, Any]
) -> None:
    """A record and its void always write the same document: neither can miss the other."""
    await world.ready("p-0")
    await world.receives(first, desk=world.interrupted(lambda: world.receives(meanwhile)))
    assert await world.status("p-0") in (None, ("voided", 0))


@pytest.mark.parametrize(
    ("first", "meanwhile"),
    [(recorded("r-1", "stranger"), voided("r-1")), (voided("r-1"), recorded("r-1", "stranger"))],
)
async def test_a_record_about_nobody_and_its_void_at_the_same_time_leave_nothing_waiting(
    world: World, first: dict[str, Any], meanwhile: dict[str, Any]
) -> None:
    await world.ready("p-0")
    await world.receives(first, desk=world.interrupted(lambda: world.receives(meanwhile)))
    assert await world.queue() == []


async def test_the_same_record_again_is_a_duplicate_and_with_another_body_a_conflict(world: World) -> None:
    """(source, id) deduplicated, conflicts parked."""
    await world.ready("p-0")
    body = recorded("r-1", "p-0")
    await world.receives(body)
    again = await world.receives(body)
    assert again.skipped
    assert await again.handled_before() is not None
    assert await refused(world, {**body, "data": {**body["data"], "minutes": 5}}) == "conflict"
    assert await world.status("p-0") == ("attended", 300)


async def test_another_body_is_a_conflict_after_the_inbox_has_forgotten_the_record(world: World) -> None:
    """(source, id) deduplicated, conflicts parked."""
    await world.ready("p-0")
    body = recorded("r-1", "p-0")
    await world.receives(body)
    await world.database.collection("inbox").delete_many({})
    assert (await world.receives(body)).skipped
    assert await refused(world, {**body, "data": {**body["data"], "minutes": 5}}) == "conflict"
    assert await world.status("p-0") == ("attended", 300)


async def test_the_same_id_from_another_source_or_organisation_is_another_record(world: World) -> None:
    await world.ready("p-0")
    await world.ready("p-there", organisation=THERE)
    await world.receives(recorded("r-1", "p-0", minutes=10))
    await world.receives(recorded("r-1", "p-0", minutes=20, after=1, source="gate"))
    await world.receives(recorded("r-1", "p-there", minutes=30), THERE)
    await world.receives(voided("r-1"), THERE)
    assert await world.status("p-0") == ("attended", 20)
    assert await world.status("p-there") == ("voided", 0)


async def test_each_kind_of_bad_record_is_parked_with_its_code(world: World) -> None:
    await world.ready("p-0")
    old = (now() - timedelta(days=14)).isoformat()
    codes = {
        "undecodable": b"\xff\x00 not json",
        "unknown-dialect": {"hello": "world"},
        "invalid": recorded("r-2", "p-0", minutes="many"),
        "wrong-organisation": recorded("r-3", "p-0", organisation=THERE),
        "unknown-session": recorded("r-4", "p-0", session="recap-1999-day-1"),
        "too-old": recorded("r-5", "p-0", time=old),
        "from-the-future": recorded("r-6", "p-0", time=(now() + timedelta(days=2)).isoformat()),
    }
    assert {await refused(world, body) for body in codes.values()} == set(codes)
    for code, body in codes.items():
        assert await refused(world, body) == code
    assert await world.status("p-0") is None


async def test_a_statement_is_as_old_as_when_it_was_stored(world: World) -> None:
    """In the Jisc profile `timestamp` is when the session began, which may be months ago."""
    await world.ready("p-0")
    await world.receives(statement("s-1", "p-0", timestamp="2023-01-01T00:00:00Z"))
    assert await world.status("p-0") == ("attended", 240)
    stored = (now() - timedelta(days=14)).isoformat()
    assert await refused(world, statement("s-2", "p-0", stored=stored)) == "too-old"


async def test_what_was_done_before_a_move_stays_with_the_old_trust(world: World) -> None:
    """The same person moving trust (traps): register at the old trust, record and correction at the new one."""
    await world.ready("p-0")
    await world.receives(recorded("r-1", "p-0"))
    await world.hears(moved("p-0", date(2024, 3, 20)))
    await world.hears(identified("p-0", THERE, 2))
    await world.receives(recorded("r-2", "p-0", minutes=100, after=1), THERE)
    await world.receives(recorded("r-3", "p-0", session=SECOND_DAY), THERE)
    assert await world.status("p-0") == ("attended", 100)
    said = [(one.data.model_dump()["session"], one.organisation) for one in await world.said("p-0")]
    assert said == [(DAY, HERE), (DAY, HERE), (SECOND_DAY, THERE)]


async def test_a_withdrawn_person_keeps_what_came_before_and_nothing_counts_after(world: World) -> None:
    await world.ready("p-0")
    await world.hears(withdrawn("p-0", date(2024, 3, 20)))
    await world.receives(recorded("r-1", "p-0"))
    await world.receives(recorded("r-2", "p-0", session=SECOND_DAY))
    assert await world.status("p-0") == ("attended", 300)
    (query,) = await world.queue()
    assert (query["record"], query["why"], query["participant"]) == ("r-2", "not-on-roster", "p-0")


async def test_records_of_one_moment_share_questions_and_transactions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cost of a reaction, gated: thirty records at once take five questions and two transactions at most."""
    people = [f"p-{number}" for number in range(30)]
    await world.ready(*people)
    asked: list[str] = []
    find = Reading.find

    async def counted(reading: Reading, collection: str, query: Mapping[str, Any]) -> list[Any]:
        asked.append(collection)
        return await find(reading, collection, query)

    monkeypatch.setattr(Reading, "find", counted)
    before = world.database.transactions
    await asyncio.gather(*[world.receives(recorded(f"record-{person}", person)) for person in people])
    assert len(asked) <= 5, asked
    assert world.database.transactions - before <= 2
    assert [await world.told(person) for person in people] == [[("attended", 2)]] * len(people)


async def test_a_cohort_that_cannot_be_read_fails_only_records_of_its_own_sessions(world: World) -> None:
    """P6: a newer release wrote it, with a kind of contact that this one does not know."""
    people = [f"p-{number}" for number in range(5)]
    await world.ready(*people)
    (cohort,) = await world.documents("cohorts")
    newer = {**cohort["sessions"][0], "session": "newer", "kind": "podcast"}
    await world.database.collection("cohorts").insert_one({**cohort, "_id": "newer", "sessions": [newer]})
    said = [recorded(f"record-{person}", person) for person in people]
    said.insert(2, recorded("record", "p-0", session="newer"))
    answers = await asyncio.gather(*map(world.receives, said), return_exceptions=True)
    assert [type(one).__name__ for one in answers if isinstance(one, Exception)] == ["ValidationError"]
    assert [await world.told(person) for person in people] == [[("attended", 2)]] * len(people)
