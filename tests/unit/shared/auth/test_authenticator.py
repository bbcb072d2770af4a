"""Who a token speaks for, and every way in which it speaks for nobody (P12)."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.auth import Authenticator, Identity
from shared.errors import UnauthenticatedError


async def test_a_right_token_says_who_is_asking(authenticator: Authenticator, provider: Any) -> None:
    identity = await authenticator.identify(provider.token(roles=["coordinator", "evaluator"]))

    assert identity == Identity("account-1", "R0A", frozenset({"coordinator", "evaluator"}))


async def test_an_es256_token_is_accepted_as_well(authenticator: Authenticator, provider: Any) -> None:
    provider.publish_ec("curve")

    token = provider.token(kid="curve", key=provider.ec, algorithm="ES256")

    assert (await authenticator.identify(token)).subject == "account-1"


async def test_roles_that_nobody_knows_mean_nothing(authenticator: Authenticator, provider: Any) -> None:
    identity = await authenticator.identify(provider.token(roles=["root", "participant", 7, None]))

    assert identity.roles == {"participant"}


@pytest.mark.parametrize("roles", [None, "coordinator", {"coordinator": True}])
async def test_roles_that_are_not_a_list_give_no_role(authenticator: Authenticator, provider: Any, roles: Any) -> None:
    assert (await authenticator.identify(provider.token(roles=roles))).roles == frozenset()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://elsewhere.example.org"}, "another issuer"),
        ({"aud": "somebody-else"}, "another audience"),
        ({"aud": None}, "lacks a required claim"),
        ({"iss": None}, "lacks a required claim"),
        ({"sub": None}, "lacks a required claim"),
        ({"exp": None}, "lacks a required claim"),
        ({"exp": time.time() - 60}, "has expired"),
        ({"nbf": time.time() + 10_000_000}, "not valid yet"),
        ({"iat": time.time() + 10_000_000}, "not valid yet"),
        ({"organisation": None}, "names no organisation"),
        ({"organisation": ["R0A"]}, "names no organisation"),
        ({"organisation": "R0A|R0B"}, "names no organisation"),
        ({"organisation": {"$ne": ""}}, "names no organisation"),
        ({"sub": ""}, "names no person"),
    ],
)
async def test_a_token_with_a_wrong_claim_speaks_for_nobody(
    authenticator: Authenticator, provider: Any, changes: Any, reason: Any
) -> None:
    with pytest.raises(UnauthenticatedError, match=reason):
        await authenticator.identify(provider.token(**changes))


@pytest.mark.parametrize("moment", ["exp", "nbf", "iat"])
async def test_clocks_may_differ_by_a_little(authenticator: Authenticator, provider: Any, moment: Any) -> None:
    nearly = {"exp": time.time() - 10, "nbf": time.time() + 10, "iat": time.time() + 10}[moment]

    assert (await authenticator.identify(provider.token(**{moment: nearly}))).organisation == "R0A"


@pytest.mark.parametrize("moment", ["soon", True, [1], float("nan"), float("inf")])
async def test_a_time_that_is_no_number_is_refused(authenticator: Authenticator, provider: Any, moment: Any) -> None:
    with pytest.raises(UnauthenticatedError):
        await authenticator.identify(signed(provider, provider.claims(exp=moment)))


async def test_a_token_signed_by_somebody_else_is_refused(authenticator: Authenticator, provider: Any) -> None:
    stranger = rsa.generate_private_key(65537, 2048)

    with pytest.raises(UnauthenticatedError, match="expected provider"):
        await authenticator.identify(provider.token(key=stranger))


async def test_the_public_key_cannot_be_used_as_a_shared_secret(authenticator: Authenticator, provider: Any) -> None:
    public = provider.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(UnauthenticatedError, match="accepted algorithm"):
        await authenticator.identify(forged("HS256", provider.claims(), secret=public))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS384", "PS256", "ES384", "", None, 5])
async def test_other_algorithms_are_refused(authenticator: Authenticator, provider: Any, algorithm: Any) -> None:
    with pytest.raises(UnauthenticatedError):
        await authenticator.identify(forged(algorithm, provider.claims()))


async def test_an_rsa_key_is_never_tried_for_es256(authenticator: Authenticator, provider: Any) -> None:
    token = provider.token(kid="first", key=provider.ec, algorithm="ES256")

    with pytest.raises(UnauthenticatedError, match="expected provider"):
        await authenticator.identify(token)


async def test_a_token_that_brings_its_own_key_or_address_is_not_listened_to(
    authenticator: Authenticator, provider: Any
) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key()))
    headers = {"kid": "first", "jwk": own, "jku": "https://evil.example.org/keys"}
    token = jwt.encode(provider.claims(), stranger, algorithm="RS256", headers=headers)

    with pytest.raises(UnauthenticatedError):
        await authenticator.identify(token)
    assert set(provider.asked) == {"https://id.example.org/keys"}


async def test_a_token_that_demands_unknown_extensions_is_refused(authenticator: Authenticator, provider: Any) -> None:
    token = jwt.encode(
        provider.claims(), provider.rsa, algorithm="RS256", headers={"kid": "first", "crit": ["x"], "x": 1}
    )

    with pytest.raises(UnauthenticatedError):
        await authenticator.identify(token)


async def test_a_changed_claim_breaks_the_signature(authenticator: Authenticator, provider: Any) -> None:
    header, _, signature = provider.token().split(".")
    other = encoded(provider.claims(organisation="R0B"))

    with pytest.raises(UnauthenticatedError, match="expected provider"):
        await authenticator.identify(f"{header}.{other}.{signature}")


async def test_a_very_long_token_is_not_even_read(authenticator: Authenticator, provider: Any) -> None:
    with pytest.raises(UnauthenticatedError, match="too long"):
        await authenticator.identify("a" * 9000)
    assert provider.asked == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80))
async def test_nonsense_speaks_for_nobody(authenticator: Authenticator, text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await authenticator.identify(text)


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed(provider: Any, claims: object) -> str:
    body = f"{encoded({'alg': 'RS256', 'kid': 'first'})}.{encoded(claims)}"
    signature = jwt.get_algorithm_by_name("RS256").sign(body.encode(), provider.rsa)
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def forged(algorithm: object, claims: object, secret: bytes = b"secret") -> str:
    body = f"{encoded({'alg': algorithm, 'kid': 'first'})}.{encoded(claims)}"
    signature = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
