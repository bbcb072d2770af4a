"""The envelope every event travels in: CloudEvents 1.0, structured mode, JSON.

Guards the contract at the edge: what leaves is valid, what comes in is valid or is refused with a code. Unknown types
are not an error of the record: they are told apart so that a reader can skip and count them.
"""

from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid5

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import from_json

from shared.errors import PoisonError
from shared.events.facts import Fact, Identifier
from shared.events.registry import EVENTS

_NAMESPACE = UUID("5f0f7a0e-3f0d-4b60-9d27-6c0f4b8f6a52")


class UnknownEventTypeError(Exception):
    """A well-formed event of a type that this version of the platform does not know."""


class Envelope(BaseModel):
    """A CloudEvent with the attributes the platform relies on; `data` is the typed fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=1, max_length=128)]
    source: Annotated[str, Field(min_length=1, max_length=256)]
    type: str
    subject: Identifier
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    organisation: Identifier
    correlationid: Annotated[str, Field(max_length=128)]
    causationid: Annotated[str, Field(max_length=128)] | None = None
    data: Fact

    @model_validator(mode="wrap")
    @classmethod
    def _type_the_data(cls, value: Any, handler: Any) -> Self:
        """Read `data` as the class its `type` names."""
        if isinstance(value, dict) and isinstance(value.get("data"), dict):
            name = str(value.get("type"))
            fact = EVENTS.get(name)
            if fact is None:
                raise UnknownEventTypeError(name[:128])
            value = {**value, "data": fact.model_validate(value["data"])}
        result: Self = handler(value)
        return result

    @model_serializer(mode="wrap")
    def _write_the_whole_fact(self, handler: Any) -> dict[str, Any]:
        """Write `data` with the fields of its own class and leave out what is not there."""
        written: dict[str, Any] = handler(self)
        written["data"] = self.data.model_dump(mode="json")
        if written.get("causationid") is None:
            written.pop("causationid", None)
        return written


def event_id(topic: str, subject: str, version: int, ordinal: int) -> str:
    """Return the id of the n-th event of a document's version: the same for every attempt to state it."""
    return str(uuid5(_NAMESPACE, f"{topic}|{subject}|{version}|{ordinal}"))


def encode(envelope: Envelope) -> bytes:
    """Return the bytes that go on the wire."""
    return envelope.model_dump_json().encode()


def parse(value: bytes | None) -> Envelope:
    """Read an event from the wire.

    Raises PoisonError (`undecodable`: not JSON; `invalid`: JSON but not one of our events) or UnknownEventTypeError.
    """
    if value is None:
        raise PoisonError("undecodable", "the record has no value")
    try:
        return Envelope.model_validate(from_json(value))
    except ValidationError as error:
        raise PoisonError("invalid", _where(error)) from error
    except ValueError as error:
        raise PoisonError("undecodable", "the value is not JSON") from error


def _where(error: ValidationError) -> str:
    """Name the fields that are wrong without repeating what they hold."""
    fields = {".".join(str(step) for step in item["loc"]) or "(whole)": item["type"] for item in error.errors()}
    return "; ".join(f"{field}: {kind}" for field, kind in sorted(fields.items()))[:500]
