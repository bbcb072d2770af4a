"""What systems publish to the attendance topics, as data: reports, voids, and everything that can be wrong with
them.

Guards that a flawed record names, beside its flaw, the dead letter it must become; what carries no code is expected
to be handled, however odd it looks.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from deploy.local.region.acts import Act, Status

Dialect = Literal["cloudevents", "xapi"]


class Flaw(StrEnum):
    """What is odd about a record."""

    NONE = "nothing"
    TRUNCATED = "the JSON ends in the middle"
    WRONG_TYPE = "the minutes are a word"
    NOT_TEXT = "the body is not UTF-8"
    TOO_OLD = "it was published fourteen days ago"
    OTHER_ORGANISATION = "the body names another organisation than the topic"
    UNKNOWN_SESSION = "it speaks of a session that nobody scheduled"
    OTHER_BODY = "its id was used before, with another body"
    BEHIND = "it follows a record of the same key that could not be handled"
    NULL_HEADER = "a header has no value"
    BINARY_HEADER = "a header is not UTF-8"


@dataclass(frozen=True, kw_only=True)
class Published(Act):
    """A record of one organisation's system. `tick` is its place in time among all records."""

    key: str
    """Key of the Kafka record: the person as the system knows them."""
    dialect: Dialect
    source: str
    record: str
    """Id of the record; with `source` it is unique."""
    tick: int
    flaw: Flaw = Flaw.NONE
    dead_letter: str | None = None
    """Code of the dead letter it must become; None when it must be handled."""
    copies: int = 1
    """How often the very same record is sent."""


@dataclass(frozen=True, kw_only=True)
class Report(Published):
    """A system says that somebody attended a session or did not."""

    system: str
    value: str
    """How the system calls the person; nobody of the organisation answers to it when the record is unmatched."""
    person: str | None
    """Whom it is about, once a coordinator has helped where that is needed; None: nobody who takes part."""
    session: str
    status: Status
    minutes: int | None
    unmatched: bool = False
    """Lands in the coordinator's queue, to be resolved to `person` or dismissed."""


@dataclass(frozen=True, kw_only=True)
class VoidReport(Published):
    """A system takes back a record it published, or one that has yet to arrive."""

    voids: str
    person: str
    session: str
