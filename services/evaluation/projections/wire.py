"""The events as the replay path reads them: typed, flat to decode, and a mirror of `shared.events`.

Guards speed without a second contract: pydantic states what is valid, these classes accept nothing else. They forbid
unknown fields; whatever they refuse is read again by pydantic, which decides. A test holds the mirror field by field.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Whole = Annotated[int, Meta(ge=1, le=2**63 - 1)]
"""A number that a page and the database can hold; pydantic alone would let a larger one through."""
Minutes = Annotated[int, Meta(ge=0, le=1440)]
Kind = Literal["session", "masterclass", "action_learning_set", "learning_day", "launch"]


class Record(Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The attributes of the envelope; identifiers are vetted by the reader, once for each new one."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Meta(min_length=1, max_length=128)]
    source: Annotated[str, Meta(min_length=1, max_length=256)]
    subject: str
    time: Annotated[datetime, Meta(tz=True)]
    datacontenttype: Literal["application/json"] = "application/json"
    organisation: str
    correlationid: Annotated[str, Meta(max_length=128)]
    causationid: Annotated[str, Meta(max_length=128)] | None = None


class Data(Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What every fact has."""

    version: Whole


class Enrolment(Data, gc=False):
    """What the facts of an enrolment have in common."""

    participant: str
    cohort: str
    programme: str
    organisation: str
    group: str


class Applied(Enrolment, gc=False):
    """The data of ParticipantApplied."""

    applied_on: date


class Promise(Struct, forbid_unknown_fields=True, gc=False):
    """The data of a Commitment."""

    kind: Kind
    of: Whole
    required: Whole


class Enrolled(Enrolment, gc=False):
    """The data of ParticipantEnrolled."""

    enrolled_on: date
    commitment: Promise | None = None


class Withdrawn(Enrolment, gc=False):
    """The data of ParticipantWithdrawn."""

    withdrawn_on: date


class Moved(Data, gc=False):
    """The data of ParticipantMoved."""

    participant: str
    from_organisation: str
    organisation: str
    moved_on: date


class Erased(Data, gc=False):
    """The data of SubjectErased."""

    participant: str
    organisation: str


class Attendance(Data, gc=False):
    """The data of SessionMissed and AttendanceVoided, and what all facts of attendance have in common."""

    participant: str
    session: str
    cohort: str
    programme: str
    organisation: str
    group: str
    kind: Kind
    held_on: date


class Attended(Attendance, gc=False):
    """The data of SessionAttended."""

    contact_minutes: Minutes


class Corrected(Attended, gc=False):
    """The data of AttendanceCorrected."""

    status: Literal["attended", "missed"]


class Journal(Data, gc=False):
    """The data of JournalSubmitted and JournalRetracted."""

    participant: str
    journal: str
    cohort: str
    programme: str
    organisation: str
    group: str
    written_on: date


class Project(Data, kw_only=True, gc=False):
    """The data of every fact of a project's status but ProjectQueued."""

    project: str
    programme: str
    cohort: str
    organisation: str
    status: Literal["active", "queued", "completed", "withdrawn"]
    aims: tuple[str, ...]
    kind: str
    scope: str
    scale: str
    wres_indicators: tuple[Annotated[int, Meta(ge=1, le=9)], ...] = ()
    changed_on: date


class Queued(Project, kw_only=True, gc=False):
    """The data of ProjectQueued."""

    reason: str
    position: Whole


class Milestone(Data, gc=False):
    """The data of MilestonePlanned and MilestoneReopened."""

    project: str
    milestone: str
    programme: str
    cohort: str
    organisation: str
    planned_on: date


class Reached(Milestone, gc=False):
    """The data of MilestoneReached."""

    reached_on: date
