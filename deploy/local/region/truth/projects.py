"""Where projects and milestones stand. Pure.

Guards that a project stays with the organisation that opened it, and that a milestone counts as reached only while
it is.
"""

from dataclasses import dataclass, field
from datetime import date

from deploy.local.region.acts import (
    Act,
    CompleteProject,
    PlanMilestone,
    ReachMilestone,
    ReopenMilestone,
    ReopenProject,
    StartProject,
    WithdrawProject,
)
from deploy.local.region.places import Places


@dataclass
class Milestone:
    """A milestone; reached_on None while it is not reached."""

    planned_on: date
    reached_on: date | None = None


@dataclass
class Project:
    """A project; `ended` says how, None while it has a place or waits for one."""

    cohort: str
    organisation: str
    ended: str | None = None
    milestones: dict[str, Milestone] = field(default_factory=dict)


class Projects:
    """All projects of the region and the places they compete for."""

    def __init__(self, capacity: int) -> None:
        self.places = Places(capacity)
        self.known: dict[str, Project] = {}

    def hear(self, act: Act) -> None:
        """Take in what the tracker was told."""
        match act:
            case StartProject():
                self.known[act.project] = Project(act.cohort, act.organisation)
                self.places.take(act.project)
            case CompleteProject():
                self._end(act.project, "completed")
            case WithdrawProject():
                self._end(act.project, "withdrawn")
            case ReopenProject():
                self.known[act.project].ended = None
                self.places.take(act.project)
            case PlanMilestone():
                self.known[act.project].milestones[act.milestone] = Milestone(act.planned_on)
            case ReachMilestone():
                self.known[act.project].milestones[act.milestone].reached_on = act.on
            case ReopenMilestone():
                self.known[act.project].milestones[act.milestone].reached_on = None
            case _:
                pass

    def status(self, key: str) -> str:
        """Return active, queued, completed or withdrawn."""
        return self.known[key].ended or str(self.places.status(key))

    def _end(self, project: str, how: str) -> None:
        self.known[project].ended = how
        self.places.release(project)
