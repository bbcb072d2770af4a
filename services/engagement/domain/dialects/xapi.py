"""xAPI 1.0.3 statements with the Jisc attendance profile.

Guards two traps: `attended` with `result.completion = false` means absent, and `timestamp` is when the session began
(the profile says so), so that a statement's age and order are those of `stored`.

Source: xAPI 1.0.3 part two; Jisc attendance statement template. A statement is named by its id alone, because a void
refers to nothing else: all statements of one organisation's topic share one source.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from services.engagement.domain.dialects.cloudevent import Minutes, Text
from services.engagement.domain.dialects.durations import minutes_of
from services.engagement.domain.dialects.records import ExternalReport, ExternalVoid, Person
from shared.errors import PoisonError
from shared.events.facts import Identifier
from shared.events.ids import SessionId

SOURCE = "xapi"
ATTENDED = frozenset(
    {
        "http://adlnet.gov/expapi/verbs/attended",
        "https://w3id.org/xapi/adl/verbs/attended",
        "http://activitystrea.ms/schema/1.0/attend",
    }
)
VOIDED = frozenset({"http://adlnet.gov/expapi/verbs/voided", "https://w3id.org/xapi/adl/verbs/voided"})

_StatementId = Annotated[Text, BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)]
_SESSION: TypeAdapter[str] = TypeAdapter(Identifier)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Account(_Shape):
    home_page: Text = Field(alias="homePage")
    name: Text


class _Agent(_Shape):
    # A group is nobody in particular.
    type: Literal["Agent"] = Field(default="Agent", alias="objectType")
    account: _Account


class _Activity(_Shape):
    type: Literal["Activity"] = Field(default="Activity", alias="objectType")
    id: Text

    @property
    def session(self) -> SessionId:
        """The session is the last part of the activity's IRI."""
        return SessionId(_SESSION.validate_python(re.split(r"[/#?=]|^urn:.*:", self.id.rstrip("/"))[-1]))


class _Result(_Shape):
    completion: Annotated[bool, Field(strict=True)] = True
    duration: Annotated[Minutes | None, BeforeValidator(minutes_of)] = None


class _Reference(_Shape):
    type: Literal["StatementRef"] = Field(alias="objectType")
    id: _StatementId


class _Statement(_Shape):
    id: _StatementId
    timestamp: AwareDatetime | None = None
    stored: AwareDatetime | None = None


class _Attended(_Statement):
    actor: _Agent
    object: _Activity
    result: _Result = _Result()


class _Voided(_Statement):
    object: _Reference


def read(body: dict[str, Any]) -> ExternalReport | ExternalVoid:
    """Read a statement; raises ValidationError, or PoisonError for a verb that is not about attendance."""
    named = body["verb"].get("id") if isinstance(body["verb"], dict) else None
    verb = named if isinstance(named, str) else ""
    if verb in ATTENDED:
        return _report(_Attended.model_validate(body))
    if verb in VOIDED:
        statement = _Voided.model_validate(body)
        return ExternalVoid(SOURCE, statement.id, _published(statement), statement.object.id)
    raise PoisonError("unknown-dialect", "an xAPI statement with a verb that is not about attendance")


def _report(statement: _Attended) -> ExternalReport:
    account, result = statement.actor.account, statement.result
    return ExternalReport(
        source=SOURCE,
        id=statement.id,
        time=_published(statement),
        person=Person(account.home_page, account.name),
        session=statement.object.session,
        status="attended" if result.completion else "missed",
        minutes=result.duration,
    )


def _published(statement: _Statement) -> Any:
    published = statement.stored or statement.timestamp
    if published is None:
        raise PoisonError("invalid", "stored: missing; timestamp: missing")
    return published
