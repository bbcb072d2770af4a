from datetime import date, timedelta

import pytest

from services.recap_tracker.domain.milestones import (
    MILESTONE_LIMIT,
    REOPENINGS_KEPT,
    PlanMilestone,
    ReopenMilestone,
    plan_milestone,
    reach_milestone,
    reopen_milestone,
)
from services.recap_tracker.domain.projects import EndProject, complete_project
from services.recap_tracker.domain.refusals import (
    DateInFutureError,
    DateOutOfOrderError,
    MilestoneNotReachedError,
    MilestoneReachedAlreadyError,
    OutcomeMissingError,
    ProjectEndedError,
    ProjectNotActiveError,
    TextMissingError,
    TooManyMilestonesError,
)
from shared.errors import NotFoundError
from shared.events.ids import MilestoneId
from shared.events.recap_tracker import MilestonePlanned, MilestoneReached, MilestoneReopened
from tests.unit.recap_tracker.examples import NOW, STARTED, THIRD_IN_LINE, project, with_milestone

STEP = MilestoneId("step-1")
DUE = date(2024, 3, 1)
PLAN = PlanMilestone("Train the panels", "Nine panels in ten are mixed", DUE)
WRONG = ReopenMilestone(date(2024, 4, 1), "The figures were those of another year")


def test_a_milestone_is_planned_with_a_date_and_a_measurable_outcome() -> None:
    """REC-17"""
    after, (fact,) = plan_milestone(project(), STEP, PLAN, 2)
    assert after.milestones[0].measurable_outcome == "Nine panels in ten are mixed"
    assert isinstance(fact, MilestonePlanned)
    assert (fact.milestone, fact.planned_on, fact.version) == (STEP, DUE, 2)
    assert "panels" not in fact.model_dump_json()


def test_a_milestone_without_a_measurable_outcome_is_refused() -> None:
    """REC-17"""
    with pytest.raises(OutcomeMissingError, match="how will you know"):
        plan_milestone(project(), STEP, PlanMilestone("Train the panels", " ", DUE), 2)
    with pytest.raises(TextMissingError):
        plan_milestone(project(), STEP, PlanMilestone(" ", "Nine in ten", DUE), 2)


def test_milestones_can_be_planned_while_a_project_waits_and_not_after_it_ended() -> None:
    assert len(plan_milestone(project(THIRD_IN_LINE), STEP, PLAN, 2)[0].milestones) == 1
    ended, _ = complete_project(project(), EndProject(date(2024, 5, 1)), 2, NOW)
    with pytest.raises(ProjectEndedError, match="Reopen it first"):
        plan_milestone(ended, STEP, PLAN, 3)


def test_a_milestone_is_reached_reopened_and_reached_again() -> None:
    """REC-17; each of the three is a fact of its own"""
    reached, (first,) = reach_milestone(with_milestone(DUE), STEP, date(2024, 2, 20), 3, NOW)
    reopened, (back,) = reopen_milestone(reached, STEP, WRONG, 4, NOW)
    again, (second,) = reach_milestone(reopened, STEP, date(2024, 4, 9), 5, NOW)
    assert [type(fact) for fact in (first, back, second)] == [MilestoneReached, MilestoneReopened, MilestoneReached]
    assert [fact.version for fact in (first, back, second)] == [3, 4, 5]
    assert reopened.milestones[0].reached_on is None
    assert again.milestones[0].reached_on == date(2024, 4, 9)
    assert [past.reached_on for past in again.milestones[0].reopenings] == [date(2024, 2, 20)]


def test_what_is_reached_cannot_be_reached_and_what_is_open_cannot_be_reopened() -> None:
    with pytest.raises(MilestoneReachedAlreadyError, match="20 February 2024"):
        reach_milestone(with_milestone(DUE, date(2024, 2, 20)), STEP, DUE, 4, NOW)
    with pytest.raises(MilestoneNotReachedError):
        reopen_milestone(with_milestone(DUE), STEP, WRONG, 3, NOW)


def test_only_an_active_project_reaches_milestones() -> None:
    """REC-2: a project without a place is not monitored"""
    waiting, _ = plan_milestone(project(THIRD_IN_LINE), STEP, PLAN, 2)
    with pytest.raises(ProjectNotActiveError, match="queued"):
        reach_milestone(waiting, STEP, DUE, 3, NOW)


def test_a_milestone_of_another_project_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no milestone with the id step-9"):
        reach_milestone(with_milestone(DUE), MilestoneId("step-9"), DUE, 3, NOW)


def test_days_of_a_milestone_stay_in_order() -> None:
    with pytest.raises(DateInFutureError):
        reach_milestone(with_milestone(DUE), STEP, NOW.date() + timedelta(days=2), 3, NOW)
    with pytest.raises(DateOutOfOrderError):
        reach_milestone(with_milestone(DUE), STEP, STARTED - timedelta(days=1), 3, NOW)
    early = ReopenMilestone(date(2024, 2, 19), "Wrong")
    with pytest.raises(DateOutOfOrderError):
        reopen_milestone(with_milestone(DUE, date(2024, 2, 20)), STEP, early, 4, NOW)


def test_reopening_needs_a_reason() -> None:
    with pytest.raises(TextMissingError, match="the reason"):
        reopen_milestone(with_milestone(DUE, DUE), STEP, ReopenMilestone(date(2024, 4, 1), ""), 4, NOW)


def test_a_project_stays_small_enough_for_one_document() -> None:
    grown = project()
    for number in range(MILESTONE_LIMIT):
        grown, _ = plan_milestone(grown, MilestoneId(f"step-{number}"), PLAN, number + 2)
    with pytest.raises(TooManyMilestonesError):
        plan_milestone(grown, STEP, PLAN, 99)
    for version in range(100, 100 + 2 * REOPENINGS_KEPT + 4, 2):
        grown, _ = reach_milestone(grown, MilestoneId("step-0"), DUE, version, NOW)
        grown, _ = reopen_milestone(grown, MilestoneId("step-0"), WRONG, version + 1, NOW)
    assert len(grown.milestones[0].reopenings) == REOPENINGS_KEPT
