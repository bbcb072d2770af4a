"""What engagement says: who attended what for how long, and which journals exist. Never a word of their text.

Guards that a correction and a void speak of the same (participant, session) as the statement they replace.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.events.enrolment import ContactKind
from shared.events.facts import Fact, Identifier

TOPIC = "engagement.events"

Minutes = Annotated[int, Field(ge=0, le=1440)]


class _Attendance(Fact):
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    session: Identifier
    cohort: Identifier
    programme: Identifier
    organisation: Identifier
    group: Identifier
    kind: ContactKind
    held_on: date


class SessionAttended(_Attendance):
    """A person attended a session."""

    type: ClassVar[str] = "engagement.session.attended.v1"
    contact_minutes: Minutes


class SessionMissed(_Attendance):
    """A person was expected at a session and did not attend."""

    type: ClassVar[str] = "engagement.session.missed.v1"


class AttendanceCorrected(_Attendance):
    """What was said of a person and a session before is replaced by this."""

    type: ClassVar[str] = "engagement.session.attendance_corrected.v1"
    status: Literal["attended", "missed"]
    contact_minutes: Minutes


class AttendanceVoided(_Attendance):
    """Nothing is known of a person and a session any more."""

    type: ClassVar[str] = "engagement.session.attendance_voided.v1"


class _Journal(Fact):
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    journal: Identifier
    cohort: Identifier
    programme: Identifier
    organisation: Identifier
    group: Identifier
    written_on: date


class JournalSubmitted(_Journal):
    """A person submitted an entry of their learning journal (MCR-19)."""

    type: ClassVar[str] = "engagement.journal.submitted.v1"


class JournalRetracted(_Journal):
    """A person took an entry of their learning journal back."""

    type: ClassVar[str] = "engagement.journal.retracted.v1"


class EngagementErasureConfirmed(Fact):
    """Engagement holds nothing personal of an erased person any more."""

    type: ClassVar[str] = "engagement.subject.erasure_confirmed.v1"
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    service: Literal["engagement"] = "engagement"
