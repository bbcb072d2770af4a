import asyncio
import json

from shared.mongo import Database
from tests.integration.enrolment.conftest import APPLICATION, ENROLMENT, Caller, person, said


async def test_a_registered_person_is_told_of_by_keys_and_shown_by_name_to_their_own_organisation(
    caller: Caller, database: Database
) -> None:
    participant = await caller.register("Ada", ("badge", "0017"), ("account", "ada"))

    ((topic, kind, event),) = await said(database, participant)
    assert (topic, kind) == ("enrolment.identifiers", "enrolment.participant.identified.v1")
    assert event is not None
    assert (event.organisation, event.subject, len(event.data.model_dump()["keys"])) == ("R0A", participant, 2)
    shown = (await caller.get(f"participants/{participant}")).json()
    assert (shown["given_name"], shown["family_name"], shown["email"]) == ("Ada", "Okafor", "ada@example.org")
    assert shown["identifiers"] == [{"system": "badge", "value": "0017"}, {"system": "account", "value": "ada"}]


async def test_whoever_looks_at_somebodys_names_is_in_the_audit(caller: Caller, database: Database) -> None:
    participant = await caller.register()
    await caller.get(f"participants/{participant}")
    entries = await database.collection("audit").find({"subject": participant}).sort("number", 1).to_list(None)
    assert [(entry["action"], entry["actor"]) for entry in entries] == [
        ("participant.registered", "somebody-at-R0A"),
        ("participant.read", "somebody-at-R0A"),
    ]


async def test_no_name_identifier_or_reason_is_anywhere_in_the_database_in_clear(
    caller: Caller, database: Database
) -> None:
    """P11: what is kept is sealed, what is sent holds random ids."""
    participant = await caller.enrolled(("badge", "CANARY-0017"))
    reason = {"cohort": "recap-2024", "withdrawn_on": "2024-03-04", "reason": "canary family matters"}
    assert (await caller.post(f"participants/{participant}/withdrawals", reason)).status_code == 200
    for collection in ("participants", "identifiers", "outbox", "inbox", "audit", "vault_keys", "erasures"):
        kept = str(await database.collection(collection).find({}).to_list(None)).casefold()
        assert not any(word in kept for word in ("ada@", "okafor", "canary")), collection


async def test_application_enrolment_withdrawal_and_return_are_stated_in_order(
    caller: Caller, database: Database
) -> None:
    """REC-8: the enrolment carries 5 of 6."""
    participant = await caller.enrolled()
    withdrawal = {"cohort": "recap-2024", "withdrawn_on": "2024-03-04", "reason": "a new post"}
    again = {"cohort": "recap-2024", "enrolled_on": "2024-04-02"}
    assert (await caller.post(f"participants/{participant}/withdrawals", withdrawal)).json()["version"] == 4
    assert (await caller.post(f"participants/{participant}/enrolments", again)).json()["version"] == 5

    told = await said(database, participant)
    assert [(kind, event.data.version) for _, kind, event in told if event] == [
        ("enrolment.participant.identified.v1", 1),
        ("enrolment.participant.applied.v1", 2),
        ("enrolment.participant.enrolled.v1", 3),
        ("enrolment.participant.withdrawn.v1", 4),
        ("enrolment.participant.enrolled.v1", 5),
    ]
    enrolled = told[2][2]
    assert enrolled is not None
    assert enrolled.data.model_dump()["commitment"] == {"kind": "learning_day", "of": 6, "required": 5}


async def test_an_accepted_command_is_one_transaction_and_a_refused_one_is_none(
    caller: Caller, database: Database
) -> None:
    """P1."""
    before = database.transactions
    participant = await caller.enrolled(("badge", "1"))
    assert database.transactions - before == 3
    refused = [
        await caller.post("participants", person("Eve", ("badge", "1"))),
        await caller.post(f"participants/{participant}/applications", APPLICATION),
        await caller.post(f"participants/{participant}/enrolments", ENROLMENT),
        await caller.post(f"participants/{participant}/applications", {**APPLICATION, "cohort": "none"}),
        await caller.post(f"participants/{participant}/moves", {"organisation": "RW6", "moved_on": "2024-01-01"}),
        await caller.at("RM3").post(f"participants/{participant}/erasure"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "identifier-taken"),
        (409, "already-applied"),
        (409, "already-enrolled"),
        (422, "unknown-cohort"),
        (409, "closed-organisation"),
        (404, "not-found"),
    ]
    assert database.transactions - before == 3
    assert len(await said(database, participant)) == 3


