"""Commands to the recap tracker, and the plain model of places: a status for each project, and a queue."""

from collections import deque
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.recap_tracker.domain import milestones as steps
from services.recap_tracker.domain import projects as tracking
from services.recap_tracker.domain.places import Ledger, Round, release_place, take_place
from tests.unit.recap_tracker.examples import wish
from tests.unit.together.calendar import Calendar
from tests.unit.together.services import NOW, START, accepted

PROJECTS = st.sampled_from(["pr-1", "pr-2", "pr-3", "pr-4"])
STEPS = st.sampled_from(["m-1", "m-2"])
PLACES = 2


class Tracking(Calendar):
    """Open, end, reopen, plan, reach."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(programme="recap")  # type: ignore[arg-type]
        self.tracked: dict[str, tuple[Any, int]] = {}
        self.status: dict[str, str] = {}
        self.queue: deque[str] = deque()
        self.reached: dict[tuple[str, str], bool] = {}

    def track(self, name: str, decided: Any) -> None:
        """Save what the tracker decided of a project."""
        project, facts = decided
        self.tracked[name] = (project, self.tracked.get(name, (None, 0))[1] + 1)
        self.logs.say(facts)

    def version(self, name: str) -> int:
        return self.tracked.get(name, (None, 0))[1] + 1

    def follow(self, after: Round) -> None:
        """Keep the ledger; whoever moved up is told, in the order of the plain queue."""
        self.ledger = after.ledger
        for name in after.promoted:
            assert name == self.queue.popleft()
            self.status[name] = "active"
            self.track(name, tracking.activate_project(self.tracked[name][0], self.day, self.version(name)))

    def placed(self, name: str) -> str:
        """Say by the plain model where a project goes, and put it there."""
        full = self.queue or list(self.status.values()).count("active") >= PLACES
        self.status[name] = "queued" if full else "active"
        if full:
            self.queue.append(name)
        return self.status[name]

    @rule(name=PROJECTS)
    def open(self, name: str) -> None:
        if name in self.tracked:
            return
        after, placing = take_place(self.ledger, name, "R0A")  # type: ignore[arg-type]
        assert placing.status.value == self.placed(name)
        opening = tracking.Opening(name, "recap", "R0A", placing, NOW)  # type: ignore[arg-type]
        self.track(name, tracking.open_project(wish(started_on=START), opening))
        self.follow(after)

    @rule(name=PROJECTS, completed=st.booleans())
    def end(self, name: str, completed: bool) -> None:
        project, version = self.tracked.get(name, (None, 0))
        if project is None:
            return
        decide = tracking.complete_project if completed else tracking.withdraw_project
        command = tracking.EndProject(self.today(), "it is over")
        done = accepted(lambda: decide(project, command, version + 1, NOW))
        before = self.status[name]
        assert (done is not None) == (before in (("active",) if completed else ("active", "queued")))
        if done is not None:
            self.track(name, done)
            self.status[name] = "completed" if completed else "withdrawn"
            if before == "queued":
                self.queue.remove(name)
            self.follow(release_place(self.ledger, name, "R0A", "ended"))  # type: ignore[arg-type]

    @rule(name=PROJECTS)
    def reopen(self, name: str) -> None:
        if self.status.get(name) not in ("completed", "withdrawn"):
            return
        project, version = self.tracked[name]
        tracking.check_reopening(project, self.today(), NOW)
        after, placing = take_place(self.ledger, name, "R0A")  # type: ignore[arg-type]
        assert placing.status.value == self.placed(name)
        self.track(name, tracking.reopen_project(project, self.day, placing, version + 1))
        self.follow(after)

    @rule(name=PROJECTS, step=STEPS)
    def plan(self, name: str, step: str) -> None:
        project, version = self.tracked.get(name, (None, 0))
        if project is None or (name, step) in self.reached:
            return
        command = steps.PlanMilestone("a step", "nine in ten", self.today())
        done = accepted(lambda: steps.plan_milestone(project, step, command, version + 1))  # type: ignore[arg-type]
        assert (done is not None) == (self.status[name] in ("active", "queued"))
        if done is not None:
            self.track(name, done)
            self.reached[name, step] = False

    @rule(name=PROJECTS, step=STEPS, back=st.booleans())
    def reach(self, name: str, step: str, back: bool) -> None:
        project, version = self.tracked.get(name, (None, 0))
        if project is None:
            return
        day = self.today()
        again = steps.ReopenMilestone(day, "not after all")
        done = accepted(
            lambda: (
                steps.reopen_milestone(project, step, again, version + 1, NOW)  # type: ignore[arg-type]
                if back
                else steps.reach_milestone(project, step, day, version + 1, NOW)  # type: ignore[arg-type]
            )
        )
        assert (done is not None) == (self.status[name] == "active" and self.reached.get((name, step)) is back)
        if done is not None:
            self.track(name, done)
            self.reached[name, step] = not back
