"""How a project is doing on a day: days ahead or behind plan, and a colour with its reason (REC-17). Pure.

Guards that no colour is ever shown without a sentence that says why, and that nothing here is stored: it is read anew.
The requirement names three colours and no threshold; the one below is this product's reading and its sentence says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.recap_tracker.domain.dates import written
from services.recap_tracker.domain.projects import Milestone, Project
from services.recap_tracker.domain.words import ENDED

RED_AFTER_DAYS = 28
"""A milestone overdue by more than four weeks is more than a slip."""


class Rag(StrEnum):
    """Red, amber or green."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True)
class Progress:
    """How a project is doing on a day.

    `days_ahead` sums planned minus reached over the reached milestones: negative is behind plan. `days_overdue` is that
    of the milestone that is overdue longest, 0 without one.
    """

    rag: Rag
    reason: str
    as_of: date
    days_ahead: int
    days_overdue: int
    milestones_planned: int
    milestones_reached: int


def days_ahead(milestones: Sequence[Milestone]) -> int:
    """Return the sum of planned minus reached in days over the milestones that are reached; negative is behind."""
    return sum((step.planned_on - step.reached_on).days for step in milestones if step.reached_on is not None)


def days_overdue(milestone: Milestone, on: date) -> int:
    """Return by how many days a milestone is overdue on a day: 0 when it is reached or not yet due."""
    return max(0, (on - milestone.planned_on).days) if milestone.reached_on is None else 0


def day_of_judgement(project: Project, today: date) -> date:
    """Return the day on which a project is judged: an ended one is not overdue any further."""
    return project.changed_on if project.status in ENDED else today


def rate_progress(milestones: Sequence[Milestone], on: date) -> Progress:
    """Rate milestones on a day. The colour always carries its reason (REC-17)."""
    worst = max(milestones, key=lambda step: days_overdue(step, on), default=None)
    overdue = days_overdue(worst, on) if worst is not None else 0
    ahead = days_ahead(milestones)
    reached = sum(step.reached_on is not None for step in milestones)
    if worst is None:
        rag, reason = Rag.AMBER, "No milestone is planned yet, so there is nothing to measure by."
    elif overdue:
        rag, reason = _late(worst, overdue)
    elif ahead < 0:
        behind = f"{_days(-ahead)} behind plan in total"
        rag, reason = Rag.AMBER, f"Nothing is overdue, but the milestones reached so far are {behind}."
    else:
        rag, reason = Rag.GREEN, _on_time(ahead, reached, len(milestones))
    return Progress(rag, reason, on, ahead, overdue, len(milestones), reached)


def _late(worst: Milestone, overdue: int) -> tuple[Rag, str]:
    sentence = f"“{worst.title}” was planned for {written(worst.planned_on)} and is {_days(overdue)} overdue"
    if overdue > RED_AFTER_DAYS:
        return Rag.RED, f"{sentence}, more than the {_days(RED_AFTER_DAYS)} that count as a slip."
    return Rag.AMBER, f"{sentence}."


def _on_time(ahead: int, reached: int, planned: int) -> str:
    pace = f"{_days(ahead)} ahead of plan in total" if ahead else "on plan"
    return f"{reached} of {planned} milestones are reached, {pace}, and none is overdue."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
