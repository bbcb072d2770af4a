"""The provider's public keys: fetched from one address, kept, and fetched again when an unknown one is named.

Guards that nobody can make us fetch keys from elsewhere or as often as he likes, and that a provider that is away
for a while stops nobody whose token an already known key signed.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from shared.errors import UnavailableError

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
"""Accepted algorithms and the only kind of key that may be used with each."""
FRESH_SECONDS = 600.0
RETRY_SECONDS = 5.0
MAX_BYTES = 256 * 1024
MIN_RSA_BITS = 2048
Timer = Callable[[], float]


@dataclass(frozen=True)
class PublicKey:
    """One published key: its id (perhaps none), the algorithm it is for, and the key itself."""

    kid: str | None
    algorithm: str
    key: Any


class KeyRing:
    """The keys of one provider, shared by all requests of a process."""

    def __init__(self, url: str, *, client: httpx.AsyncClient | None = None, timer: Timer = time.monotonic) -> None:
        self._url = url
        self._client = client
        self._timer = timer
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None

    async def candidates(self, algorithm: str, kid: object) -> list[Any]:
        """Return the keys that may have signed: the one with this id, or all of that kind when no id is named.

        Raises UnavailableError when there are no keys and the provider is away.
        """
        found = self._matching(algorithm, kid)
        if not found:
            await self.refresh()
            return self._matching(algorithm, kid)
        stale = self._timer() - self._fetched > FRESH_SECONDS
        if stale and (self._renewing is None or self._renewing.done()):
            # Nobody waits for it: what is known still holds while a slow provider makes up its mind.
            self._renewing = asyncio.create_task(self.refresh())
        return found

    async def ensure(self) -> None:
        """Fetch the keys if there are none yet; raises UnavailableError."""
        if not self._keys:
            await self.refresh()

    async def refresh(self) -> None:
        """Fetch the keys unless that was tried a moment ago; keep the old ones while the provider is away."""
        async with self._fetching:
            if self._timer() - self._tried >= RETRY_SECONDS:
                self._tried = self._timer()
                fetched = await self._fetch()
                if fetched:
                    self._keys, self._fetched = fetched, self._timer()
        if not self._keys:
            raise UnavailableError("the identity provider is away", retry_after=RETRY_SECONDS)

    def _matching(self, algorithm: str, kid: object) -> list[Any]:
        """Return known keys; keys without an id may have signed anything."""
        return [
            known.key
            for known in self._keys
            if known.algorithm == algorithm and (kid is None or known.kid is None or known.kid == kid)
        ]

    async def _fetch(self) -> tuple[PublicKey, ...]:
        """Return the published keys, none if the provider is away or answers nonsense."""
        try:
            if self._client is not None:
                return await self._ask(self._client)
            async with httpx.AsyncClient(timeout=5, follow_redirects=False, trust_env=False) as client:
                return await self._ask(client)
        except (httpx.HTTPError, ValueError, RecursionError):
            return ()

    async def _ask(self, client: httpx.AsyncClient) -> tuple[PublicKey, ...]:
        """Read at most 256 KiB from the one configured address."""
        body = bytearray()
        async with client.stream("GET", self._url, headers={"accept": "application/json"}) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("the key set is too large")
        return _read(httpx.Response(200, content=bytes(body)).json())


def _read(document: Any) -> tuple[PublicKey, ...]:
    """Return the usable signing keys of a key set; others are passed over."""
    published = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(published, list):
        raise ValueError("that is not a key set")  # noqa: TRY004 - it is an answer that makes no sense
    return tuple(key for key in map(_usable, published) if key is not None)


def _usable(published: Any) -> PublicKey | None:
    """Return one published key if it is a public RSA or P-256 key that may sign."""
    if not isinstance(published, dict) or published.get("use", "sig") != "sig":
        return None
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(published.get("kty")))
    if algorithm is None or published.get("alg", algorithm) != algorithm:
        return None
    if algorithm == "ES256" and published.get("crv") != "P-256":
        return None
    public = {name: value for name, value in published.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}
    try:
        key = jwt.PyJWK(public, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if algorithm == "RS256" and key.key_size < MIN_RSA_BITS:
        return None
    kid = published.get("kid")
    return PublicKey(kid if isinstance(kid, str) else None, algorithm, key)
