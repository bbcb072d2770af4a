"""How the region talks to the platform: HTTP through the origin, as an honest client.

Guards that a command is never given up while it may succeed and never sent twice as two: busy and unreachable
services are asked again after the time they name, always under the same Idempotency-Key.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.region.clerks import Clerk, Tokens
from deploy.local.region.errors import RefusedByPlatformError

AT_ONCE = 5
"""Requests in flight; the embedded database does one transaction at a time anyway."""
PATIENCE_SECONDS = 180.0
NOT_YET = frozenset(
    {
        "account-not-linked",
        "cohort-not-known",
        "journal-outside-enrolment",
        "lead-not-enrolled",
        "not-on-register",
        "participant-not-known",
        "places-not-known",
        "session-not-known",
    }
)
"""Refusals that say themselves that what they miss may take a moment to arrive from another service."""


@dataclass(frozen=True)
class Request:
    """Something to ask for. `key`: the Idempotency-Key of a command."""

    who: Clerk
    method: str
    path: str
    body: dict[str, Any] | None = None
    key: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.who.role} of {self.who.organisation})"


@dataclass
class Counts:
    """What the client met."""

    commands: int = 0
    answers: int = 0
    busy: int = 0
    not_yet: int = 0
    unreachable: int = 0


class Office:
    """Sends requests; any number of them may be asked for at once."""

    def __init__(self, http: httpx.AsyncClient, tokens: Tokens) -> None:
        self._http = http
        self._tokens = tokens
        self._lane = asyncio.Semaphore(AT_ONCE)
        self.counts = Counts()

    async def ask(self, request: Request) -> Any:
        """Return the JSON answer; raises RefusedByPlatformError when the platform says no for good."""
        until = time.monotonic() + PATIENCE_SECONDS
        self.counts.commands += request.method != "GET"
        while True:
            answer = await self._send(request)
            if answer is not None and answer.is_success:
                return answer.json()
            wait = self._again_after(answer)
            if wait is None or time.monotonic() + wait > until:
                raise RefusedByPlatformError(f"{request}: {_said(answer)}")
            await asyncio.sleep(wait)

    async def _send(self, request: Request) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {await self._tokens.of(request.who)}"}
        if request.key is not None:
            headers["Idempotency-Key"] = request.key
        async with self._lane:
            try:
                answer = await self._http.request(request.method, request.path, json=request.body, headers=headers)
            except httpx.TransportError:
                return None
        self.counts.answers += 1
        return answer

    def _again_after(self, answer: httpx.Response | None) -> float | None:
        """Return after how many seconds to ask again; None when the answer is final."""
        if answer is None:
            self.counts.unreachable += 1
            return 0.5
        if answer.status_code in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.BAD_GATEWAY):
            self.counts.busy += 1
            return float(answer.headers.get("Retry-After", 0.5))
        if _code(answer) in NOT_YET:
            self.counts.not_yet += 1
            return 0.2
        return None


def _code(answer: httpx.Response) -> str | None:
    try:
        problem = answer.json()
    except ValueError:
        return None
    return problem.get("code") if isinstance(problem, dict) else None


def _said(answer: httpx.Response | None) -> str:
    return "no answer" if answer is None else f"{answer.status_code} {answer.text[:500]}"
