"""What the change-project tracker says: which projects have a place and which milestones they reached.

Guards that every statement about a project carries the whole of its status, so that the latest one is enough.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.events.facts import DataClass, Fact, Identifier

TOPIC = "recap_tracker.events"

ProjectStatus = Literal["active", "queued", "completed", "withdrawn"]


class _Project(Fact):
    data_class: ClassVar[DataClass] = DataClass.ORGANISATIONAL
    topic: ClassVar[str] = TOPIC
    project: Identifier
    programme: Identifier
    cohort: Identifier
    organisation: Identifier
    status: ProjectStatus
    aims: tuple[Identifier, ...]
    kind: Identifier
    scope: Identifier
    scale: Identifier
    wres_indicators: tuple[Annotated[int, Field(ge=1, le=9)], ...] = ()
    changed_on: date


class ProjectQueued(_Project):
    """A project waits for one of the programme's places (REC-2)."""

    type: ClassVar[str] = "recap_tracker.project.queued.v1"
    reason: Identifier
    position: Annotated[int, Field(ge=1)]


class ProjectActivated(_Project):
    """A project has a place (REC-2)."""

    type: ClassVar[str] = "recap_tracker.project.activated.v1"


class ProjectCompleted(_Project):
    """A project came to its end; its place is free."""

    type: ClassVar[str] = "recap_tracker.project.completed.v1"


class ProjectWithdrawn(_Project):
    """A project was given up; its place, if it had one, is free."""

    type: ClassVar[str] = "recap_tracker.project.withdrawn.v1"


class ProjectReopened(_Project):
    """A completed or withdrawn project goes on, with a place or waiting for one."""

    type: ClassVar[str] = "recap_tracker.project.reopened.v1"


class _Milestone(Fact):
    data_class: ClassVar[DataClass] = DataClass.ORGANISATIONAL
    topic: ClassVar[str] = TOPIC
    project: Identifier
    milestone: Identifier
    programme: Identifier
    cohort: Identifier
    organisation: Identifier
    planned_on: date


class MilestonePlanned(_Milestone):
    """A project set itself a milestone with a measurable outcome (REC-17)."""

    type: ClassVar[str] = "recap_tracker.project.milestone_planned.v1"


class MilestoneReached(_Milestone):
    """A project reached a milestone (REC-17)."""

    type: ClassVar[str] = "recap_tracker.project.milestone_reached.v1"
    reached_on: date


class MilestoneReopened(_Milestone):
    """A milestone that was reached is open again."""

    type: ClassVar[str] = "recap_tracker.project.milestone_reopened.v1"


class RecapErasureConfirmed(Fact):
    """The tracker holds nothing of an erased person any more."""

    type: ClassVar[str] = "recap_tracker.subject.erasure_confirmed.v1"
    topic: ClassVar[str] = TOPIC
    participant: Identifier
    service: Literal["recap_tracker"] = "recap_tracker"
