"""Opening, ending and reopening projects: everything that takes or frees a place (REC-2).

Guards that a place freed and the next project's place are one transaction, as are a project and its lead.
"""

from collections.abc import Callable
from datetime import date, datetime

from services.recap_tracker.domain import projects, roster
from services.recap_tracker.domain.places import Ledger, Round, release_place, take_place
from services.recap_tracker.domain.projects import EndProject, Facts, Opening, OpenProject, Project
from services.recap_tracker.domain.refusals import ProgrammeHasNoProjectsError
from services.recap_tracker.domain.roster import Cohort
from services.recap_tracker.queries.views import Standing
from services.recap_tracker.store import Loaded, ProjectStore, RegionStore, ledger_changes, new_project
from shared.events.ids import CohortId, ProjectId
from shared.outbox import Because, Change, until_saved


async def open_project(store: ProjectStore, command: OpenProject, because: Because, now: datetime) -> Standing:
    """Open a project for this organisation, with a place or waiting for one (REC-2)."""
    project = ProjectId(because.new_id("project"))

    async def attempt() -> Standing:
        cohort = await _cohort_with_projects(store, command.cohort)
        person = await store.person(command.lead)
        lead = roster.take_lead(person.state, project, command.cohort, store.organisation)
        async with store.turn(cohort.programme):
            ledger = await store.ledger(cohort.programme)
            after, placing = take_place(ledger.state, project, store.organisation)
            opening = Opening(project, cohort.programme, store.organisation, placing, now)
            opened, facts = projects.open_project(command, opening)
            standing = Standing.of(opened, 1, placing.position)
            changes = [new_project(opened).becomes(opened, facts), person.becomes(lead), *ledger_changes(ledger, after)]
            await store.save(changes, because.with_result(standing.model_dump(mode="json")))
        return standing

    return await until_saved(attempt)


async def complete_project(
    store: ProjectStore, project: ProjectId, command: EndProject, because: Because, now: datetime
) -> Standing:
    """Bring a project to its end; its place goes to the first in the queue."""

    def decide(loaded: Loaded[Project]) -> tuple[Project, Facts]:
        return projects.complete_project(loaded.state, command, loaded.next, now)

    return await until_saved(lambda: _end(store, project, decide, because))


async def withdraw_project(
    store: ProjectStore, project: ProjectId, command: EndProject, because: Because, now: datetime
) -> Standing:
    """Give a project up; its place goes to the first in the queue, or it leaves the queue."""

    def decide(loaded: Loaded[Project]) -> tuple[Project, Facts]:
        return projects.withdraw_project(loaded.state, command, loaded.next, now)

    return await until_saved(lambda: _end(store, project, decide, because))


async def reopen_project(
    store: ProjectStore, project: ProjectId, reopened_on: date, because: Because, now: datetime
) -> Standing:
    """Let an ended project go on; it needs a place again."""

    async def attempt() -> Standing:
        loaded = await store.project(project)
        projects.check_reopening(loaded.state, reopened_on, now)
        async with store.turn(loaded.state.programme):
            ledger = await store.ledger(loaded.state.programme)
            after, placing = take_place(ledger.state, project, store.organisation)
            reopened, facts = projects.reopen_project(loaded.state, reopened_on, placing, loaded.next)
            standing = Standing.of(reopened, loaded.next, placing.position)
            changes = [loaded.becomes(reopened, facts), *ledger_changes(ledger, after)]
            await store.save(changes, because.with_result(standing.model_dump(mode="json")))
        return standing

    return await until_saved(attempt)


async def _cohort_with_projects(store: RegionStore, cohort: CohortId) -> Cohort:
    known = await store.cohort(cohort)
    if known.places is None:
        raise ProgrammeHasNoProjectsError(programme=known.programme)
    return known


async def _end(
    store: ProjectStore,
    project: ProjectId,
    decide: Callable[[Loaded[Project]], tuple[Project, Facts]],
    because: Because,
) -> Standing:
    """End a project, free its place and let the first in the queue move up, in one save."""
    loaded = await store.project(project)
    ended, facts = decide(loaded)
    standing = Standing.of(ended, loaded.next)
    async with store.turn(ended.programme):
        ledger = await store.ledger(ended.programme)
        after = release_place(ledger.state, project, store.organisation, f"was {ended.status}")
        changes = [loaded.becomes(ended, facts), *await new_round(store, ledger, after, ended.changed_on)]
        await store.save(changes, because.with_result(standing.model_dump(mode="json")))
    return standing


async def new_round(store: RegionStore, ledger: Loaded[Ledger], after: Round, freed_on: date) -> list[Change]:
    """Return the ledger's change with those of every project that was promoted by it."""
    promoted = await store.projects(after.promoted)
    activated = [
        waiting.becomes(*projects.activate_project(waiting.state, freed_on, waiting.next)) for waiting in promoted
    ]
    return [*ledger_changes(ledger, after), *activated]
