"""What a reader of the tracker gets to see.

Guards that raw documents never leave the service, and that a colour is never shown without its reason (REC-17).
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.recap_tracker.domain.places import Ledger, Outcome
from services.recap_tracker.domain.projects import Milestone, Project
from services.recap_tracker.domain.roster import Person
from services.recap_tracker.domain.words import Aim, Kind, Scale, Scope, Status
from services.recap_tracker.rules import Progress, Rag, day_of_judgement, days_overdue, rate_progress

LeadStanding = Literal["enrolled", "not-enrolled", "moved", "erased"]


class View(BaseModel):
    """Something to read."""

    model_config = ConfigDict(frozen=True)


class Standing(View):
    """Where a project stands, and why: the answer to every command that changes it."""

    project: str
    status: Status
    reason: Annotated[str, Field(description="Why the project has this status, in a sentence.")]
    position: Annotated[int | None, Field(description="Place in the queue, from 1; null when it does not wait.")]
    version: int

    @classmethod
    def of(cls, project: Project, version: int, position: int | None = None) -> Self:
        """Describe a project's standing."""
        return cls(
            project=project.project, status=project.status, reason=project.why, position=position, version=version
        )


class MilestoneStanding(View):
    """Where a milestone stands: the answer to every command about it."""

    project: str
    milestone: str
    planned_on: date
    reached_on: date | None
    version: int

    @classmethod
    def of(cls, project: Project, milestone: str, version: int) -> Self:
        """Describe one of a project's milestones."""
        step = next(step for step in project.milestones if step.milestone == milestone)
        return cls(
            project=project.project,
            milestone=milestone,
            planned_on=step.planned_on,
            reached_on=step.reached_on,
            version=version,
        )


class ProgressView(View):
    """How a project is doing on a day; the colour always comes with its reason (REC-17)."""

    rag: Rag
    reason: Annotated[
        str, Field(examples=["2 of 3 milestones are reached, 4 days ahead of plan in total, and none is overdue."])
    ]
    as_of: date
    days_ahead: Annotated[int, Field(description="Planned minus reached over reached milestones; negative is behind.")]
    days_overdue: Annotated[int, Field(description="Of the milestone that is overdue longest; 0 without one.")]
    milestones_planned: int
    milestones_reached: int

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """Show a rating."""
        return cls(**vars(progress))


class ReopeningView(View):
    """A time a milestone turned out not to be reached after all."""

    reached_on: date
    reopened_on: date
    reason: str


class MilestoneView(View):
    """A milestone with its measurable outcome."""

    milestone: str
    title: str
    measurable_outcome: str
    planned_on: date
    reached_on: date | None
    days_ahead: Annotated[int | None, Field(description="Planned minus reached; null while it is open.")]
    days_overdue: int
    reopenings: tuple[ReopeningView, ...]

    @classmethod
    def of(cls, step: Milestone, on: date) -> Self:
        """Show a milestone on a day."""
        ahead = None if step.reached_on is None else (step.planned_on - step.reached_on).days
        return cls(
            milestone=step.milestone,
            title=step.title,
            measurable_outcome=step.measurable_outcome,
            planned_on=step.planned_on,
            reached_on=step.reached_on,
            days_ahead=ahead,
            days_overdue=days_overdue(step, on),
            reopenings=tuple(ReopeningView(**past.model_dump()) for past in step.reopenings),
        )


class ProjectSummary(View):
    """A project as it appears in a list."""

    project: str
    title: str
    programme: str
    cohort: str
    status: Status
    reason: Annotated[str, Field(description="Why the project has this status, in a sentence.")]
    position: Annotated[int | None, Field(description="Place in the queue, from 1; null when it does not wait.")]
    aims: tuple[Aim, ...]
    kind: Kind
    scope: Scope
    scale: Scale
    wres_indicators: tuple[int, ...]
    started_on: date
    changed_on: date
    progress: ProgressView
    version: int


class LeadView(View):
    """Who leads a project, by the random id that this platform knows them by."""

    participant: Annotated[str | None, Field(description="Null once the person was erased.")]
    standing: Annotated[
        LeadStanding,
        Field(description="`moved`: now at another organisation; the project stays with yours. `erased`: forgotten."),
    ]

    @classmethod
    def of(cls, project: Project, person: Person | None) -> Self:
        """Show the lead as the roster knows them now."""
        if project.lead is None or person is None or person.erased:
            return cls(participant=None, standing="erased")
        if person.organisation != project.organisation:
            return cls(participant=project.lead, standing="moved")
        enrolled = person.is_enrolled(project.cohort, project.organisation)
        return cls(participant=project.lead, standing="enrolled" if enrolled else "not-enrolled")


class ProjectView(ProjectSummary):
    """A project with everything its own organisation knows about it."""

    opened_at: datetime
    lead: LeadView
    milestones: tuple[MilestoneView, ...]


def summarise(project: Project, version: int, ledger: Ledger, today: date) -> ProjectSummary:
    """Show a project on a day."""
    public = project.model_dump(include=set(ProjectSummary.model_fields))
    judged = rate_progress(project.milestones, day_of_judgement(project, today))
    return ProjectSummary(
        **public,
        reason=project.why,
        position=ledger.position(project.project),
        progress=ProgressView.of(judged),
        version=version,
    )


def show_whole(summary: ProjectSummary, project: Project, person: Person | None) -> ProjectView:
    """Show a project with its milestones and its lead, on the day of the summary."""
    return ProjectView(
        **summary.model_dump(),
        opened_at=project.opened_at,
        lead=LeadView.of(project, person),
        milestones=tuple(MilestoneView.of(step, summary.progress.as_of) for step in project.milestones),
    )


class ProjectPage(View):
    """A page of projects in the order in which they were opened."""

    projects: tuple[ProjectSummary, ...]
    next: Annotated[str | None, Field(description="Pass as `after` for the next page; null on the last.")]


class PlacesView(View):
    """The places of a programme across the region (REC-2)."""

    programme: str
    capacity: int
    active: int
    queued: int
    free: int


class DecisionView(View):
    """What was decided about the place of one of your projects, and why."""

    project: str
    outcome: Outcome
    reason: str
    decided_at: datetime


class DecisionPage(View):
    """Decisions about your projects' places, latest first."""

    decisions: tuple[DecisionView, ...]
