"""Routes of projects: open, read, end, reopen.

Guards nothing of its own: parse, call a handler or a query, answer.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.recap_tracker.api.bodies import (
    CompleteProjectBody,
    OpenProjectBody,
    ReopenProjectBody,
    WithdrawProjectBody,
)
from services.recap_tracker.api.callers import Now, OwnQueries, OwnStore, ProjectPath, Today
from services.recap_tracker.domain import refusals
from services.recap_tracker.domain.projects import EndProject, OpenProject
from services.recap_tracker.domain.words import Kind, Status
from services.recap_tracker.handlers import places as handlers
from services.recap_tracker.queries.reads import ProjectFilter
from services.recap_tracker.queries.views import ProjectPage, ProjectView, Standing
from shared.errors import NotFoundError
from shared.events.facts import Identifier
from shared.events.ids import CohortId, ParticipantId, ProjectId
from shared.web import CommandBecause, problems

router = APIRouter(prefix="/recap_tracker/v1/projects", tags=["projects"])
Restrict = Annotated[Identifier | None, Query()]
DATES = (refusals.DateInFutureError, refusals.DateOutOfOrderError)


@router.post(
    "",
    status_code=201,
    summary="Open a project",
    responses=problems(
        refusals.CohortNotKnownError,
        refusals.ProgrammeHasNoProjectsError,
        refusals.LeadNotEnrolledError,
        refusals.TooManyProjectsLedError,
        refusals.QueueFullError,
        refusals.AimMissingError,
        refusals.TextMissingError,
    ),
)
async def open_project(body: OpenProjectBody, store: OwnStore, because: CommandBecause, now: Now) -> Standing:
    """Open a change project of your organisation.

    It gets one of the programme's places if one is free, otherwise the end of the queue with a reason and a position
    (REC-2). It belongs to your organisation for good, also when its lead moves to another one.
    """
    wish = OpenProject(
        title=body.title,
        cohort=CohortId(body.cohort),
        lead=ParticipantId(body.lead),
        aims=tuple(body.aims),
        kind=body.kind,
        scope=body.scope,
        scale=body.scale,
        wres_indicators=tuple(body.wres_indicators),
        started_on=body.started_on,
    )
    return await handlers.open_project(store, wish, because, now)


async def _wanted(
    programme: Restrict = None,
    cohort: Restrict = None,
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> ProjectFilter:
    return ProjectFilter(programme, cohort, status, kind)


@router.get("", summary="List your organisation's projects", responses=problems(NotFoundError))
async def list_projects(
    queries: OwnQueries,
    wanted: Annotated[ProjectFilter, Depends(_wanted)],
    on: Today,
    after: Annotated[Identifier | None, Query(description="The last project of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 60,
) -> ProjectPage:
    """Return your projects in the order in which they were opened, each with how it is doing and why (REC-17)."""
    return await queries.projects(wanted, None if after is None else ProjectId(after), limit, on)


@router.get("/{project}", summary="Read a project", responses=problems(NotFoundError))
async def read_project(project: ProjectPath, queries: OwnQueries, on: Today) -> ProjectView:
    """Return a project of your organisation with its milestones, its lead, and how it is doing and why (REC-17)."""
    return await queries.project(ProjectId(project), on)


@router.post(
    "/{project}/completion",
    summary="Complete a project",
    responses=problems(NotFoundError, refusals.ProjectNotActiveError, *DATES),
)
async def complete_project(
    project: ProjectPath, body: CompleteProjectBody, store: OwnStore, because: CommandBecause, now: Now
) -> Standing:
    """Bring an active project to its end. Its place goes to the first in the queue at once (REC-2)."""
    return await handlers.complete_project(store, ProjectId(project), EndProject(body.completed_on), because, now)


@router.post(
    "/{project}/withdrawal",
    summary="Withdraw a project",
    responses=problems(
        NotFoundError, refusals.ProjectEndedError, refusals.TextMissingError, refusals.DateInFutureError
    ),
)
async def withdraw_project(
    project: ProjectPath, body: WithdrawProjectBody, store: OwnStore, because: CommandBecause, now: Now
) -> Standing:
    """Give a project up. A place it had goes to the first in the queue; one that waited leaves the queue (REC-2)."""
    command = EndProject(body.withdrawn_on, body.reason)
    return await handlers.withdraw_project(store, ProjectId(project), command, because, now)


@router.post(
    "/{project}/reopening",
    summary="Reopen a project",
    responses=problems(NotFoundError, refusals.ProjectNotEndedError, refusals.QueueFullError, *DATES),
)
async def reopen_project(
    project: ProjectPath, body: ReopenProjectBody, store: OwnStore, because: CommandBecause, now: Now
) -> Standing:
    """Let a completed or withdrawn project go on. It needs a place again: a free one, or the queue (REC-2)."""
    return await handlers.reopen_project(store, ProjectId(project), body.reopened_on, because, now)
