"""A region for the tracker's tests: its real application on a real database, and what enrolment would have said."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from services.recap_tracker.app import NAME, Tracker
from services.recap_tracker.handlers.heard import erase_person, hear_person, hear_schedule
from services.recap_tracker.settings import Settings
from services.recap_tracker.store import Keeping, RegionStore
from shared.auth import Identity
from shared.clock import now
from shared.errors import UnauthenticatedError
from shared.events import Envelope, parse
from shared.events.enrolment import CohortScheduled, ParticipantEnrolled, ParticipantMoved, SubjectErased
from shared.mongo import Database
from shared.outbox import Because, StoreDoor
from shared.topics import Topics

COHORT, PROGRAMME = "recap-2024", "recap"
HERE, THERE = "R0A", "RXQ"
STARTED = "2024-01-08"
BECAUSE = Because("test", None, HERE, "enrolment")
KEY = b"k" * 32


class Badges:
    """Stands for the identity provider, which has tests of its own: a token is organisation and roles in clear."""

    async def identify(self, token: str) -> Identity:
        organisation, _, roles = token.partition("|")
        if not organisation:
            raise UnauthenticatedError(reason="no badge")
        return Identity(f"someone-at-{organisation}", organisation, frozenset(roles.split(",")))


@dataclass
class World:
    """One region on one database; `topics` and `brokers` matter only to tests with a broker."""

    database: Database
    topics: Topics = field(default_factory=Topics)
    brokers: str = "127.0.0.1:1"
    idempotent: bool = False

    def __post_init__(self) -> None:
        self.tracker = self.process(self.database)
        self.store = RegionStore(self.tracker.keeping)

    def process(self, database: Database) -> Tracker:
        """Return the tracker as another process on the same database would have it."""
        settings = Settings(
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
        return Tracker(settings, Keeping(database, StoreDoor(database, NAME, topics=self.topics)), self.topics)

    @asynccontextmanager
    async def client(
        self, organisation: str = HERE, roles: str = "project_lead", tracker: Tracker | None = None
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Speak to the API for an organisation."""
        api = (tracker or self.tracker).api()
        api.state.authenticator = Badges()
        transport = httpx.ASGITransport(api)
        headers = {"Authorization": f"Bearer {organisation}|{roles}"}
        async with httpx.AsyncClient(
            transport=transport, base_url=f"http://local/{NAME}/v1", headers=headers
        ) as client:
            yield client

    async def schedule(self, places: int | None = 60, version: int = 1, cohort: str = COHORT) -> None:
        """The catalogue says how many places there are."""
        fact = CohortScheduled(
            cohort=cohort,
            programme=PROGRAMME,
            title="RECAP",
            groups=(),
            sessions=(),
            project_places=places,
            version=version,
        )
        await hear_schedule(self.store, fact, BECAUSE, now())

    async def enrol(self, *people: str, organisation: str = HERE, version: int = 2) -> None:
        """People are enrolled in the cohort."""
        for person in people:
            fact = ParticipantEnrolled(
                participant=person,
                cohort=COHORT,
                programme=PROGRAMME,
                organisation=organisation,
                group="third-sector",
                version=version,
                enrolled_on=date(2024, 1, 1),
            )
            await hear_person(self.store, fact, BECAUSE)

    async def move(self, person: str, organisation: str = THERE, version: int = 3) -> None:
        """A person goes to another organisation."""
        fact = ParticipantMoved(
            participant=person,
            from_organisation=HERE,
            organisation=organisation,
            version=version,
            moved_on=date(2024, 3, 1),
        )
        await hear_person(self.store, fact, BECAUSE)

    async def erase(self, person: str, version: int = 9) -> bool:
        """A person asks to be forgotten."""
        fact = SubjectErased(participant=person, organisation=HERE, version=version)
        return await erase_person(self.store, fact, BECAUSE)

    async def said(self, *types: str) -> Sequence[Envelope]:
        """Return the events that wait in the outbox, oldest first; those of some types, or all."""
        rows = await self.database.collection("outbox").find().sort([("at", 1), ("seq", 1)]).to_list(None)
        envelopes = [parse(row["value"]) for row in rows]
        return [envelope for envelope in envelopes if not types or envelope.type.split(".")[2] in types]

    async def documents(self, collection: str) -> list[dict[str, Any]]:
        """Return everything in a collection."""
        return await self.database.collection(collection).find().sort([("_id", 1)]).to_list(None)


def wish(lead: str, **changes: Any) -> dict[str, Any]:
    """The body that asks for a project."""
    return {
        "title": "Panels that look like the people they choose",
        "cohort": COHORT,
        "lead": lead,
        "aims": ["reduce-racial-inequality"],
        "kind": "fair-recruitment",
        "scope": "day-role",
        "scale": "local",
        "wres_indicators": [2],
        "started_on": STARTED,
        **changes,
    }


async def opened(client: httpx.AsyncClient, lead: str, **changes: Any) -> dict[str, Any]:
    """Open a project and return the answer."""
    answer = await client.post("/projects", json=wish(lead, **changes))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def planned(client: httpx.AsyncClient, project: str, planned_on: str = "2024-03-29") -> str:
    """Plan a milestone and return its id."""
    step = {"title": "Train", "measurable_outcome": "All trained", "planned_on": planned_on}
    answer = await client.post(f"/projects/{project}/milestones", json=step)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["milestone"])
