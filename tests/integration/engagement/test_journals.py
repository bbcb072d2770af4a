"""Journals: text for the writer only, an event without text, nobody else's."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from shared.clock import now
from tests.integration.engagement.said import COHORT, HERE, THERE, identified, moved, withdrawn
from tests.integration.engagement.world import World

TEXT = "I noticed who speaks first in our meetings."
ENTRY: dict[str, Any] = {"cohort": COHORT, "written_on": "2024-03-05", "text": TEXT}


async def written(world: World, subject: str = "p-0", organisation: str = HERE, **changes: Any) -> httpx.Response:
    async with world.client("participant", organisation, subject) as client:
        return await client.post("/journals", json={**ENTRY, **changes})


async def read(world: World, subject: str = "p-0", organisation: str = HERE) -> list[dict[str, Any]]:
    async with world.client("participant", organisation, subject) as client:
        answer = await client.get("/journals")
    found: list[dict[str, Any]] = answer.json()["journals"]
    return found


async def test_an_entry_is_one_transaction_and_its_text_is_nowhere_in_clear(world: World) -> None:
    """Reflective learning journal (MCR-19); no event carries journal text."""
    await world.ready("p-0")
    before = world.database.transactions
    answer = await written(world)
    assert answer.status_code == 201
    assert world.database.transactions == before + 1
    assert TEXT not in await world.everything()
    (event,) = await world.said("p-0")
    assert (event.type, event.organisation) == ("engagement.journal.submitted.v1", HERE)
    assert event.data.model_dump()["journal"] == answer.json()["journal"]
    assert await read(world) == [
        {"journal": answer.json()["journal"], "cohort": COHORT, "written_on": "2024-03-05", "text": TEXT}
    ]


async def test_an_entry_sent_again_under_its_key_is_one_entry(world: World) -> None:
    await world.ready("p-0")
    async with world.client("participant", HERE, "p-0") as client:
        first, again = [
            await client.post("/journals", json=ENTRY, headers={"Idempotency-Key": "j-1"}) for _ in range(2)
        ]
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert len(await world.said("p-0")) == 1


async def test_an_entry_sent_again_after_its_answer_was_forgotten_is_refused_at_once(world: World) -> None:
    await world.ready("p-0")
    async with world.client("participant", HERE, "p-0") as client:
        await client.post("/journals", json=ENTRY, headers={"Idempotency-Key": "j-1"})
        await world.database.collection("inbox").delete_many({})  # as its time to live does after 14 days
        late = await client.post("/journals", json=ENTRY, headers={"Idempotency-Key": "j-1"})
        anew = await client.post("/journals", json=ENTRY, headers={"Idempotency-Key": "j-2"})
    assert (late.status_code, late.json()["code"], anew.status_code) == (409, "used-long-ago", 201)
    assert len(await world.said("p-0")) == 2


async def test_a_retracted_entry_is_told_once_and_its_text_is_gone(world: World) -> None:
    await world.ready("p-0")
    journal = (await written(world)).json()["journal"]
    async with world.client("participant", HERE, "p-0") as client:
        answer = await client.post(f"/journals/{journal}/retraction")
        again = await client.post(f"/journals/{journal}/retraction")
    assert (answer.status_code, again.status_code, again.json()["code"]) == (200, 409, "journal-retracted-already")
    assert [event.type.split(".")[2] for event in await world.said("p-0")] == ["submitted", "retracted"]
    assert await world.documents("journals") == []
    assert await read(world) == []


async def test_nobody_reads_or_retracts_anybody_elses_entry(world: World) -> None:
    """No read or write across people or organisations (P12)."""
    await world.ready("p-0", "p-1")
    journal = (await written(world)).json()["journal"]
    for organisation, subject in [(HERE, "p-1"), (THERE, "p-0"), (HERE, "unknown")]:
        async with world.client("participant", organisation, subject) as client:
            answer = await client.post(f"/journals/{journal}/retraction")
            read_back = await client.get("/journals")
        assert answer.status_code == 404
        assert TEXT not in read_back.text
    assert len(await read(world)) == 1


async def test_an_account_that_belongs_to_nobody_is_told_so(world: World) -> None:
    await world.ready("p-0")
    answer = await written(world, "unknown")
    assert (answer.status_code, answer.json()["code"]) == (404, "account-not-linked")


@pytest.mark.parametrize("changes", [{"cohort": "mcr-2023"}, {"written_on": "2024-01-07"}])
async def test_an_entry_outside_the_enrolment_is_refused(world: World, changes: dict[str, Any]) -> None:
    await world.ready("p-0")
    answer = await written(world, **changes)
    assert (answer.status_code, answer.json()["code"]) == (409, "journal-outside-enrolment")
    assert await world.documents("journals") == []


async def test_a_withdrawn_person_writes_no_more_and_still_reads_what_they_wrote(world: World) -> None:
    await world.ready("p-0")
    await written(world)
    await world.hears(withdrawn("p-0", date(2024, 4, 1)))
    assert (await written(world)).json()["code"] == "journal-outside-enrolment"
    assert len(await read(world)) == 1


async def test_completion_closes_nothing_and_tomorrow_has_not_come(world: World) -> None:
    """Enrolment stays usable after completion (MCR-26): the last learning day was long ago."""
    await world.ready("p-0")
    today = now().date()
    assert (await written(world, written_on=(today - timedelta(days=1)).isoformat())).status_code == 201
    tomorrow = await written(world, written_on=(today + timedelta(days=2)).isoformat())
    assert (tomorrow.status_code, tomorrow.json()["code"]) == (422, "written-in-future")


async def test_a_person_who_moved_reads_what_they_wrote_before_and_it_stays_with_the_old_trust(world: World) -> None:
    """What a person did before moving trust stays with the old trust."""
    await world.ready("p-0")
    before = (await written(world)).json()["journal"]
    await world.hears(moved("p-0", date(2024, 3, 20)))
    await world.hears(identified("p-0", THERE, 2))
    assert (await written(world, organisation=THERE)).status_code == 201
    assert len(await read(world, organisation=THERE)) == 2
    async with world.client("participant", THERE, "p-0") as client:
        await client.post(f"/journals/{before}/retraction")
    assert [event.organisation for event in await world.said("p-0")] == [HERE, THERE, HERE]
