import asyncio

import pytest

from services.enrolment import handlers
from services.enrolment.app import Enrolment
from services.enrolment.store import RegionStore
from shared.bus import Publisher
from shared.clock import now
from shared.events import Envelope, Fact, encode
from shared.events.engagement import EngagementErasureConfirmed, JournalRetracted
from shared.events.evaluation import EvaluationErasureConfirmed
from shared.events.recap_tracker import RecapErasureConfirmed
from shared.mongo import Database
from shared.outbox import Because
from shared.testing.settling import eventually
from shared.topics import Topics
from shared.vault import SubjectErasedError
from tests.integration.enrolment.conftest import APPLICATION, Caller, said

BECAUSE = Because(correlation_id="c", causation_id=None, organisation="R0A", actor="erasures")


async def test_an_erasure_destroys_the_key_drops_names_and_guards_and_tells_everybody(
    caller: Caller, parts: Enrolment, database: Database
) -> None:
    """P11."""
    participant = await caller.enrolled(("badge", "1"))
    answer = await caller.post(f"participants/{participant}/erasure")
    assert answer.status_code == 202

    told = await said(database, participant)
    assert [(topic, kind) for topic, kind, _ in told[-2:]] == [
        ("enrolment.events", "enrolment.subject.erased.v1"),
        ("enrolment.identifiers", "enrolment.participant.identified.v1"),
    ]
    assert await database.collection("identifiers").count_documents({}) == 0
    kept = await database.collection("participants").find_one({"_id": participant})
    assert kept is not None
    assert (kept["sealed"], kept["keys"], kept["enrolments"], kept["erased"]) == ([], [], [], True)
    with pytest.raises(SubjectErasedError):
        await parts.keeping.vault.key(participant, "R0A")
    actions = await database.collection("audit").find({"subject": participant}).sort("number", 1).to_list(None)
    assert actions[-1]["action"] == "participant.erased"
    assert (await parts.keeping.audit.verify(participant)).fault is None


async def test_of_an_erased_person_only_the_id_is_shown(caller: Caller) -> None:
    participant = await caller.enrolled(("badge", "1"))
    await caller.post(f"participants/{participant}/erasure")
    shown = (await caller.get(f"participants/{participant}")).json()
    assert (shown["erased"], shown["given_name"], shown["identifiers"], shown["enrolments"]) == (True, None, [], [])
    refused = await caller.post(f"participants/{participant}/applications", APPLICATION)
    assert (refused.status_code, refused.json()["code"]) == (409, "participant-erased")


async def test_erased_twice_or_at_once_is_erased_once_with_the_same_receipt(caller: Caller, database: Database) -> None:
    participant = await caller.register()
    path = f"participants/{participant}/erasure"
    answers = await asyncio.gather(*(caller.post(path) for _ in range(4)))
    answers.append(await caller.post(path))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert [kind for _, kind, _ in await said(database, participant)] == [
        "enrolment.participant.identified.v1",
        "enrolment.subject.erased.v1",
        "enrolment.participant.identified.v1",
    ]


async def test_a_persons_keys_are_forgotten_once_and_only_when_engagement_has_confirmed(
    caller: Caller, parts: Enrolment, database: Database
) -> None:
    """P11: it matches records by them, and may not have heard of the erasure for a long time."""
    participant = await caller.enrolled(("badge", "1"))
    await caller.post(f"participants/{participant}/erasure")
    region = RegionStore(parts.keeping)

    async def kept() -> tuple[int, list[str]]:
        found = await database.collection("participants").find_one({"_id": participant})
        return len((found or {})["former"]), [kind for _, kind, _ in await said(database, participant)][5:]

    await handlers.confirm_erasure(region, participant, "evaluation", BECAUSE, now())
    assert await kept() == (1, [])
    await asyncio.gather(
        *(handlers.confirm_erasure(region, participant, "engagement", BECAUSE, now()) for _ in range(3))
    )
    assert await kept() == (0, ["tombstone"])


async def test_an_identifier_of_an_erased_person_is_free_again(caller: Caller) -> None:
    participant = await caller.register("Ada", ("badge", "1"))
    await caller.post(f"participants/{participant}/erasure")
    assert await caller.register("Eve", ("badge", "1"))


async def test_a_receipt_is_complete_when_every_service_has_confirmed_at_once_or_again(
    caller: Caller, parts: Enrolment
) -> None:
    participant = await caller.register()
    receipt = (await caller.post(f"participants/{participant}/erasure")).json()["receipt"]
    path = f"erasures/{receipt}"
    assert (await caller.get(path)).json()["confirmed_by"] == ["enrolment"]

    region = RegionStore(parts.keeping)
    heard = ["engagement", "engagement", "recap_tracker", "evaluation"]
    await asyncio.gather(*(handlers.confirm_erasure(region, participant, name, BECAUSE, now()) for name in heard))
    shown = (await caller.get(path)).json()
    assert shown["confirmed_by"] == ["engagement", "enrolment", "evaluation", "recap_tracker"]
    assert shown["complete"] is True
    assert (await caller.at("RM3").get(path)).status_code == 404


async def test_a_confirmation_that_no_erasure_asked_for_changes_nothing(parts: Enrolment) -> None:
    assert await handlers.confirm_erasure(RegionStore(parts.keeping), "nobody", "engagement", BECAUSE, now()) is None


async def test_confirmations_are_heard_on_the_topics_of_the_other_services(
    caller: Caller, parts: Enrolment, broker: str, topics: Topics
) -> None:
    """P5: what those topics say otherwise is passed over."""
    participant = await caller.register()
    receipt = (await caller.post(f"participants/{participant}/erasure")).json()["receipt"]
    listening = Enrolment(
        parts.settings.model_copy(update={"brokers": broker, "topic_prefix": topics.prefix}), parts.catalogue
    )
    (bus,) = listening.workers()
    publisher = Publisher(broker, idempotent=False)
    journal = JournalRetracted(
        participant=participant,
        journal="j",
        cohort="mcr-2023",
        programme="mcr",
        organisation="R0A",
        group="acute-trust",
        written_on=now().date(),
        version=1,
    )
    facts: list[tuple[str, Fact]] = [
        ("engagement", journal),
        ("engagement", EngagementErasureConfirmed(participant=participant, version=2)),
        ("recap_tracker", RecapErasureConfirmed(participant=participant, version=1)),
        ("recap_tracker", RecapErasureConfirmed(participant=participant, version=1)),
        ("evaluation", EvaluationErasureConfirmed(participant=participant, version=1)),
    ]
    await bus.start()
    try:
        for number, (service, fact) in enumerate(facts):
            await publisher.publish([record(topics.events(service), participant, fact, number)])

        async def complete() -> bool:
            return bool((await caller.get(f"erasures/{receipt}")).json()["complete"])

        await eventually(complete, deadline=60)
    finally:
        await bus.stop()
        await publisher.close()
        await listening.keeping.database.close()


def record(topic: str, subject: str, fact: Fact, number: int) -> dict[str, object]:
    event = Envelope(
        id=f"event-{number}",
        source="/groundswell/test",
        type=fact.type,
        subject=subject,
        time=now(),
        organisation="R0A",
        correlationid="c",
        data=fact,
    )
    return {"_id": event.id, "topic": topic, "key": subject, "headers": [], "value": encode(event)}
