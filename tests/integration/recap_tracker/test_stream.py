"""The tracker on a real broker: it hears enrolment in any order, and what it says arrives in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from itertools import count

import pytest

from services.recap_tracker.app import NAME
from shared.bus import Publisher
from shared.events import Envelope, Fact, encode, parse
from shared.events.enrolment import CohortScheduled, ParticipantApplied, ParticipantEnrolled, SubjectErased
from shared.mongo import Database
from shared.stream.reader import read_all
from shared.testing.servers import Broker
from shared.testing.settling import settle
from shared.testing.stream import reaction
from shared.topics import Topics
from tests.integration.recap_tracker.world import COHORT, HERE, PROGRAMME, World, opened, planned

EPOCH = date(2024, 1, 1)
SAID_AT = datetime(2024, 1, 1, tzinfo=UTC)
PERSON = {"participant": "person-olu", "cohort": COHORT, "programme": PROGRAMME, "organisation": HERE, "group": "g"}
ENROLLED = ParticipantEnrolled(**PERSON, version=3, enrolled_on=EPOCH)
APPLIED = ParticipantApplied(**PERSON, version=2, applied_on=EPOCH)
ERASED = SubjectErased(participant="person-olu", organisation=HERE, version=4)


def scheduled(version: int, places: int) -> CohortScheduled:
    return CohortScheduled(
        cohort=COHORT,
        programme=PROGRAMME,
        title="RECAP",
        groups=(),
        sessions=(),
        project_places=places,
        version=version,
    )


@pytest.fixture
async def live(database: Database, topics: Topics, broker_server: Broker) -> World:
    """A tracker on a broker, not started."""
    world = World(database, topics, broker_server.url, idempotent=broker_server.idempotent_producer)
    await world.tracker.prepare()
    return world


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """Let worker and relay run, and everything be handled before they stop."""
    (worker,), relay = world.tracker.workers(), world.tracker.relay()
    heard = world.topics.events("enrolment")
    follower = reaction(world.brokers, f"{world.topics.prefix}{NAME}.enrolment", [heard])
    await worker.start()
    await relay.start()
    try:
        yield
        await settle(
            world.brokers, databases=[world.database], followers=[follower], workers=[worker, relay], deadline=90
        )
    finally:
        await worker.stop()
        await relay.stop()


async def enrolment_says(world: World, *facts: Fact) -> None:
    """Publish facts as enrolment's relay would, one after the other."""
    publisher, numbers = Publisher(world.brokers, idempotent=world.idempotent), count()
    for fact in facts:
        subject = str(getattr(fact, "participant", None) or getattr(fact, "cohort", None))
        envelope = Envelope(
            id=f"{subject}-{fact.version}",
            source="/groundswell/enrolment",
            type=fact.type,
            subject=subject,
            time=SAID_AT,
            organisation=HERE,
            correlationid="test",
            data=fact,
        )
        row = {
            "_id": str(next(numbers)),
            "topic": world.topics.events("enrolment"),
            "key": subject,
            "value": encode(envelope),
            "headers": [],
        }
        assert await publisher.publish([row]) == [row["_id"]]
    await publisher.close()


async def told(world: World) -> list[Envelope]:
    """Read everything that the tracker has said to the world."""
    records = await read_all(world.brokers, world.topics.events(NAME))
    return [parse(record.value) for record in records]


async def test_what_enrolment_says_twice_and_out_of_order_is_learnt_once(live: World) -> None:
    """REC-2"""
    newer, older = scheduled(2, 1), scheduled(1, 60)
    await enrolment_says(live, newer, older, newer, APPLIED, ENROLLED, ENROLLED)
    async with running(live):
        pass
    assert 1 <= live.database.transactions <= 2  # heard at once, they share one
    assert await read_all(live.brokers, live.topics.dead_letters(NAME)) == []
    (cohort,), (ledger,), (person,) = [await live.documents(name) for name in ("cohorts", "places", "people")]
    assert (cohort["places"], cohort["version"], ledger["stated"]) == (1, 1, {COHORT: 1})
    assert (person["_id"], person["version"], person["organisation"]) == ("person-olu", 1, HERE)


async def test_a_project_and_the_one_it_makes_room_for_are_told_and_an_erasure_is_confirmed(live: World) -> None:
    """REC-2, REC-17"""
    await live.schedule(places=1)
    await live.enrol("person-olu", "person-zoe")
    async with live.client() as client:
        first, second = [(await opened(client, lead))["project"] for lead in ("person-olu", "person-zoe")]
        milestone = await planned(client, first)
        reached = f"/projects/{first}/milestones/{milestone}"
        await client.post(f"{reached}/reached", json={"reached_on": "2024-03-20"})
        await client.post(f"{reached}/reopened", json={"reopened_on": "2024-03-21", "reason": "Too early"})
        await client.post(f"{reached}/reached", json={"reached_on": "2024-03-22"})
        await client.post(f"/projects/{first}/completion", json={"completed_on": "2024-05-01"})
    await enrolment_says(live, ERASED)
    async with running(live):
        pass
    said = await told(live)
    by_subject = {subject: [event for event in said if event.subject == subject] for subject in (first, second)}
    assert [event.type.removeprefix("recap_tracker.project.") for event in by_subject[first]] == [
        "activated.v1",
        "milestone_planned.v1",
        "milestone_reached.v1",
        "milestone_reopened.v1",
        "milestone_reached.v1",
        "completed.v1",
    ]
    assert [event.type.removeprefix("recap_tracker.project.") for event in by_subject[second]] == [
        "queued.v1",
        "activated.v1",
    ]
    for events in by_subject.values():
        assert [event.data.version for event in events] == list(range(1, len(events) + 1))
    (confirmed,) = [event for event in said if event.subject == "person-olu"]
    assert (confirmed.type, confirmed.causationid) == ("recap_tracker.subject.erasure_confirmed.v1", "person-olu-4")
    assert len(said) == 9
    assert {project["lead"] for project in await live.documents("projects")} == {None, "person-zoe"}
