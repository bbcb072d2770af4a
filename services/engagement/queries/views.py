"""What readers see.

Guards that a view is made of chosen fields: a stored document never leaves as it is.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.engagement.domain.attendance import Attendance
from services.engagement.domain.cohorts import Cohort, Session
from services.engagement.domain.learners import Enrolment
from services.engagement.domain.statements import Reason, Statement
from shared.events.enrolment import ContactKind
from shared.events.ids import ParticipantId


class View(BaseModel):
    """Something that is shown."""

    model_config = ConfigDict(frozen=True)


class SessionView(View):
    """A session of a cohort (MCR-1)."""

    session: str = Field(examples=["recap-2024-day-1"])
    module: str
    title: str
    format: str = Field(examples=["face_to_face"])
    kind: ContactKind
    starts_at: datetime
    held_on: date = Field(description="The local date on which it begins.")
    minutes: int = Field(description="Planned length; contact never exceeds it.")
    lived_experience: bool


class SessionsView(View):
    """A cohort and its sessions, first held first."""

    cohort: str = Field(examples=["recap-2024"])
    programme: str
    title: str
    groups: tuple[str, ...]
    sessions: tuple[SessionView, ...]


class RosterEntry(View):
    """Somebody who is enrolled."""

    participant: str
    group: str
    enrolled_on: date | None


class RosterView(View):
    """Who of your organisation is enrolled in a cohort."""

    cohort: str
    participants: tuple[RosterEntry, ...]
    count: int


class AttendanceEntry(View):
    """What is known of one session. The organisation is where the person was when it was first recorded."""

    session: str
    cohort: str
    programme: str
    kind: ContactKind
    held_on: date
    status: Literal["attended", "missed"]
    contact_minutes: int
    organisation: str
    group: str


class AttendanceView(View):
    """Everything that is known of a person's attendance, first held first."""

    participant: str
    sessions: tuple[AttendanceEntry, ...]


class QueryView(View):
    """A record that matches nobody."""

    query: str = Field(description="Use it to resolve or dismiss the record.")
    session: str
    cohort: str
    held_on: date
    status: Literal["attended", "missed"]
    contact_minutes: int
    source: str = Field(description="The system that published the record.", examples=["badges"])
    record: str = Field(description="The record's id in that system.")
    published_at: datetime
    system: str = Field(description="What kind of identifier names the person.", examples=["badge"])
    value: str | None = Field(description="The identifier's value, while nobody is known to it.")
    why: Reason = Field(description="Why the record waits, or waited.")
    participant: str | None = Field(description="Whom it means, if only their enrolment is missing.")
    reason: str | None = Field(description="Why a coordinator dismissed it.")


class QueueView(View):
    """Records of your organisation's systems that match nobody, those first that have not changed for longest."""

    queries: tuple[QueryView, ...]
    count: int = Field(description="How many there are in all.")
    next: str | None = Field(description="Ask for what comes after this one.")


class JournalView(View):
    """One of your journal entries."""

    journal: str
    cohort: str
    written_on: date
    text: str


class JournalsView(View):
    """Your journal entries, first written first; retracted ones are gone."""

    journals: tuple[JournalView, ...]


def show_cohort(cohort: Cohort) -> SessionsView:
    """Show a cohort."""
    sessions = sorted(cohort.sessions, key=lambda one: (one.starts_at, one.session))
    return SessionsView(
        cohort=cohort.cohort,
        programme=cohort.programme,
        title=cohort.title,
        groups=cohort.groups,
        sessions=tuple(_show_session(one) for one in sessions),
    )


def _show_session(session: Session) -> SessionView:
    return SessionView(**session.model_dump(), held_on=session.held_on)


def show_enrolment(participant: ParticipantId, enrolment: Enrolment) -> RosterEntry:
    """Show a line of a roster."""
    return RosterEntry(participant=participant, group=enrolment.group, enrolled_on=enrolment.since)


def show_attendance(attendance: Attendance) -> AttendanceEntry | None:
    """Show what is known of a session; None if nothing is."""
    published = attendance.published
    if published is None or published.status == "voided":
        return None
    return AttendanceEntry(
        **attendance.occasion.model_dump(exclude={"minutes"}),
        status=published.status,
        contact_minutes=published.minutes,
        organisation=attendance.organisation,
        group=attendance.group,
    )


def show_query(statement: Statement, value: str | None, reason: str | None) -> QueryView:
    """Show an entry of the queue; `value` is what the system calls the person, `reason` why it was dismissed."""
    received = statement.received
    if received is None or statement.why is None:
        raise ValueError("only a statement that waits or waited is shown")
    return QueryView(
        query=statement.statement,
        session=received.occasion.session,
        cohort=received.occasion.cohort,
        held_on=received.occasion.held_on,
        status=received.status,
        contact_minutes=received.minutes,
        source=statement.source,
        record=statement.id,
        published_at=received.time,
        system=received.system,
        value=value,
        why=statement.why,
        participant=statement.participant,
        reason=reason,
    )
