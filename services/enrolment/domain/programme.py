"""What a programme is: phases, modules, invited groups, and the numbers of its rules with their requirement ids.

Guards that a rule's number is data: whatever applies a rule reads it from here.
"""

from typing import Annotated, Literal

from pydantic import Field

from services.enrolment.domain.entry import SLUG, Count, Entry, Requirement, Slug, Some, Title
from shared.events.enrolment import ContactKind
from shared.events.ids import GroupId, ProgrammeId


class Phase(Entry):
    """A phase of a programme (MCR-1)."""

    phase: Slug
    title: Title


class Module(Entry):
    """A part of what a programme teaches."""

    module: Slug
    title: Title
    requirement: Requirement


class Group(Entry):
    """A group that is invited, with the number of people expected from it (MCR-14 to MCR-17)."""

    group: Annotated[GroupId, Field(pattern=SLUG)]
    title: Title
    expected: Count
    requirement: Requirement


class _Rule(Entry):
    requirement: Requirement


class ContactHours(_Rule):
    """About how many hours of contact a participant has; self-directed learning is another total (MCR-25)."""

    rule: Literal["contact_hours"]
    about: Count
    tolerance: Annotated[int, Field(ge=0)] = 0


class CommitmentRule(_Rule):
    """The share of sessions of a kind that a participant promises to attend (REC-8)."""

    rule: Literal["commitment"]
    kind: ContactKind
    of: Count
    percent: Annotated[int, Field(ge=1, le=100)]


class CoachingDays(_Rule):
    """Coaching days within a window of the cohort's months, both months included (REC-9)."""

    rule: Literal["coaching_days"]
    required: Count
    from_month: Count
    to_month: Count


class ProjectPlaces(_Rule):
    """How many change projects may be active at a time across the programme (REC-2)."""

    rule: Literal["project_places"]
    places: Count


class ReservedPlaces(_Rule):
    """Places that are kept for a group (REC-5)."""

    rule: Literal["reserved_places"]
    places: Count
    group: Slug


class CohortSize(_Rule):
    """How many people a cohort has in practice; not a limit on projects (REC-2)."""

    rule: Literal["cohort_size"]
    people: Count


class LineManagerApproval(_Rule):
    """Somebody other than the applicant approves an application (REC-7)."""

    rule: Literal["line_manager_approval"]


Rule = Annotated[
    ContactHours | CommitmentRule | CoachingDays | ProjectPlaces | ReservedPlaces | CohortSize | LineManagerApproval,
    Field(discriminator="rule"),
]


class Choice(Entry):
    """One of the answers a form offers."""

    id: Slug
    title: Title


class ChangeProjects(Entry):
    """What a change project may be about (REC-1, REC-10 to REC-12)."""

    aims: Some[Choice]
    scopes: Some[Choice]
    scales: Some[Choice]
    kinds: Some[Choice]


class Programme(Entry):
    """A programme: what it teaches, whom it invites, which rules it has."""

    programme: Annotated[ProgrammeId, Field(pattern=SLUG)]
    title: Title
    place: Title
    about: Annotated[str, Field(max_length=1000)]
    phases: Some[Phase]
    modules: Some[Module]
    groups: Some[Group]
    rules: tuple[Rule, ...] = ()
    change_projects: ChangeProjects | None = None
