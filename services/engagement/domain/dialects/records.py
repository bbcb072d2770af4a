"""What every dialect is read into.

Guards that the rest of the service knows reports and voids, and nothing of the dialects they came in.
"""

from dataclasses import dataclass
from datetime import datetime

from services.engagement.domain.attendance import Status
from shared.events.ids import SessionId


@dataclass(frozen=True)
class Person:
    """How a system names a person: which kind of identifier, and its value. Personal data: never logged or stored."""

    system: str
    value: str


@dataclass(frozen=True)
class ExternalReport:
    """Somebody attended or missed a session.

    `minutes` of contact, None when not said; `time` is when it was published.
    """

    source: str
    id: str
    time: datetime
    person: Person
    session: SessionId
    status: Status
    minutes: int | None


@dataclass(frozen=True)
class ExternalVoid:
    """An earlier, or a later, record of the same source must not count. `record` is that record's id."""

    source: str
    id: str
    time: datetime
    record: str
