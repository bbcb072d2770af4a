"""A small library of loans: the least that has commands, a store and an API."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter

from shared import audit, inbox, outbox, vault
from shared.auth import Identity
from shared.errors import RefusedError
from shared.mongo import Database, guard
from shared.outbox import Change, StoreDoor, until_saved
from shared.topics import Topics
from shared.web import Command, CommandBecause, create_api, requires


class AlreadyLentError(RefusedError):
    """The book is lent already."""


class Lend(Command):
    """Lend a book."""

    book: str


class TokenIsPerson:
    """An authenticator whose token is `organisation:person`."""

    keys: Any = None

    async def identify(self, token: str) -> Identity:
        organisation, person = token.split(":")
        return Identity(person, organisation, frozenset({"coordinator"}))


@pytest.fixture
async def prepared(database: Database) -> Database:
    """A database with the kernel's collections."""
    books = {"books": []}
    await database.ensure_indexes(outbox.INDEXES | inbox.INDEXES | audit.INDEXES | vault.INDEXES | books)
    return database


@pytest.fixture
def door(prepared: Database) -> StoreDoor:
    return StoreDoor(prepared, "library", topics=Topics())


@pytest.fixture
async def library(prepared: Database, door: StoreDoor) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that lends each book once."""
    router = APIRouter(prefix="/library/v1")

    @router.post("/loans", status_code=201)
    async def lend(
        command: Lend, _: Annotated[Identity, requires("coordinator")], because: CommandBecause
    ) -> dict[str, str]:
        loan = because.new_id()

        async def attempt() -> None:
            async with guard():
                stored = await prepared.collection("books").find_one({"_id": command.book})
            if stored is not None:
                raise AlreadyLentError
            change = Change("books", command.book, {"loan": loan}, 0)
            await door.save([change], because.with_result({"loan": loan}))

        await until_saved(attempt)
        return {"loan": loan}

    authenticator: Any = TokenIsPerson()
    api = create_api(
        "library", title="t", description="d", authenticator=authenticator, database=prepared, routers=[router]
    )
    headers = {"authorization": "Bearer R0A:ada"}
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client
