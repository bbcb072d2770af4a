"""The audit can only grow; whatever is done to it afterwards is found (law 5)."""

import asyncio
import os
from typing import Any

import pytest

from shared.audit import Audit
from shared.mongo import Database
from shared.outbox import Because, Change, StoreDoor

KEY = os.urandom(32)


@pytest.fixture
def audit(prepared: Database, door: StoreDoor) -> Audit:
    return Audit(prepared, door, KEY)


@pytest.fixture
async def written(audit: Audit) -> Audit:
    for number in range(4):
        await audit.record("ada", "read-participant", "person-1", "R0A", {"fields": ["name"], "times": number})
    return audit


async def test_entries_of_a_person_follow_each_other(written: Audit) -> None:
    verdict = await written.verify("person-1")

    assert (verdict.entries, verdict.fault) == (4, None)


async def test_entries_written_at_once_all_find_their_place(audit: Audit) -> None:
    await asyncio.gather(*(audit.record("ada", "read", "person-1", "R0A") for _ in range(5)))

    verdict = await audit.verify("person-1")
    assert (verdict.entries, verdict.fault) == (5, None)


async def test_an_entry_is_saved_with_what_it_tells_about(audit: Audit, door: StoreDoor) -> None:
    entry = await audit.change("ada", "move-participant", "person-1", "R0A")
    because = Because("correlation-1", None, "R0A", "ada")
    before = door.database.transactions
    await door.save([Change("people", "person-1", {"organisation": "RXQ"}, 0), entry], because)

    assert door.database.transactions - before == 1
    assert (await audit.verify("person-1")).entries == 1


@pytest.mark.parametrize("changed", ["actor", "action", "organisation", "subject_of_detail", "at"])
async def test_an_altered_entry_is_found(written: Audit, prepared: Database, changed: str) -> None:
    other: dict[str, Any] = {
        "actor": {"actor": "grace"},
        "action": {"action": "none"},
        "organisation": {"organisation": "RXQ"},
        "subject_of_detail": {"detail": {"fields": ["email"], "times": 1}},
        "at": {"at": None},
    }[changed]
    await prepared.collection("audit").update_one({"_id": "person-1|00000002"}, {"$set": other})

    assert (await written.verify("person-1")).fault == "entry 2 has been altered"


async def test_an_entry_taken_out_of_the_middle_is_found(written: Audit, prepared: Database) -> None:
    await prepared.collection("audit").delete_one({"_id": "person-1|00000003"})

    assert (await written.verify("person-1")).fault == "entry 3 is missing"


async def test_a_first_entry_taken_away_is_found(written: Audit, prepared: Database) -> None:
    await prepared.collection("audit").delete_one({"_id": "person-1|00000001"})

    assert (await written.verify("person-1")).fault == "entry 1 is missing"


async def test_an_entry_forged_without_the_deployment_key_is_found(
    written: Audit, prepared: Database, door: StoreDoor
) -> None:
    forger = Audit(prepared, door, os.urandom(32))
    await forger.record("mallory", "nothing", "person-1", "R0A")

    assert (await written.verify("person-1")).fault == "entry 5 has been altered"


async def test_an_entry_moved_to_another_person_is_found(written: Audit, prepared: Database) -> None:
    await prepared.collection("audit").update_many({}, {"$set": {"subject": "person-2"}})

    assert (await written.verify("person-2")).fault == "entry 1 has been altered"


async def test_an_entry_of_an_older_chain_cannot_be_hung_onto_a_new_one(audit: Audit, prepared: Database) -> None:
    entries = prepared.collection("audit")
    await audit.record("ada", "read", "person-1", "R0A")
    await audit.record("grace", "read", "person-1", "R0A")
    older = await entries.find_one({"_id": "person-1|00000002"})
    await entries.delete_many({})
    await audit.record("mallory", "read", "person-1", "R0A")
    start = await audit.verify("person-1")
    assert older is not None
    await entries.insert_one(older | {"previous": start.last_hash})

    assert (await audit.verify("person-1")).fault == "entry 2 has been altered"


async def test_entries_cut_off_the_end_show_by_their_number(written: Audit, prepared: Database) -> None:
    before = await written.verify("person-1")
    await prepared.collection("audit").delete_one({"_id": "person-1|00000004"})
    after = await written.verify("person-1")

    assert (before.entries, after.entries, after.fault) == (4, 3, None)
    assert after.last_hash != before.last_hash


class Asked:
    """A collection that remembers what was looked for."""

    def __init__(self, entries: Any) -> None:
        self._entries = entries
        self.queries: list[dict[str, Any]] = []

    def find(self, query: dict[str, Any]) -> Any:
        """Look, and remember for what."""
        self.queries.append(query)
        return self._entries.find(query)


async def test_the_end_of_a_chain_is_looked_for_where_it_was_last(
    audit: Audit, prepared: Database, door: StoreDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that reads all it is asked for reads two entries for the next one, not the whole chain."""
    asked = Asked(prepared.collection("audit"))
    monkeypatch.setattr(audit, "_entries", asked)
    elsewhere = Audit(prepared, door, KEY)
    for _ in range(3):
        await audit.record("ada", "read", "person-1", "R0A")
        await elsewhere.record("grace", "read", "person-1", "R0A")
    assert [query["number"]["$gte"] for query in asked.queries] == [0, 0, 2]
    monkeypatch.undo()
    verdict = await audit.verify("person-1")
    assert (verdict.entries, verdict.fault) == (6, None)


async def test_a_chain_that_was_cut_or_forgotten_goes_on_from_what_is_there(
    audit: Audit, prepared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.audit.REMEMBERED", 1)
    for subject in ("person-1", "person-2", "person-1", "person-1", "person-2"):
        await audit.record("ada", "read", subject, "R0A")
    await prepared.collection("audit").delete_one({"_id": "person-1|00000003"})
    await audit.record("ada", "read", "person-1", "R0A")
    await prepared.collection("audit").delete_many({"subject": "person-1", "number": {"$gte": 2}})
    await audit.record("ada", "read", "person-1", "R0A")

    found = {subject: await audit.verify(subject) for subject in ("person-1", "person-2")}
    assert {subject: (one.entries, one.fault) for subject, one in found.items()} == {
        "person-1": (2, None),
        "person-2": (2, None),
    }
