"""What a command looks like over HTTP, and why it is saved.

Guards that commands hold nothing unknown, and that the same command sent twice under one `Idempotency-Key` takes effect
once: its mark is saved with what it changes, and its answer is given again.
"""

import hashlib
import re
from datetime import date
from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict

from shared.errors import RefusedError
from shared.inbox import Mark
from shared.outbox import Because
from shared.web.identity import Caller

_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Command(BaseModel):
    """A request body: unknown fields are refused, surrounding space is dropped."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


def _day(value: Any) -> Any:
    """Take a date from ISO text alone; a number would silently become a day in 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("must be a date such as 2024-03-01")


Day = Annotated[date, BeforeValidator(_day)]
"""A date of a command, written `2024-03-01`."""


class IdempotencyKeyInvalidError(RefusedError):
    """The Idempotency-Key must be 1 to 128 letters, digits, dots, colons, hyphens or underscores."""

    status = 422


class IdempotencyKeyReusedError(RefusedError):
    """The Idempotency-Key was used before for another request; choose a new one for each command."""


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Choose one for each command and send it again with a repetition: the command then takes effect "
        "once and its first answer is given again for 14 days.",
        examples=["2f1d7c1e-enrol-1"],
    ),
]


async def command_because(request: Request, identity: Caller, idempotency_key: IdempotencyKey = None) -> Because:
    """Return why a command is saved: who asked, in which conversation, and its mark if it has a key.

    Use it as a dependency: `because: CommandBecause`.
    """
    key = idempotency_key if idempotency_key is not None else request.headers.get("idempotency-key")
    mark = None
    if key is not None:
        if not _KEY.fullmatch(key):
            raise IdempotencyKeyInvalidError
        # The actor is part of the id: two people may choose the same key without meeting.
        mark = Mark(f"command|{identity.organisation}|{identity.subject}|{key}", await _digest(request))
    because = Because(
        correlation_id=request.state.correlation_id,
        causation_id=None,
        organisation=identity.organisation,
        actor=identity.subject,
        mark=mark,
    )
    request.state.because = because
    return because


async def _digest(request: Request) -> str:
    """Return the hash of what was asked: method, path, query and the exact body."""
    url = request.url
    asked = f"{request.method}\n{url.path}\n{url.query}\n".encode() + await request.body()
    return hashlib.sha256(asked).hexdigest()
