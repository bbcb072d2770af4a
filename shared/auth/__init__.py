"""Who is asking: a bearer token becomes an identity, or nobody comes in.

Guards that organisation and roles come from a token that the configured provider signed, and from nowhere else: fixed
algorithms, issuer, audience and expiry checked, keys only from the configured address (P12).
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from shared.auth.keys import ALGORITHMS, KeyRing
from shared.clock import Clock, now
from shared.errors import UnauthenticatedError

ROLES = frozenset({"coordinator", "facilitator", "participant", "project_lead", "evaluator", "ops"})
MAX_TOKEN_CHARACTERS = 8192
LEEWAY_SECONDS = 30
_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Identity:
    """Who asks: the provider's subject, the organisation's code and the roles held there."""

    subject: str
    organisation: str
    roles: frozenset[str]

    def has(self, *roles: str) -> bool:
        """Tell whether the person holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


class Authenticator:
    """Turns tokens of one provider into identities."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        jwks_url: str,
        *,
        client: httpx.AsyncClient | None = None,
        clock: Clock = now,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self.keys = KeyRing(jwks_url, client=client)

    async def identify(self, token: str) -> Identity:
        """Return who the token speaks for.

        Raises UnauthenticatedError with a reason, or UnavailableError when the provider's keys cannot be had.
        """
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise UnauthenticatedError(reason="the token is too long")
        return self._identity(await self._claims(token))

    async def _claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature, issuer, audience and times are right."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise UnauthenticatedError(reason="the token cannot be read") from None
        algorithm = header.get("alg")
        # `crit` names extensions that must be understood; none is understood here.
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or "crit" in header:
            raise UnauthenticatedError(reason="the token is not signed with an accepted algorithm")
        for key in await self.keys.candidates(algorithm, header.get("kid")):
            try:
                return self._decode(token, key, algorithm)
            except jwt.InvalidSignatureError:
                continue
        raise UnauthenticatedError(reason="the token is not signed by the expected provider")

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        """Return the verified claims; a wrong signature is told apart so that the next key can be tried."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key=key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                options={
                    "require": ["exp", "iss", "aud", "sub"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            raise
        except jwt.PyJWTError as error:
            raise UnauthenticatedError(reason=_REASONS.get(type(error), "the token is not valid")) from None
        self._check_times(claims)
        return claims

    def _check_times(self, claims: dict[str, Any]) -> None:
        """Refuse a token that has run out or is not valid yet, with a small leeway for clocks that differ."""
        moment = self._clock().timestamp()
        if _seconds(claims, "exp") <= moment - LEEWAY_SECONDS:
            raise UnauthenticatedError(reason="the token has expired")
        for claim in ("nbf", "iat"):
            if claim in claims and _seconds(claims, claim) > moment + LEEWAY_SECONDS:
                raise UnauthenticatedError(reason="the token is not valid yet")

    def _identity(self, claims: dict[str, Any]) -> Identity:
        """Return the identity in verified claims; unknown roles mean nothing here."""
        organisation, subject, roles = claims.get("organisation"), claims["sub"], claims.get("roles")
        if not isinstance(organisation, str) or not _ORGANISATION.fullmatch(organisation):
            raise UnauthenticatedError(reason="the token names no organisation")
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise UnauthenticatedError(reason="the token names no person")
        held = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
        return Identity(subject, organisation, ROLES & held)


_REASONS: dict[type[jwt.PyJWTError], str] = {
    jwt.InvalidIssuerError: "the token is from another issuer",
    jwt.InvalidAudienceError: "the token is for another audience",
    jwt.MissingRequiredClaimError: "the token lacks a required claim",
}


def _seconds(claims: dict[str, Any], name: str) -> float:
    """Return a numeric date; anything else is no date."""
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnauthenticatedError(reason="the token has a time that cannot be read")
    return float(value)
