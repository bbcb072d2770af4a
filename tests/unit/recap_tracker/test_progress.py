from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.recap_tracker.domain.projects import EndProject, Milestone, complete_project
from services.recap_tracker.rules import RED_AFTER_DAYS, Rag, day_of_judgement, days_ahead, days_overdue, rate_progress
from shared.events.ids import MilestoneId
from tests.unit.recap_tracker.examples import NOW, project

TODAY = date(2024, 6, 1)
days = st.dates(date(2023, 1, 1), date(2025, 12, 31))


def step(planned_on: date, reached_on: date | None = None) -> Milestone:
    return Milestone(
        milestone=MilestoneId("m"),
        title="Train the panels",
        measurable_outcome="All trained",
        planned_on=planned_on,
        reached_on=reached_on,
    )


steps = st.builds(step, days, st.none() | days)


def test_without_milestones_there_is_nothing_to_measure_by() -> None:
    """REC-17"""
    progress = rate_progress([], TODAY)
    assert (progress.rag, progress.reason) == (
        Rag.AMBER,
        "No milestone is planned yet, so there is nothing to measure by.",
    )


def test_on_the_planned_day_nothing_is_overdue_and_a_day_later_it_is() -> None:
    """REC-17"""
    assert rate_progress([step(TODAY)], TODAY).rag is Rag.GREEN
    late = rate_progress([step(TODAY)], TODAY + timedelta(days=1))
    assert (late.rag, late.days_overdue) == (Rag.AMBER, 1)
    assert late.reason == "“Train the panels” was planned for 1 June 2024 and is 1 day overdue."


def test_four_weeks_overdue_is_amber_and_a_day_more_is_red() -> None:
    """REC-17"""
    due = TODAY - timedelta(days=RED_AFTER_DAYS)
    assert rate_progress([step(due)], TODAY).rag is Rag.AMBER
    red = rate_progress([step(due)], TODAY + timedelta(days=1))
    assert red.rag is Rag.RED
    assert red.reason.endswith("29 days overdue, more than the 28 days that count as a slip.")


def test_days_ahead_are_net_over_what_is_reached() -> None:
    """REC-17"""
    reached = [step(date(2024, 3, 10), date(2024, 3, 1)), step(date(2024, 4, 1), date(2024, 4, 5)), step(TODAY)]
    assert days_ahead(reached) == 9 - 4
    assert rate_progress(reached, TODAY).reason == (
        "2 of 3 milestones are reached, 5 days ahead of plan in total, and none is overdue."
    )


def test_reached_late_and_nothing_overdue_is_amber_with_the_days_behind() -> None:
    """REC-17"""
    progress = rate_progress([step(date(2024, 4, 1), date(2024, 4, 5))], TODAY)
    assert (progress.rag, progress.days_ahead) == (Rag.AMBER, -4)
    assert "4 days behind plan in total" in progress.reason


def test_an_ended_project_is_judged_on_the_day_it_ended() -> None:
    ended, _ = complete_project(project(), EndProject(date(2024, 5, 1)), 2, NOW)
    assert day_of_judgement(ended, TODAY) == date(2024, 5, 1)
    assert day_of_judgement(project(), TODAY) == TODAY


@given(st.lists(steps, max_size=8), days)
def test_every_colour_has_a_reason_and_figures_that_add_up(milestones: list[Milestone], on: date) -> None:
    """REC-17: RAG always carries its reason"""
    progress = rate_progress(milestones, on)
    assert progress.reason.endswith(".")
    assert progress.milestones_planned == len(milestones)
    assert progress.days_overdue == max((days_overdue(one, on) for one in milestones), default=0)
    assert (progress.rag is Rag.RED) == (progress.days_overdue > RED_AFTER_DAYS)
    if progress.rag is Rag.GREEN:
        assert (progress.days_overdue, progress.days_ahead >= 0) == (0, True)


@given(st.lists(steps, min_size=1, max_size=8), days, st.randoms(use_true_random=False))
def test_the_order_of_milestones_does_not_change_colour_or_days(
    milestones: list[Milestone], on: date, random: Random
) -> None:
    shuffled = list(milestones)
    random.shuffle(shuffled)
    first, second = rate_progress(milestones, on), rate_progress(shuffled, on)
    assert (first.rag, first.days_ahead, first.days_overdue) == (second.rag, second.days_ahead, second.days_overdue)
