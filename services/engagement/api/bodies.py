"""What is sent to engagement.

Guards sizes and shapes at the edge; whether a register or an entry makes sense is the domain's to say.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from services.engagement.domain.register import LIMIT
from shared.events.facts import Identifier
from shared.web import Command, Day

Participant = Annotated[Identifier, Field(description="Id of a participant of your organisation.")]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=500, description="In your own words; kept encrypted.", examples=["Came by mistake"]),
]


class RegisterLine(Command):
    """One person on a register."""

    participant: Participant
    status: Literal["attended", "missed"]
    minutes: Annotated[
        int | None,
        Field(
            strict=True,
            ge=0,
            le=1440,
            description="Contact minutes, at most the session's length; without them attended is the whole session.",
            examples=[90],
        ),
    ] = None


class RegisterBody(Command):
    """A facilitator's register of one session."""

    recorded_at: Annotated[
        AwareDatetime | None,
        Field(description="When it was taken, if that is not now.", examples=["2024-03-04T16:30:00Z"]),
    ] = None
    entries: Annotated[list[RegisterLine], Field(min_length=1, max_length=LIMIT)]

    def at(self, now: datetime) -> datetime:
        """Return when the register was taken."""
        return self.recorded_at or now


class VoidBody(Command):
    """People about whom a facilitator takes their word back."""

    participants: Annotated[list[Participant], Field(min_length=1, max_length=LIMIT)]


class ResolutionBody(Command):
    """Whom a record means."""

    participant: Participant


class DismissalBody(Command):
    """Why a record counts for nobody."""

    reason: Reason


class JournalBody(Command):
    """An entry of the learning journal."""

    cohort: Annotated[Identifier, Field(examples=["mcr-2023"])]
    written_on: Annotated[Day, Field(description="Not in the future.", examples=["2023-10-02"])]
    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=20_000,
            description="Kept encrypted; only you can read it.",
            examples=["Today I noticed who speaks first in our meetings."],
        ),
    ]


class Accepted(Command):
    """How many lines of the register were accepted."""

    accepted: int


class Resolved(Command):
    """Whom the record counts for now."""

    query: str
    participant: str


class Dismissed(Command):
    """Which record counts for nobody."""

    query: str


class Written(Command):
    """Which entry it is about."""

    journal: str
