"""A provider that exists only in memory: its keys, its tokens, its moods."""

import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from shared.auth import Authenticator

ISSUER = "https://id.example.org"
AUDIENCE = "groundswell"
JWKS_URL = "https://id.example.org/keys"


class Provider:
    """Signs tokens and answers for its key set; `away` makes it fail."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.published: list[dict[str, Any]] = []
        self.away = False
        self.asked: list[str] = []
        self.publish_rsa("first")

    def publish_rsa(self, kid: str | None, **more: Any) -> None:
        self.publish(json.loads(RSAAlgorithm.to_jwk(self.rsa.public_key())), kid, **more)

    def publish_ec(self, kid: str | None, **more: Any) -> None:
        self.publish(json.loads(ECAlgorithm.to_jwk(self.ec.public_key())), kid, **more)

    def publish(self, key: dict[str, Any], kid: str | None, **more: Any) -> None:
        key = {name: value for name, value in key.items() if name not in {"key_ops", "alg"}} | more
        self.published.append(key if kid is None else {**key, "kid": kid})

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.away:
            raise httpx.ConnectError("away")
        return httpx.Response(200, json={"keys": self.published})

    def claims(self, **changes: Any) -> dict[str, Any]:
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "account-1",
            "exp": time.time() + 300,
            "organisation": "R0A",
            "roles": ["coordinator"],
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, *, kid: str | None = "first", key: Any = None, algorithm: str = "RS256", **changes: Any) -> str:
        headers = {} if kid is None else {"kid": kid}
        return jwt.encode(self.claims(**changes), key or self.rsa, algorithm=algorithm, headers=headers)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def client(provider: Any) -> Any:
    async with httpx.AsyncClient(transport=httpx.MockTransport(provider.answer)) as client:
        yield client


@pytest.fixture
def authenticator(client: Any) -> Authenticator:
    return Authenticator(ISSUER, AUDIENCE, JWKS_URL, client=client)
