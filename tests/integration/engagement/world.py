"""A region for engagement's tests: its real application on a real database."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import httpx

from services.engagement import consumers
from services.engagement.app import NAME, Engagement, desk_over
from services.engagement.handlers.desk import Desk
from services.engagement.settings import Settings
from services.engagement.store import Reading, Store
from shared.auth import Identity
from shared.bus import Delivery, Record
from shared.errors import UnauthenticatedError
from shared.events import Envelope, Fact, encode, parse
from shared.events.enrolment import (
    ParticipantIdentified,
)
from shared.events.ids import ParticipantId
from shared.mongo import Database
from shared.outbox import Because, Change, StoreDoor
from shared.topics import Topics
from tests.integration.engagement.said import DAY, HERE, KEY, enrolled, envelope, identified, schedule, subject_of


class Badges:
    """Stands for the identity provider, which has tests of its own: a token says all in clear."""

    async def identify(self, token: str) -> Identity:
        organisation, _, rest = token.partition("|")
        roles, _, subject = rest.partition("|")
        if not organisation:
            raise UnauthenticatedError(reason="no badge")
        return Identity(subject or f"someone-at-{organisation}", organisation, frozenset(roles.split(",")))


class Interrupted(StoreDoor):
    """A store door before whose first save something else happens."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def save(self, changes: Sequence[Change], because: Because) -> None:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        await super().save(changes, because)


@dataclass
class World:
    """One region on one database; `topics` and `brokers` matter only to tests with a broker."""

    database: Database
    topics: Topics = field(default_factory=Topics)
    brokers: str = "127.0.0.1:1"
    idempotent: bool = False

    def __post_init__(self) -> None:
        self.offsets = count()
        self.settings = Settings(
            brokers=self.brokers,
            mongo_url="mongodb://unused",
            oidc_issuer="http://unused",
            oidc_audience="unused",
            oidc_jwks_url="http://unused",
            deployment_key=KEY,
            identifier_key=KEY,
            environment="local",
            idempotent_producer=self.idempotent,
        )
        self.door = StoreDoor(self.database, NAME, topics=self.topics)
        self.desk = desk_over(self.database, self.door, KEY, KEY)
        self.engagement = Engagement(self.settings, self.database, self.door, self.desk, self.topics)

    def interrupted(self, meanwhile: Callable[[], Awaitable[object]]) -> Desk:
        """Return the desk of another process, before whose first save something else happens."""
        door = Interrupted(self.database, NAME, topics=self.topics)
        door.meanwhile = meanwhile
        return replace(self.desk, store=Store(Reading(self.database), door))

    @asynccontextmanager
    async def client(
        self, roles: str = "facilitator", organisation: str = HERE, subject: str = ""
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Speak to the API for an organisation."""
        api = self.engagement.api()
        api.state.authenticator = Badges()
        headers = {"Authorization": f"Bearer {organisation}|{roles}|{subject}"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(api), base_url=f"http://local/{NAME}/v1", headers=headers
        ) as client:
            yield client

    async def hears(self, fact: Fact, desk: Desk | None = None) -> Delivery:
        """Engagement hears a fact of enrolment."""
        delivery = self.delivery("rosters", encode(envelope(fact)), subject_of(fact))
        identifies = isinstance(fact, ParticipantIdentified)
        hear = consumers.hear_identifiers if identifies else consumers.hear_enrolment
        await hear(desk or self.desk, delivery)
        return delivery

    async def tombstone(self, participant: str) -> None:
        """Enrolment's compacted topic forgets a person."""
        await consumers.hear_identifiers(self.desk, self.delivery("identifiers", None, participant))

    async def receives(self, body: object, organisation: str = HERE, desk: Desk | None = None) -> Delivery:
        """A record arrives on an organisation's attendance topic."""
        value = body if isinstance(body, bytes) else json.dumps(body).encode()
        delivery = self.delivery("attendance", value, "somebody", organisation)
        await consumers.hear_attendance(desk or self.desk, delivery)
        return delivery

    def delivery(self, reaction: str, value: bytes | None, key: str, organisation: str = "") -> Delivery:
        """Return a record on its way to a reaction."""
        record = Record("a-topic", 0, next(self.offsets), key.encode(), value, (), 0)
        return Delivery(record, reaction, database=self.database, organisation=organisation)

    async def ready(self, *people: str, organisation: str = HERE) -> None:
        """A cohort is scheduled and people are enrolled who have a badge and a learning account by their own names."""
        await self.hears(schedule())
        for person in people:
            await self.hears(enrolled(person, organisation))
            await self.hears(identified(person, organisation))

    async def said(self, subject: str | None = None) -> list[Envelope]:
        """Return the events that wait in the outbox, oldest first."""
        query = {} if subject is None else {"subject": subject}
        rows = (
            await self.database.collection("outbox").find(query).sort([("at", 1), ("seq", 1), ("n", 1)]).to_list(None)
        )
        return [parse(row["value"]) for row in rows]

    async def told(self, subject: str) -> list[tuple[str, int]]:
        """Return the short types and versions of what was said of a person."""
        return [(one.type.split(".")[2], one.data.version) for one in await self.said(subject)]

    async def status(self, person: str, session: str = DAY) -> tuple[str, int] | None:
        """Return what is published of a person and a session."""
        learner = (await self.desk.store.fetch(learners=[ParticipantId(person)])).papers.learners[ParticipantId(person)]
        found = next((one for one in learner.attendance if one.occasion.session == session), None)
        published = None if found is None else found.published
        return None if published is None else (published.status, published.minutes)

    async def queue(self, organisation: str = HERE) -> list[dict[str, Any]]:
        """Return an organisation's unmatched records."""
        async with self.client("coordinator", organisation) as client:
            answer = await client.get("/attendance/queries")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["queries"]
        return found

    async def everything(self) -> str:
        """Return all that the database holds, to look for what should not be there."""
        names = (
            "learners",
            "statements",
            "matches",
            "identifiers",
            "journals",
            "vault_keys",
            "audit",
            "inbox",
            "outbox",
        )
        return "\n".join([str(await self.documents(name)) for name in names])

    async def documents(self, collection: str) -> list[dict[str, Any]]:
        """Return everything in a collection."""
        return await self.database.collection(collection).find().sort([("_id", 1)]).to_list(None)
