"""The people of each organisation who use the platform, and how they sign in.

Guards that whoever acts does so with a token of their own organisation and the one role the act needs.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Issue = Callable[[str, str, Sequence[str]], str]
"""Signs somebody in: subject, organisation, roles; returns a bearer token."""


@dataclass(frozen=True)
class Clerk:
    """Somebody who signs in."""

    subject: str
    organisation: str
    role: str


def clerk(role: str, organisation: str) -> Clerk:
    """Return the one person of an organisation who acts in a role."""
    return Clerk(f"{role}.{organisation.lower()}", organisation, role)


class Tokens:
    """Bearer tokens, fetched once for each clerk."""

    def __init__(self, issue: Issue, *, at_once: int = 4) -> None:
        self._issue = issue
        self._lane = asyncio.Semaphore(at_once)
        self._known: dict[Clerk, asyncio.Task[str]] = {}

    async def of(self, who: Clerk) -> str:
        """Return the token of a clerk."""
        if who not in self._known:
            self._known[who] = asyncio.create_task(self._sign_in(who))
        return await asyncio.shield(self._known[who])

    async def _sign_in(self, who: Clerk) -> str:
        async with self._lane:
            return await asyncio.to_thread(self._issue, who.subject, who.organisation, [who.role])