async def test_of_many_at_once_who_enrol_the_same_person_one_succeeds(caller: Caller, database: Database) -> None:
    participant = await caller.register()
    await caller.post(f"participants/{participant}/applications", APPLICATION)
    path = f"participants/{participant}/enrolments"
    answers = await asyncio.gather(*(caller.post(path, ENROLMENT) for _ in range(6)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409, 409, 409, 409]
    kinds = [kind for _, kind, _ in await said(database, participant)]
    assert kinds.count("enrolment.participant.enrolled.v1") == 1


async def test_of_many_at_once_with_the_same_identifier_one_is_registered(caller: Caller, database: Database) -> None:
    people = [
        person(name, ("badge", spelling))
        for name, spelling in zip("ABCDE", ("x1", "X1", " x1", "x1 ", "X1 "), strict=True)
    ]
    answers = await asyncio.gather(*(caller.post("participants", each) for each in people))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await database.collection("participants").count_documents({}) == 1
    assert await database.collection("vault_keys").count_documents({}) == 1


async def test_the_same_identifier_in_two_organisations_is_two_people(caller: Caller) -> None:
    first = await caller.register("Ada", ("badge", "1"))
    second = await caller.at("RM3").register("Eve", ("badge", "1"))
    assert first != second


async def test_a_command_sent_again_with_its_key_is_answered_again_and_takes_effect_once(
    caller: Caller, database: Database
) -> None:
    """P1, P3."""
    answers = [await caller.post("participants", person("Ada", ("badge", "1")), key="register-ada") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.text for answer in answers}) == 1
    participant = answers[0].json()["participant"]
    await caller.post(f"participants/{participant}/applications", APPLICATION)
    path = f"participants/{participant}/enrolments"
    at_once = await asyncio.gather(*(caller.post(path, ENROLMENT, key="enrol-ada") for _ in range(4)))
    assert [(answer.status_code, answer.json()["version"]) for answer in at_once] == [(201, 3)] * 4
    moved = {"organisation": "RM3", "moved_on": "2024-02-01"}
    moves = [await caller.post(f"participants/{participant}/moves", moved, key="move-ada") for _ in range(2)]
    assert [(answer.status_code, answer.json()["version"]) for answer in moves] == [(200, 4)] * 2
    assert len(await said(database, participant)) == 5


async def test_a_key_whose_answer_was_forgotten_makes_nobody_twice(caller: Caller, database: Database) -> None:
    """P1: what a command made under a key is there once, also when its mark has gone after 14 days."""
    first = await caller.post("participants", person("Ada"), key="one")
    await database.collection("inbox").delete_many({})
    answer = await caller.post("participants", person("Ada"), key="one")
    assert (answer.status_code, answer.json()["code"]) == (409, "used-long-ago")
    assert len(await said(database, first.json()["participant"])) == 1


async def test_a_key_used_for_another_command_is_refused(caller: Caller) -> None:
    await caller.post("participants", person("Ada"), key="one")
    answer = await caller.post("participants", person("Eve"), key="one")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_person_who_moves_is_readable_by_the_new_organisation_alone(caller: Caller, database: Database) -> None:
    """P12: names and reasons are sealed anew, identifiers get the keys of the new organisation."""
    participant = await caller.enrolled(("badge", "1"))
    withdrawal = {"cohort": "recap-2024", "withdrawn_on": "2024-03-04", "reason": "a new post"}
    await caller.post(f"participants/{participant}/withdrawals", withdrawal)
    moved = await caller.post(f"participants/{participant}/moves", {"organisation": "RM3", "moved_on": "2024-03-05"})
    assert moved.json() == {"participant": participant, "version": 5}

    assert (await caller.get(f"participants/{participant}")).status_code == 404
    shown = (await caller.at("RM3").get(f"participants/{participant}")).json()
    assert (shown["given_name"], shown["organisation"]) == ("Ada", "RM3")
    (enrolment,) = shown["enrolments"]
    assert (enrolment["status"], enrolment["withdrawal_reason"]) == ("withdrawn", "a new post")
    first, *_, left, identified = [event for _, _, event in await said(database, participant) if event]
    assert left.data.model_dump()["from_organisation"] == "R0A"
    assert identified.data.model_dump()["keys"] != first.data.model_dump()["keys"]
    assert await caller.register("Eve", ("badge", "1"))


async def test_a_move_does_not_tell_whom_the_other_organisation_knows(caller: Caller, database: Database) -> None:
    """P12: an identifier that somebody there has stays behind, and the answer is that of any other move."""
    await caller.at("RM3").register("Eve", ("badge", "1"))
    participant = await caller.register("Ada", ("badge", "1"), ("account", "ada"))
    moved = await caller.post(f"participants/{participant}/moves", {"organisation": "RM3", "moved_on": "2024-03-05"})
    assert (moved.status_code, moved.json()["version"]) == (200, 2)
    identified = (await said(database, participant))[-1][2]
    assert identified is not None
    assert len(identified.data.model_dump()["keys"]) == 1


async def test_a_closed_code_is_refused_naming_its_successor(caller: Caller) -> None:
    answer = await caller.at("RW3").post("participants", person())
    assert (answer.status_code, answer.json()["code"]) == (409, "closed-organisation")
    assert answer.json()["detail"] == "The organisation RW3 closed on 2017-10-01. Its successor is R0A."


async def test_a_refusal_never_repeats_what_somebody_typed(caller: Caller) -> None:
    answer = await caller.post("participants", {**person(), "email": "canary without an at sign", "role": {"$ne": 1}})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"body.email", "body.role"}
    assert "canary" not in json.dumps(answer.json())
