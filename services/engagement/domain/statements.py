"""A statement of another system about attendance, and whatever has been said about that statement.

Guards that a record and its void always meet in one document, whichever comes first, and that a statement in the queue
holds nothing about the person but a keyed hash and an encrypted value.
"""

from datetime import datetime
from typing import Literal

from services.engagement.domain.attendance import Report, Status
from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.state import ExternalKey, State, StatementId
from shared.events.ids import OrganisationId, ParticipantId

Outcome = Literal["awaited", "waiting", "applied", "dismissed", "closed"]
"""awaited: only its void has come · waiting: in the queue · applied: counts for a person · dismissed: a coordinator
said no · closed: voided before it counted, or about somebody who was erased."""
Reason = Literal["person-not-known", "person-ambiguous", "not-on-roster"]


class Received(State):
    """What the statement says. `minutes` of contact; `time` is when it was published."""

    occasion: Occasion
    time: datetime
    status: Status
    minutes: int
    system: str
    """Which kind of identifier names the person."""


class Statement(State):
    """One statement, named by (organisation, source, id)."""

    statement: StatementId
    organisation: OrganisationId
    source: str = ""
    id: str = ""
    digest: str | None = None
    """Keyed hash of the record's bytes: tells another record of the same id apart. Older statements lack it."""
    outcome: Outcome = "awaited"
    voided: bool = False
    received: Received | None = None
    key: ExternalKey | None = None
    person: str | None = None
    """The identifier's value, encrypted; only while nobody is known to it."""
    participant: ParticipantId | None = None
    """Whom it counts for, or whose enrolment it waits for."""
    why: Reason | None = None
    """Why it waits, or waited."""
    note: str | None = None
    """Why a coordinator dismissed it, encrypted."""

    def report(self) -> Report:
        """Return the statement as one of the reports on a person and a session."""
        if self.received is None:
            raise ValueError("a statement that was not received reports nothing")
        return Report(
            key=self.statement,
            source=self.source,
            id=self.id,
            time=self.received.time,
            status=self.received.status,
            minutes=self.received.minutes,
        )


def closed(statement: Statement) -> Statement:
    """Keep that there was a statement and nothing about the person: a system's id for a record may name them too."""
    kept = Statement(statement=statement.statement, organisation=statement.organisation)
    return kept.having(outcome="closed", voided=statement.voided)
