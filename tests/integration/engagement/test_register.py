"""A facilitator's register: one transaction, all or nothing, and it prevails."""

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from shared.outbox import Because, Change, StoreDoor
from tests.integration.engagement.said import DAY, HERE, MINUTES, THERE, line, recorded, withdrawn
from tests.integration.engagement.world import World

REGISTER = f"/sessions/{DAY}/register"
PEOPLE = [f"p-{number}" for number in range(40)]


async def test_a_register_of_many_people_is_one_transaction_and_one_event_each(world: World) -> None:
    """Exactly one transaction per accepted command; a register is one command with many entries, as on paper."""
    await world.ready(*PEOPLE)
    before = world.database.transactions
    entries = [line(person, "missed" if person == "p-0" else "attended") for person in PEOPLE]
    async with world.client() as client:
        answer = await client.put(REGISTER, json={"entries": entries})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 40})
    assert world.database.transactions == before + 1
    said = await world.said()
    assert len(said) == 40
    assert {(one.organisation, one.data.version) for one in said} == {(HERE, 2)}
    assert await world.status("p-0") == ("missed", 0)
    assert await world.status("p-1") == ("attended", MINUTES)


async def test_the_same_register_again_needs_no_transaction_and_tells_nothing(world: World) -> None:
    await world.ready("p-0", "p-1")
    body = {"entries": [line("p-0"), line("p-1", "attended", 90)]}
    async with world.client() as client:
        await client.put(REGISTER, json=body)
        before = world.database.transactions
        again = await client.put(REGISTER, json=body)
        partly = await client.put(REGISTER, json={"entries": [line("p-0"), line("p-1", "attended", 91)]})
    assert (again.status_code, partly.status_code) == (200, 200)
    assert world.database.transactions == before + 1
    assert await world.told("p-0") == [("attended", 2)]
    assert await world.told("p-1") == [("attended", 2), ("attendance_corrected", 3)]


async def test_a_register_sent_again_under_its_key_is_answered_and_takes_effect_once(world: World) -> None:
    await world.ready("p-0")
    key = {"Idempotency-Key": "sheet-1"}
    async with world.client() as client:
        await client.put(REGISTER, json={"entries": [line("p-0")]}, headers=key)
        await client.put(REGISTER, json={"entries": [line("p-0", "missed")]})
        again = await client.put(REGISTER, json={"entries": [line("p-0")]}, headers=key)
        other = await client.put(REGISTER, json={"entries": [line("p-0", "missed")]}, headers=key)
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (200, {"accepted": 1}, "true")
    assert await world.status("p-0") == ("missed", 0)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused"), (
        "also where it would change nothing"
    )


async def test_a_register_that_changed_nothing_undoes_no_newer_one_when_it_is_sent_again(world: World) -> None:
    """P3: its answer was lost, and meanwhile the register was corrected."""
    await world.ready("p-0")
    key = {"Idempotency-Key": "sheet-2"}
    async with world.client() as client:
        await client.put(REGISTER, json={"entries": [line("p-0")]})
        await client.put(REGISTER, json={"entries": [line("p-0")]}, headers=key)
        await client.put(REGISTER, json={"entries": [line("p-0", "missed")]})
        again = await client.put(REGISTER, json={"entries": [line("p-0")]}, headers=key)
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (200, {"accepted": 1}, "true")
    assert await world.status("p-0") == ("missed", 0)


@pytest.mark.parametrize("stranger", ["p-of-another-trust", "p-nobody", "p-withdrawn"])
async def test_one_stranger_refuses_the_whole_register_and_nothing_is_kept(world: World, stranger: str) -> None:
    """A refused command leaves no event; not found across organisations."""
    await world.ready("p-0")
    await world.ready("p-of-another-trust", organisation=THERE)
    await world.ready("p-withdrawn")
    await world.hears(withdrawn("p-withdrawn", date(2024, 3, 3)))
    before = world.database.transactions
    async with world.client() as client:
        answer = await client.put(REGISTER, json={"entries": [line("p-0"), line(stranger)]})
    assert (answer.status_code, answer.json()["code"]) == (422, "not-on-register")
    assert stranger in answer.json()["detail"]
    assert "p-0" not in answer.json()["detail"]
    assert world.database.transactions == before
    assert await world.said() == []


