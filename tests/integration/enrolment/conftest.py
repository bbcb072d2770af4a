from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.enrolment.app import Enrolment, catalogue_files
from services.enrolment.domain.catalogue import read_catalogue
from services.enrolment.settings import Settings
from shared.auth import Identity
from shared.errors import UnauthenticatedError
from shared.events import Envelope, parse
from shared.mongo import Database

FOLDER = Path("services/enrolment/catalogue")


class Doorman:
    """Takes `organisation:role` for a token; the real check is tested where it lives."""

    async def identify(self, token: str) -> Identity:
        organisation, _, role = token.partition(":")
        if not role:
            raise UnauthenticatedError(reason="the token cannot be read")
        return Identity(f"somebody-at-{organisation}", organisation, frozenset({role}))


@dataclass
class Caller:
    """One organisation's coordinator before the API."""

    http: httpx.AsyncClient
    organisation: str = "R0A"
    role: str = "coordinator"
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        authorised = {"Authorization": f"Bearer {self.organisation}:{self.role}", **headers}
        return await self.http.request(method, f"/enrolment/v1/{path}", json=body, headers=authorised)

    async def get(self, path: str) -> httpx.Response:
        return await self.send("GET", path)

    async def post(self, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        return await self.send("POST", path, body, **({"Idempotency-Key": key} if key else {}))

    def at(self, organisation: str, role: str = "coordinator") -> "Caller":
        return Caller(self.http, organisation, role)

    async def register(self, given_name: str = "Ada", *identifiers: tuple[str, str]) -> str:
        answer = await self.post("participants", person(given_name, *identifiers))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["participant"])

    async def enrolled(self, *identifiers: tuple[str, str]) -> str:
        participant = await self.register("Ada", *identifiers)
        for path, body in (("applications", APPLICATION), ("enrolments", ENROLMENT)):
            answer = await self.post(f"participants/{participant}/{path}", body)
            assert answer.status_code == 201, answer.text
        return participant


APPLICATION = {"cohort": "recap-2024", "group": "nhs-providers", "applied_on": "2023-11-06"}
ENROLMENT = {"cohort": "recap-2024", "enrolled_on": "2023-12-01"}


def person(given_name: str = "Ada", *identifiers: tuple[str, str]) -> dict[str, Any]:
    return {
        "given_name": given_name,
        "family_name": "Okafor",
        "email": f"{given_name.lower()}@example.org",
        "identifiers": [{"system": system, "value": value} for system, value in identifiers],
    }


@pytest.fixture
def settings(mongo_url: str, database_prefix: str) -> Settings:
    return Settings(
        brokers="127.0.0.1:1",
        mongo_url=mongo_url,
        database_prefix=database_prefix,
        oidc_issuer="http://127.0.0.1:1",
        oidc_audience="groundswell",
        oidc_jwks_url="http://127.0.0.1:1/jwks",
        deployment_key=b"d" * 32,
        identifier_key=b"i" * 32,
        environment="local",
        idempotent_producer=False,
    )


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Enrolment]:
    """The service's parts on a database of the test's own, prepared."""
    parts = Enrolment(settings, read_catalogue(catalogue_files(FOLDER)))
    await parts.prepare()
    yield parts
    await parts.keeping.database.drop()
    await parts.keeping.database.close()


@pytest.fixture
def api(parts: Enrolment) -> FastAPI:
    api = parts.api()
    api.state.authenticator = Doorman()
    return api


@pytest.fixture
async def caller(api: FastAPI) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://here") as http:
        yield Caller(http)


@pytest.fixture
def database(parts: Enrolment) -> Database:
    return parts.keeping.database


async def said(database: Database, subject: str) -> list[tuple[str, str, Envelope | None]]:
    """What waits to be sent about a subject: topic, event type and event; a tombstone has no event."""
    rows = await database.collection("outbox").find({"subject": subject}).sort([("seq", 1), ("n", 1)]).to_list(None)
    told = [(row["topic"], parse(row["value"]) if row["value"] is not None else None) for row in rows]
    return [(topic, event.type if event else "tombstone", event) for topic, event in told]
