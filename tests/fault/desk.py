"""Gives commands to the services as careful clients do, and writes down everything that is promised.

Guards the proof of P1: a command with an Idempotency-Key is sent again until its outcome is known; one without is never
sent again, so that an answer which never came stays an open question.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx

from shared.testing.history import Asked, Attempt, Expected, History, Outcome

TIMEOUT = httpx.Timeout(30, connect=3)
AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Clerk:
    """Somebody who signed in."""

    name: str
    organisation: str
    token: str


@dataclass(frozen=True)
class Request:
    """A command to be given. `key`: whether it has an Idempotency-Key, or which one; `copies`: how many at once."""

    name: str
    clerk: Clerk
    method: str
    path: str
    body: Any = None
    expected: Sequence[Expected] = ()
    key: bool | str = False
    copies: int = 1
    must: Outcome | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a command, as far as the client knows."""

    outcome: Outcome
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was promised."""
        return self.outcome == "ok"


class Desk:
    """The clients of all services; `addresses` are base URLs by service."""

    def __init__(self, addresses: Mapping[str, str], history: History, chance: Random) -> None:
        self._clients = {name: httpx.AsyncClient(base_url=url, timeout=TIMEOUT) for name, url in addresses.items()}
        self._history = history
        self._chance = chance
        self._keys = itertools.count(1)
        self.over = asyncio.Event()
        """Set when nothing is sent again any more."""

    async def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients.values():
            await client.aclose()

    async def read(self, clerk: Clerk, path: str) -> Any:
        """Return the answer to a question, None when there is none."""
        try:
            answer = await self._clients[path.split("/")[1]].get(path, headers=_signed(clerk))
        except httpx.TransportError:
            return None
        return answer.json() if answer.is_success else None

    async def give(self, request: Request) -> Answer:
        """Give a command and return what became of it."""
        key = request.key if isinstance(request.key, str) else f"key-{next(self._keys)}" if request.key else None
        number, attempts = self._history.asked(_asked(request, key)), itertools.count(1)
        copies = [self._once(number, next(attempts), request, key) for _ in range(request.copies)]
        told = max(await asyncio.gather(*copies), key=lambda one: ("unknown", "refused", "ok").index(one.outcome))
        while told.outcome == "unknown" and key is not None and not self.over.is_set():
            await pause(self.over, AGAIN_SECONDS)
            told = await self._once(number, next(attempts), request, key)
        return Answer(told.outcome, told.answer)

    async def _once(self, number: int, attempt: int, request: Request, key: str | None) -> Attempt:
        correlation = str(UUID(int=self._chance.getrandbits(128), version=4))
        self._history.invoked(number, attempt, correlation)
        headers = {**_signed(request.clerk), "X-Correlation-Id": correlation}
        if key is not None:
            headers["Idempotency-Key"] = key
        client = self._clients[request.path.split("/")[1]]
        try:
            answer = await client.request(request.method, request.path, json=request.body, headers=headers)
            told = _told(correlation, answer)
        except httpx.TransportError:
            told = Attempt(correlation)
        self._history.answered(number, attempt, told)
        return told


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Let some time pass, but no longer than until an event."""
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        return


def _asked(request: Request, key: str | None) -> Asked:
    clerk = request.clerk
    return Asked(
        name=request.name,
        method=request.method,
        path=request.path,
        body=request.body,
        organisation=clerk.organisation,
        actor=clerk.name,
        key=key,
        expected=request.expected,
        must=request.must,
    )


def _signed(clerk: Clerk) -> dict[str, str]:
    return {"Authorization": f"Bearer {clerk.token}"}


def _told(correlation: str, answer: httpx.Response) -> Attempt:
    """Read an answer: a success is a promise, a 4xx a refusal, and after a 5xx anything may be true."""
    body = answer.json()
    if answer.is_success:
        return Attempt(correlation, "ok", answer.status_code, None, body)
    outcome: Outcome = "refused" if answer.is_client_error else "unknown"
    again = answer.headers.get("Retry-After")
    return Attempt(correlation, outcome, answer.status_code, body.get("code"), retry_after=again)
