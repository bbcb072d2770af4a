"""What becomes of a record: the one place where an error is turned into what happens to the message.

Guards that a transient failure never becomes a dead letter, that poison never holds its partition, and that a bug is
tried again a few times only.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import PoisonError, RefusedError, UnavailableError, sentence
from shared.events import UnknownEventTypeError
from shared.inbox import AlreadyHandledError
from shared.logs import kinds
from shared.mongo import translate

BUG_PAUSES = (0.02, 0.1, 0.3)
"""Seconds before each further attempt at what looks like a bug; afterwards the record is parked."""


class Outcome(StrEnum):
    """How a record is counted; every consumed record is exactly one of these."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Park:
    """The record goes to the dead letters and the partition goes on; the message holds nothing about a person."""

    code: str
    message: str
    attempts: int = 1


@dataclass(frozen=True)
class Hold:
    """The partition waits and the record comes again."""

    reason: str


@dataclass(frozen=True)
class Again:
    """The same record is tried again after some seconds."""

    seconds: float


Decision = Outcome | Park | Hold | Again


def decide(error: Exception, attempt: int) -> Decision:  # noqa: PLR0911 - one match, one answer for each kind
    """Return what happens after a handler raised; `attempt` counts from 1."""
    match error:
        case AlreadyHandledError():
            return Outcome.DUPLICATE
        case UnknownEventTypeError():
            return Outcome.SKIPPED
        case UnavailableError():
            return Hold(error.code)
        case PoisonError():
            return Park(error.code, str(error))
        case RefusedError():
            # The class's sentence without its details: they may repeat what the record says about a person.
            return Park(error.code, sentence(type(error)))
        case TimeoutError() | ConnectionError():
            return Hold(kinds(error))
    away = translate(error)
    if away is not None:
        return Hold(away.code)
    if attempt <= len(BUG_PAUSES):
        return Again(BUG_PAUSES[attempt - 1])
    return Park("bug", kinds(error), attempt)