async def test_what_is_wrong_with_a_register_is_said(world: World) -> None:
    await world.ready("p-0")
    async with world.client() as client:
        long = await client.put(REGISTER, json={"entries": [line("p-0", "attended", MINUTES + 1)]})
        twice = await client.put(REGISTER, json={"entries": [line("p-0"), line("p-0", "missed")]})
        empty = await client.put(REGISTER, json={"entries": []})
        unknown = await client.put("/sessions/recap-2024-day-9/register", json={"entries": [line("p-0")]})
        many = await client.put(REGISTER, json={"entries": [line(f"p-{number}") for number in range(501)]})
        sneaky = await client.put(REGISTER, json={"entries": [{**line("p-0"), "organisation": THERE}]})
        naive = await client.put(REGISTER, json={"recorded_at": "2024-03-04T10:00:00", "entries": [line("p-0")]})
    said = [(answer.status_code, answer.json()["code"]) for answer in (long, twice, unknown)]
    assert said == [(422, "minutes-out-of-range"), (422, "named-twice"), (404, "session-not-known")]
    assert {answer.json()["code"] for answer in (empty, many, sneaky, naive)} == {"invalid-request"}
    assert await world.said() == []


async def test_what_systems_reported_counts_again_when_lines_are_taken_back(world: World) -> None:
    """Attendance reported by two systems (traps)."""
    await world.ready("p-0")
    await world.receives(recorded("r-1", "p-0", minutes=200))
    async with world.client() as client:
        await client.put(REGISTER, json={"entries": [line("p-0", "missed")]})
        assert await world.status("p-0") == ("missed", 0)
        answer = await client.post(f"{REGISTER}/voids", json={"participants": ["p-0"]})
        again = await client.post(f"{REGISTER}/voids", json={"participants": ["p-0"]})
    assert (answer.json(), again.json()) == ({"accepted": 1}, {"accepted": 1})
    assert await world.status("p-0") == ("attended", 200)
    kinds = [kind for kind, _ in await world.told("p-0")]
    assert kinds == ["attended", "attendance_corrected", "attendance_corrected"]


async def test_a_register_and_records_at_the_same_time_all_count_and_the_register_prevails(world: World) -> None:
    """Concurrent commands on one document: retried on conflict, nothing lost."""
    await world.ready("p-0")

    async def register() -> None:
        async with world.client() as client:
            answer = await client.put(REGISTER, json={"entries": [line("p-0", "attended", 111)]})
            assert answer.status_code == 200

    records = [world.receives(recorded(f"r-{number}", "p-0", minutes=number, after=number)) for number in range(4)]
    await asyncio.gather(register(), *records)
    assert await world.status("p-0") == ("attended", 111)
    (learner,) = [one for one in await world.documents("learners") if one["_id"] == "p-0"]
    assert len(learner["attendance"][0]["reports"]) == 5
    versions = [version for _, version in await world.told("p-0")]
    assert versions == sorted(set(versions))


async def test_an_interrupted_register_decides_again_on_what_has_changed(world: World) -> None:
    await world.ready("p-0")
    world.engagement = type(world.engagement)(
        world.settings,
        world.database,
        world.door,
        world.interrupted(lambda: world.receives(recorded("r-1", "p-0", minutes=50))),
        world.topics,
    )
    async with world.client() as client:
        answer = await client.put(REGISTER, json={"entries": [line("p-0", "attended", 60)]})
    assert answer.status_code == 200
    assert await world.told("p-0") == [("attended", 2), ("attendance_corrected", 3)]
    assert await world.status("p-0") == ("attended", 60)


async def test_who_took_a_register_is_on_the_record(world: World) -> None:
    """An append-only, hash-chained audit of who changed what about a person."""
    await world.ready("p-0")
    async with world.client(subject="fatima") as client:
        await client.put(REGISTER, json={"entries": [line("p-0")]})
    (entry,) = await world.documents("audit")
    assert (entry["actor"], entry["action"], entry["detail"]) == ("fatima", "register.taken", {"participants": ["p-0"]})
    assert (await world.desk.audit.verify(f"register:{HERE}:{DAY}")).fault is None


async def test_forty_who_take_registers_of_one_session_at_once_are_all_accepted_at_their_first_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: each is the next entry of one chain in the audit; those who came too late would all begin again."""
    monkeypatch.setattr("shared.turns.TURN_SECONDS", 300.0)  # a busy machine is slow, not wrong
    await world.ready(*PEOPLE)
    save, tries = StoreDoor.save, list[Because]()

    async def counted(door: StoreDoor, changes: Sequence[Change], because: Because) -> None:
        tries.append(because)
        await save(door, changes, because)

    monkeypatch.setattr(StoreDoor, "save", counted)
    before = world.database.transactions
    async with world.client() as client:
        asked = (client.put(REGISTER, json={"entries": [line(person)]}) for person in PEOPLE)
        answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert world.database.transactions == before + len(PEOPLE)
    assert len(tries) == len(await world.said()) == len(PEOPLE)
