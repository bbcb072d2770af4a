"""Routes of milestones: plan, reach, reopen (REC-17).

Guards nothing of its own: parse, call a handler, answer.
"""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.recap_tracker.api.bodies import PlanMilestoneBody, ReachMilestoneBody, ReopenMilestoneBody
from services.recap_tracker.api.callers import MilestonePath, Now, OwnStore, ProjectPath
from services.recap_tracker.domain import refusals
from services.recap_tracker.domain.milestones import PlanMilestone, ReopenMilestone, Step
from services.recap_tracker.handlers import milestones as handlers
from services.recap_tracker.queries.views import MilestoneStanding
from shared.errors import NotFoundError
from shared.events.ids import MilestoneId, ProjectId
from shared.web import CommandBecause, problems

router = APIRouter(prefix="/recap_tracker/v1/projects/{project}/milestones", tags=["milestones"])
STEP_REFUSALS = (
    NotFoundError,
    refusals.ProjectNotActiveError,
    refusals.DateInFutureError,
    refusals.DateOutOfOrderError,
)


async def _step(project: ProjectPath, milestone: MilestonePath) -> Step:
    return Step(ProjectId(project), MilestoneId(milestone))


@router.post(
    "",
    status_code=201,
    summary="Plan a milestone",
    responses=problems(
        NotFoundError,
        refusals.ProjectEndedError,
        refusals.TooManyMilestonesError,
        refusals.OutcomeMissingError,
        refusals.TextMissingError,
    ),
)
async def plan_milestone(
    project: ProjectPath, body: PlanMilestoneBody, store: OwnStore, because: CommandBecause
) -> MilestoneStanding:
    """Plan a milestone with the outcome by which it will be measured; also while the project waits for a place."""
    command = PlanMilestone(body.title, body.measurable_outcome, body.planned_on)
    return await handlers.plan_milestone(store, ProjectId(project), command, because)


@router.post(
    "/{milestone}/reached",
    summary="Reach a milestone",
    responses=problems(*STEP_REFUSALS, refusals.MilestoneReachedAlreadyError),
)
async def reach_milestone(
    step: Annotated[Step, Depends(_step)], body: ReachMilestoneBody, store: OwnStore, because: CommandBecause, now: Now
) -> MilestoneStanding:
    """Record that a milestone of an active project was reached; days ahead or behind plan follow from the day."""
    return await handlers.reach_milestone(store, step, body.reached_on, because, now)


@router.post(
    "/{milestone}/reopened",
    summary="Reopen a milestone",
    responses=problems(*STEP_REFUSALS, refusals.MilestoneNotReachedError, refusals.TextMissingError),
)
async def reopen_milestone(
    step: Annotated[Step, Depends(_step)], body: ReopenMilestoneBody, store: OwnStore, because: CommandBecause, now: Now
) -> MilestoneStanding:
    """Take back that a milestone was reached. It can be reached again."""
    command = ReopenMilestone(body.reopened_on, body.reason)
    return await handlers.reopen_milestone(store, step, command, because, now)
