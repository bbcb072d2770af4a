"""A small API with every kind of outcome, and somebody to call it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import Field
from pymongo.errors import AutoReconnect

from shared.auth import Identity
from shared.errors import BacklogFullError, NotFoundError, RefusedError, UnauthenticatedError, UnavailableError
from shared.web import Caller, Command, CommandBecause, Day, create_api, problems, requires

CANARY = "Adeola Canary"


class CohortFullError(RefusedError):
    """Cohort {cohort} has no free place."""


class Enrol(Command):
    given_name: str = Field(max_length=20)
    email: str = Field(pattern=r"^[^@]+@[^@]+$")
    enrolled_on: Day
    minutes: int = Field(default=30, ge=1, le=600)


class KnownCallers:
    """An authenticator whose tokens are role names."""

    def __init__(self) -> None:
        self.away = False
        self.keys = self

    async def ensure(self) -> None:
        if self.away:
            raise UnavailableError("the identity provider is away")

    async def identify(self, token: str) -> Identity:
        await self.ensure()
        if token == "wrong":
            raise UnauthenticatedError(reason="the token cannot be read")
        return Identity("account-1", "R0A", frozenset(token.split("+")))


@dataclass
class StillDatabase:
    """A database that answers signs of life and remembers marks."""

    away: bool = False
    marks: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def ping(self) -> None:
        if self.away:
            raise UnavailableError("the database is away")

    def collection(self, _: str) -> "StillDatabase":
        return self

    async def find_one(self, query: dict[str, str]) -> dict[str, Any] | None:
        if self.away:
            raise AutoReconnect("away")
        return self.marks.get(query["_id"])


router = APIRouter(prefix="/enrolment/v1", tags=["enrolments"])
Coordinator = Annotated[Identity, requires("coordinator")]


@router.post(
    "/cohorts/{cohort}/enrolments",
    status_code=201,
    summary="Enrol a person",
    responses=problems(CohortFullError, NotFoundError),
)
async def enrol(cohort: str, command: Enrol, _: Coordinator, because: CommandBecause) -> dict[str, Any]:
    """Enrol a person in a cohort."""
    match cohort:
        case "full":
            raise CohortFullError(cohort=cohort)
        case "bug":
            raise RuntimeError(command.given_name)
        case "driver":
            raise AutoReconnect(command.given_name)
        case "backlog":
            raise BacklogFullError("too many events wait to be sent", retry_after=4.2)
    return {"id": because.new_id(), "correlation_id": because.correlation_id}


@router.get("/me", summary="Say who is asking")
async def me(identity: Caller) -> dict[str, Any]:
    """Say who is asking."""
    return {"organisation": identity.organisation}


@pytest.fixture
def callers() -> KnownCallers:
    return KnownCallers()


@pytest.fixture
def still() -> StillDatabase:
    return StillDatabase()


@pytest.fixture
def api(callers: Any, still: Any) -> FastAPI:
    return create_api(
        "enrolment",
        title="Enrolment",
        description="Who takes part in what.",
        authenticator=callers,
        database=still,
        routers=[router],
        tags=[{"name": "enrolments", "description": "Who takes part in which cohort."}],
    )


@pytest.fixture
async def http(api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": "Bearer coordinator"}
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@pytest.fixture
def body() -> dict[str, Any]:
    return {"given_name": "Ada", "email": "ada@example.org", "enrolled_on": "2024-03-01"}


@pytest.fixture
def canary() -> str:
    return CANARY
