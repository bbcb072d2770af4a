"""Where the provider's keys come from, how often they are asked for, and what holds while it is away."""

import asyncio
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from shared.auth import Authenticator
from shared.auth.keys import FRESH_SECONDS, MAX_BYTES, RETRY_SECONDS, KeyRing
from shared.errors import UnauthenticatedError, UnavailableError

URL = "https://id.example.org/keys"


class Timer:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def ring(client: Any, timer: Timer) -> KeyRing:
    return KeyRing(URL, client=client, timer=timer)


async def test_keys_are_fetched_once_for_many_requests(ring: KeyRing, provider: Any) -> None:
    found = await asyncio.gather(*(ring.candidates("RS256", "first") for _ in range(20)))

    assert all(len(keys) == 1 for keys in found)
    assert provider.asked == [URL]


async def test_a_token_without_kid_is_tried_against_every_key(authenticator: Authenticator, provider: Any) -> None:
    provider.published.clear()
    stranger = rsa.generate_private_key(65537, 2048)
    provider.publish(public_jwk(stranger), "other")
    provider.publish_rsa("mine")

    assert (await authenticator.identify(provider.token(kid=None))).subject == "account-1"


async def test_a_published_key_without_an_id_may_have_signed_any_token(ring: KeyRing, provider: Any) -> None:
    provider.published.clear()
    provider.publish_rsa(None)

    assert len(await ring.candidates("RS256", "whatever")) == 1


async def test_an_unknown_kid_fetches_again_but_not_at_everybodys_pleasure(
    ring: KeyRing, provider: Any, timer: Timer
) -> None:
    await ring.candidates("RS256", "first")
    timer.now += RETRY_SECONDS
    for number in range(50):
        assert await ring.candidates("RS256", f"made-up-{number}") == []

    assert len(provider.asked) == 2


async def test_a_rotated_key_is_found(ring: KeyRing, provider: Any, timer: Timer) -> None:
    await ring.candidates("RS256", "first")
    provider.publish_rsa("second")
    timer.now += RETRY_SECONDS

    assert len(await ring.candidates("RS256", "second")) == 1


async def test_known_keys_hold_while_the_provider_is_away(ring: KeyRing, provider: Any, timer: Timer) -> None:
    await ring.candidates("RS256", "first")
    provider.away = True
    timer.now += FRESH_SECONDS * 3

    assert len(await ring.candidates("RS256", "first")) == 1
    await ring._renewing
    assert len(provider.asked) == 2
    assert len(await ring.candidates("RS256", "first")) == 1


async def test_a_withdrawn_key_stops_working_once_the_keys_are_renewed(
    ring: KeyRing, provider: Any, timer: Timer
) -> None:
    await ring.candidates("RS256", "first")
    provider.published.clear()
    provider.publish_rsa("second")
    timer.now += FRESH_SECONDS + 1
    await ring.candidates("RS256", "first")
    await ring._renewing

    assert await ring.candidates("RS256", "first") == []


async def test_without_any_key_an_absent_provider_is_an_outage_not_a_refusal(
    authenticator: Authenticator, provider: Any
) -> None:
    provider.away = True

    with pytest.raises(UnavailableError, match="identity provider"):
        await authenticator.identify(provider.token())


async def test_an_absent_provider_is_not_asked_again_at_once(ring: KeyRing, provider: Any, timer: Timer) -> None:
    provider.away = True
    for _ in range(5):
        with pytest.raises(UnavailableError):
            await ring.candidates("RS256", "first")
    assert len(provider.asked) == 1

    provider.away = False
    timer.now += RETRY_SECONDS
    assert len(await ring.candidates("RS256", "first")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(302, headers={"location": "https://evil.example.org/keys"}),
        httpx.Response(500, text="down"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["keys"]),
        httpx.Response(200, json={"keys": "none"}),
        httpx.Response(200, content=b"[" * 20_000),
    ],
)
async def test_an_answer_that_is_no_key_set_counts_as_away(answer: Any) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as client:
        with pytest.raises(UnavailableError):
            await KeyRing(URL, client=client).candidates("RS256", "first")


async def test_a_key_set_that_is_far_too_large_is_not_read(provider: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=provider.answer(request).content + b" " * MAX_BYTES)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(UnavailableError):
            await KeyRing(URL, client=client).candidates("RS256", "first")


@pytest.mark.parametrize(
    "unusable",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "first"},
        {"kty": "RSA", "n": "not base64!", "e": "AQAB", "kid": "first"},
        {"kty": "RSA", "kid": "first"},
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        "a string",
        None,
    ],
)
async def test_keys_that_cannot_be_used_are_passed_over(ring: KeyRing, provider: Any, unusable: Any) -> None:
    provider.published.insert(0, unusable)

    assert len(await ring.candidates("RS256", "first")) == 1


async def test_weak_keys_encryption_keys_and_other_curves_are_passed_over(
    ring: KeyRing, provider: Any, recwarn: pytest.WarningsRecorder
) -> None:
    provider.published.clear()
    provider.publish_rsa("encryption", use="enc")
    provider.publish_rsa("other-algorithm", alg="RS512")
    provider.publish(public_jwk(rsa.generate_private_key(65537, 1024)), "weak")
    provider.publish(public_jwk(ec.generate_private_key(ec.SECP384R1())), "curve")
    provider.publish_ec("good")

    assert await ring.candidates("RS256", None) == []
    assert len(await ring.candidates("ES256", None)) == 1


async def test_a_token_of_an_unknown_key_speaks_for_nobody(authenticator: Authenticator, provider: Any) -> None:
    with pytest.raises(UnauthenticatedError, match="expected provider"):
        await authenticator.identify(provider.token(kid="unheard-of"))


def public_jwk(private: Any) -> Any:
    kind = RSAAlgorithm if isinstance(private, rsa.RSAPrivateKey) else ECAlgorithm
    return kind.to_jwk(private.public_key(), as_dict=True)
