"""Our own dialect: a CloudEvent 1.0 in structured mode.

Guards that the two types we read carry what they must: `attendance.recorded.v1` a person, a session and a status,
`attendance.voided.v1` the id of the record that must not count.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.engagement.domain.dialects.records import ExternalReport, ExternalVoid, Person
from shared.errors import PoisonError
from shared.events.facts import Identifier
from shared.events.ids import SessionId

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=256)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=1440)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Event(_Shape):
    specversion: Literal["1.0"]
    id: Text
    source: Text
    time: AwareDatetime


class _Person(_Shape):
    system: Text
    value: Text


class _Recorded(_Shape):
    person: _Person
    session: Identifier
    status: Literal["attended", "missed"]
    minutes: Minutes | None = None


class _Voided(_Shape):
    record: Text


class _RecordedEvent(_Event):
    data: _Recorded


class _VoidedEvent(_Event):
    data: _Voided


def read(body: dict[str, Any]) -> ExternalReport | ExternalVoid:
    """Read a CloudEvent; raises ValidationError, or PoisonError for a type that is not ours."""
    match body.get("type"):
        case "attendance.recorded.v1":
            return _report(_RecordedEvent.model_validate(body))
        case "attendance.voided.v1":
            event = _VoidedEvent.model_validate(body)
            return ExternalVoid(source=event.source, id=event.id, time=event.time, record=event.data.record)
    raise PoisonError("unknown-dialect", "a CloudEvent of a type that is not about attendance")


def _report(event: _RecordedEvent) -> ExternalReport:
    said = event.data
    return ExternalReport(
        source=event.source,
        id=event.id,
        time=event.time,
        person=Person(said.person.system, said.person.value),
        session=SessionId(said.session),
        status=said.status,
        minutes=said.minutes,
    )
