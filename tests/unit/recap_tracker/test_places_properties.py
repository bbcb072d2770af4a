"""The ledger under any sequence of commands: never one project too many, first come first served, no idle place."""

from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from services.recap_tracker.domain.places import Ledger, Round, release_place, state_places, take_place
from services.recap_tracker.domain.words import Status
from shared.events.ids import ProjectId
from tests.unit.recap_tracker.examples import COHORT, HERE, PROGRAMME


class Places(RuleBasedStateMachine):
    """REC-2: projects come, end and come back while the catalogue changes its mind about the number of places."""

    known = Bundle("known")
    ended = Bundle("ended")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(programme=PROGRAMME)
        self.active: set[ProjectId] = set()
        self.queue: deque[ProjectId] = deque()
        self.places = 0
        self.count = 0

    @initialize(places=st.integers(1, 4))
    def schedule(self, places: int) -> None:
        self.places = places
        self.follow(state_places(self.ledger, COHORT, places))

    @rule(places=st.integers(1, 6))
    def reschedule(self, places: int) -> None:
        self.schedule(places)

    @rule(target=known)
    def open(self) -> ProjectId:
        self.count += 1
        project = ProjectId(f"p{self.count}")
        self.take(project)
        return project

    @rule(target=known, project=consumes(ended))
    def reopen(self, project: ProjectId) -> ProjectId:
        self.take(project)
        return project

    @rule(target=ended, project=consumes(known))
    def end(self, project: ProjectId) -> ProjectId:
        waited = project in self.queue
        self.active.discard(project)
        if waited:
            self.queue.remove(project)
        after = release_place(self.ledger, project, HERE, "was withdrawn")
        assert after.decisions[0].outcome == ("left-queue" if waited else "released")
        self.follow(after)
        return project

    def take(self, project: ProjectId) -> None:
        fits = not self.queue and len(self.active) < self.places
        after, placing = take_place(self.ledger, project, HERE)
        if fits:
            self.active.add(project)
        else:
            self.queue.append(project)
        assert placing.status is (Status.ACTIVE if fits else Status.QUEUED)
        assert placing.position == (None if fits else len(self.queue))
        self.follow(after)

    def follow(self, after: Round) -> None:
        """Compare the promotions with those of a plain model, and take the new ledger."""
        expected = []
        while self.queue and len(self.active) < self.places:
            expected.append(self.queue.popleft())
            self.active.add(expected[-1])
        assert list(after.promoted) == expected
        assert all(decision.reason.endswith(".") for decision in after.decisions)
        assert len(after.ledger.active) <= max(self.places, len(self.ledger.active))
        self.ledger = after.ledger

    @invariant()
    def the_ledger_is_the_model(self) -> None:
        assert set(self.ledger.active) == self.active
        assert len(self.ledger.active) == len(self.active)
        assert [waiting.project for waiting in self.ledger.queue] == list(self.queue)

    @invariant()
    def no_place_is_free_while_a_project_waits(self) -> None:
        assert not self.queue or len(self.active) >= self.places

    @invariant()
    def a_stored_ledger_reads_back_the_same(self) -> None:
        assert Ledger.model_validate(self.ledger.model_dump(mode="json")) == self.ledger


TestPlaces = Places.TestCase
TestPlaces.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
