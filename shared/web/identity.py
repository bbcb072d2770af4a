"""Who calls, as a FastAPI dependency, and which roles a route needs.

Guards that a route learns organisation and roles from the verified token alone.
"""

from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.auth import ROLES, Identity
from shared.errors import ForbiddenError, UnauthenticatedError

_bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="An access token of the identity provider. Organisation and roles are taken from it.",
    auto_error=False,
)


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity:
    """Return who calls; raises UnauthenticatedError or UnavailableError."""
    if credentials is None:
        raise UnauthenticatedError(reason="send a bearer token")
    identity: Identity = await request.app.state.authenticator.identify(credentials.credentials)
    structlog.contextvars.bind_contextvars(organisation=identity.organisation)
    return identity


Caller = Annotated[Identity, Depends(caller)]
"""Whoever has a valid token."""


class Needs:
    """A dependency that lets in whoever holds at least one of the roles."""

    def __init__(self, *roles: str) -> None:
        unknown = set(roles) - ROLES
        if unknown or not roles:
            raise ValueError(f"no such roles: {sorted(unknown)}" if unknown else "name at least one role")
        self.roles = frozenset(roles)

    async def __call__(self, identity: Caller) -> Identity:
        """Return who calls; raises ForbiddenError."""
        if not identity.has(*self.roles):
            raise ForbiddenError(needs=", ".join(sorted(self.roles)))
        return identity


def requires(*roles: str) -> Any:
    """Let in whoever holds one of the roles.

    `identity: Annotated[Identity, requires("coordinator", "facilitator")]`
    """
    return Depends(Needs(*roles))
