"""A local OpenID provider, and tokens from it as an application would get them.

Guards that tests and the local stack sign in through the real flow: a person is stored with an organisation and
roles, the code flow runs over HTTP, and the ID token is the bearer token the services accept. Never part of a
production setting.
"""

import ssl
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx

from shared.testing.ports import free_port
from shared.testing.probes import http_answer
from shared.testing.processes import LocalProcess

AUDIENCE = "groundswell"
_TWELVE_HOURS = 12 * 3600
_CALLBACK = "http://127.0.0.1/callback"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no authority: the provider speaks plain HTTP, and reading the authorities takes longer than signing in."""
_ONE_AT_A_TIME = threading.Lock()
"""The provider loses its place in its list of recent people when two sign in at the same moment."""


class OpenIdProvider(LocalProcess):
    """oidc-provider-mock; its signing key lives in memory, so tokens from before a restart are void."""

    title: ClassVar[str] = "oidc-provider-mock (local OpenID provider)"

    def __init__(self, folder: Path, *, name: str = "provider") -> None:
        self.port = free_port()
        self.url = self.issuer = f"http://127.0.0.1:{self.port}"
        self.jwks_url = f"{self.issuer}/jwks"
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"]
        super().__init__(
            name,
            [*command, "--port", str(self.port), "--token-max-age", str(_TWELVE_HOURS)],
            log=folder / f"{name}.log",
            ready=lambda: http_answer(self.port, "/jwks")[0] == httpx.codes.OK,
        )

    def token_for(self, sub: str, organisation: str, roles: Iterable[str]) -> str:
        """Sign a person in and return the bearer token: a JWT with `organisation`, `roles` and our audience."""
        return token_for(self.issuer, sub, organisation, roles)


def token_for(issuer: str, sub: str, organisation: str, roles: Iterable[str]) -> str:
    """Run the authorisation code flow for one person at a local provider and return the ID token."""
    client = {"client_id": AUDIENCE, "redirect_uri": _CALLBACK}
    with _ONE_AT_A_TIME, httpx.Client(base_url=issuer, timeout=10, trust_env=False, verify=_NO_TLS) as http:
        claims = {"organisation": organisation, "roles": sorted(roles)}
        http.put(f"/users/{sub}", json=claims).raise_for_status()
        asked = {**client, "response_type": "code", "scope": "openid"}
        granted = http.post("/oauth2/authorize", params=asked, data={"sub": sub})
        if not granted.has_redirect_location:
            raise ConnectionError(f"{issuer} answered {granted.status_code} when {sub} signed in: {granted.text[:200]}")
        code = parse_qs(urlsplit(granted.headers["location"]).query)["code"][0]
        grant = {**client, "grant_type": "authorization_code", "code": code, "client_secret": "local"}
        answer = http.post("/oauth2/token", data=grant)
        return str(answer.raise_for_status().json()["id_token"])
