"""Milestones: planned, reached, reopened, reached again (REC-17).

Guards that each is one project's next version and one fact on the stream.
"""

from collections.abc import Callable
from datetime import date, datetime

from services.recap_tracker.domain import milestones
from services.recap_tracker.domain.milestones import PlanMilestone, ReopenMilestone, Step
from services.recap_tracker.domain.projects import Facts, Project
from services.recap_tracker.queries.views import MilestoneStanding
from services.recap_tracker.store import Loaded, ProjectStore
from shared.events.ids import MilestoneId, ProjectId
from shared.outbox import Because, until_saved


async def plan_milestone(
    store: ProjectStore, project: ProjectId, command: PlanMilestone, because: Because
) -> MilestoneStanding:
    """Add a milestone with a measurable outcome (REC-17)."""
    step = Step(project, MilestoneId(because.new_id("milestone")))

    def decide(loaded: Loaded[Project]) -> tuple[Project, Facts]:
        return milestones.plan_milestone(loaded.state, step.milestone, command, loaded.next)

    return await until_saved(lambda: _take(store, step, decide, because))


async def reach_milestone(
    store: ProjectStore, step: Step, reached_on: date, because: Because, now: datetime
) -> MilestoneStanding:
    """Record that a milestone was reached."""

    def decide(loaded: Loaded[Project]) -> tuple[Project, Facts]:
        return milestones.reach_milestone(loaded.state, step.milestone, reached_on, loaded.next, now)

    return await until_saved(lambda: _take(store, step, decide, because))


async def reopen_milestone(
    store: ProjectStore, step: Step, command: ReopenMilestone, because: Because, now: datetime
) -> MilestoneStanding:
    """Take back that a milestone was reached."""

    def decide(loaded: Loaded[Project]) -> tuple[Project, Facts]:
        return milestones.reopen_milestone(loaded.state, step.milestone, command, loaded.next, now)

    return await until_saved(lambda: _take(store, step, decide, because))


async def _take(
    store: ProjectStore,
    step: Step,
    decide: Callable[[Loaded[Project]], tuple[Project, Facts]],
    because: Because,
) -> MilestoneStanding:
    """Load a project, decide about one of its milestones, save."""
    loaded = await store.project(step.project)
    after, facts = decide(loaded)
    standing = MilestoneStanding.of(after, step.milestone, loaded.next)
    await store.save([loaded.becomes(after, facts)], because.with_result(standing.model_dump(mode="json")))
    return standing
