"""What each figure of the projects table means."""

from datetime import date

from services.evaluation.projections import ProjectsProjection
from shared.events import Fact
from tests.unit.evaluation.folding import Cells, count, fold
from tests.unit.evaluation.stories import HERE, milestone, project

HOME = ("recap", "recap-2024", HERE)


def counted(*facts: Fact) -> Cells:
    projection = ProjectsProjection()
    return count(projection, fold(projection, facts))


def test_a_project_counts_once_by_its_latest_status() -> None:
    """REC-2: queued, then given a place, then completed."""
    story = [project(1, "queued"), project(2, "active"), project(3, "completed")]
    assert counted(*story[:1]) == {HOME: {"queued": 1}}
    assert counted(*story[:2]) == {HOME: {"active": 1}}
    assert counted(*story) == counted(*reversed(story)) == {HOME: {"completed": 1}}


def test_a_reopened_project_is_active_or_queued_again() -> None:
    """REC-2: a reopened project has a place or waits for one, as its event says."""
    assert counted(project(1, "active"), project(2, "withdrawn"), project(3, "queued")) == {HOME: {"queued": 1}}


def test_a_milestone_reached_says_how_far_ahead_of_plan_it_was() -> None:
    """REC-17: planned minus reached, in days; behind plan is negative; the sum is over milestones reached."""
    planned = date(2024, 6, 10)
    cells = counted(
        milestone(1, "m-1", planned),
        milestone(2, "m-1", planned, reached_on=date(2024, 6, 7)),
        milestone(3, "m-2", planned, reached_on=date(2024, 6, 15)),
        milestone(4, "m-3", planned),
    )
    assert cells == {HOME: {"milestones_planned": 3, "milestones_reached": 2, "days_ahead_total": -2}}


def test_a_milestone_reached_reopened_and_reached_again_counts_once_with_its_last_date() -> None:
    """Trap: a milestone reached, reopened, reached again."""
    planned = date(2024, 6, 10)
    story = [
        milestone(1, "m-1", planned),
        milestone(2, "m-1", planned, reached_on=date(2024, 6, 1)),
        milestone(3, "m-1", planned, reopened=True),
        milestone(4, "m-1", planned, reached_on=date(2024, 6, 12)),
    ]
    assert counted(*story[:3]) == {HOME: {"milestones_planned": 1}}
    assert counted(*story) == {HOME: {"milestones_planned": 1, "milestones_reached": 1, "days_ahead_total": -2}}
