"""What enrolment says: who applied, enrolled, withdrew, moved or was erased, and which cohorts there are.

Guards that each statement stands alone: a reader needs no other event and no call to understand it.
"""

import operator
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.events.facts import DataClass, Fact, Identifier, Part

TOPIC = "enrolment.events"
IDENTIFIERS = "enrolment.identifiers"

KeyedHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ContactKind = Literal["session", "masterclass", "action_learning_set", "learning_day", "launch"]


class Commitment(Part):
    """How much of which sessions a participant promised (REC-8): `required` of `of` sessions of `kind`."""

    kind: ContactKind
    of: Annotated[int, Field(ge=1)]
    required: Annotated[int, Field(ge=1)]


class ScheduledSession(Part):
    """A session of a cohort (MCR-1)."""

    session: Identifier
    module: Identifier
    title: str
    format: str
    kind: ContactKind
    starts_at: AwareDatetime
    minutes: Annotated[int, Field(ge=1, le=1440)]
    lived_experience: bool = False


class _Enrolment(Fact):
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    cohort: Identifier
    programme: Identifier
    organisation: Identifier
    group: Identifier


class ParticipantApplied(_Enrolment):
    """A person applied to a cohort."""

    type: ClassVar[str] = "enrolment.participant.applied.v1"
    applied_on: date


class ParticipantEnrolled(_Enrolment):
    """A person's enrolment in a cohort stands."""

    type: ClassVar[str] = "enrolment.participant.enrolled.v1"
    enrolled_on: date
    commitment: Commitment | None = None


class ParticipantWithdrawn(_Enrolment):
    """A person's enrolment in a cohort ended; the organisation is the one they left from."""

    type: ClassVar[str] = "enrolment.participant.withdrawn.v1"
    withdrawn_on: date


class ParticipantMoved(Fact):
    """A person belongs to another organisation from now on."""

    type: ClassVar[str] = "enrolment.participant.moved.v1"
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    from_organisation: Identifier
    organisation: Identifier
    moved_on: date


class SubjectErased(Fact):
    """A person asked to be forgotten; every service destroys what it holds and confirms."""

    type: ClassVar[str] = "enrolment.subject.erased.v1"
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    organisation: Identifier


class CohortScheduled(Fact):
    """A cohort of a programme with all its sessions, as the catalogue says."""

    type: ClassVar[str] = "enrolment.cohort.scheduled.v1"
    data_class: ClassVar[DataClass] = DataClass.ORGANISATIONAL
    topic: ClassVar[str] = TOPIC
    cohort: Identifier
    programme: Identifier
    title: str
    groups: tuple[Identifier, ...]
    sessions: tuple[ScheduledSession, ...]
    commitment: Commitment | None = None
    project_places: Annotated[int, Field(ge=1)] | None = None


class ParticipantIdentified(Fact):
    """The keyed hashes by which an organisation's systems know a person, and those by which others did.

    The last one about an `erased` person has former ones only. A tombstone follows when who matches by them is done.
    """

    type: ClassVar[str] = "enrolment.participant.identified.v1"
    data_class: ClassVar[DataClass] = DataClass.IDENTIFYING
    topic: ClassVar[str] = IDENTIFIERS
    participant: Identifier
    organisation: Identifier
    keys: tuple[KeyedHash, ...]
    former: tuple[KeyedHash, ...] = Field(default=(), exclude_if=operator.not_)
    """All that the person had before: on a compacted topic nothing else may be left that says so. Left out if none."""
    erased: bool = Field(default=False, exclude_if=operator.not_)
    """Nothing more will be said about the person's keys. Left out if not so."""
