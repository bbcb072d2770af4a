"""The dialects in which other systems publish attendance: bytes in, one kind of record out. Pure.

Guards that the organisation comes from the topic only, and that whatever cannot be read says why with a stable code:
`undecodable` (not a JSON object), `unknown-dialect`, `wrong-organisation`, `invalid`.
"""

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from services.engagement.domain.dialects import cloudevent, xapi
from services.engagement.domain.dialects.records import ExternalReport, ExternalVoid
from shared.errors import PoisonError
from shared.events.ids import OrganisationId

LARGEST = 64 * 1024
"""Bytes of a record; the topics accept no more either."""


def decode(value: bytes | None, organisation: OrganisationId) -> ExternalReport | ExternalVoid:
    """Read a record that one organisation's systems published. Raises PoisonError."""
    body = _object(value)
    _own(body, organisation)
    try:
        if "specversion" in body:
            return cloudevent.read(body)
        if "verb" in body and "object" in body:
            return xapi.read(body)
    except ValidationError as error:
        raise PoisonError("invalid", _where(error)) from error
    raise PoisonError("unknown-dialect", "neither a CloudEvent nor an xAPI statement")


def _object(value: bytes | None) -> dict[str, Any]:
    if value is None or len(value) > LARGEST:
        raise PoisonError("undecodable", "the record is empty or larger than 64 KiB")
    try:
        body = from_json(value)
    except ValueError as error:
        raise PoisonError("undecodable", "the value is not JSON") from error
    if not isinstance(body, dict):
        raise PoisonError("undecodable", "the value is not a JSON object")
    return body


def _own(body: dict[str, Any], organisation: OrganisationId) -> None:
    """Park what claims to speak for another organisation: the publisher has sent it to the wrong place, or tries to."""
    data = body.get("data")
    claims = [body.get("organisation"), data.get("organisation") if isinstance(data, dict) else None]
    if any(claim not in (None, organisation) for claim in claims):
        raise PoisonError("wrong-organisation", "the record names another organisation than its topic's")


def _where(error: ValidationError) -> str:
    """Name the fields that are wrong without repeating what they hold."""
    fields = {".".join(str(step) for step in item["loc"]) or "(whole)": item["type"] for item in error.errors()}
    return "; ".join(f"{name}: {kind}" for name, kind in sorted(fields.items()))[:500]
