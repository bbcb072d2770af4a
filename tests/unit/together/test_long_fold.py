"""Commands over all four services against a plain model of the rules, with crashes as a step (law 3, P4, P8).

Whatever is asked, in whatever order, and whoever dies in between: what the services accept is what the rules say, and
what evaluation tells is a plain count of what was said, and of what the model knows to be true.
"""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from services.enrolment.domain import participant as enrolling
from services.evaluation.projections import ParticipationProjection, ProjectsProjection
from services.recap_tracker.domain.places import state_places
from tests.unit.evaluation import plain_model
from tests.unit.together.engaging import Attending
from tests.unit.together.enrolling import Enrolling
from tests.unit.together.services import Evaluating
from tests.unit.together.tracking import PLACES, Tracking

FEW = st.integers(1, 6)


class Platform(Enrolling, Attending, Tracking):
    """Four services, one after another asked for something, and a plain model beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.participation = Evaluating(ParticipationProjection(), self.logs)
        self.projects = Evaluating(ProjectsProjection(), self.logs)

    @initialize()
    def begin(self) -> None:
        for person in ("p-1", "p-2", "p-3"):
            command = enrolling.Register(participant=person, organisation="R0A", keys=())
            self.people[person] = enrolling.register(command)[0]
            self.home[person] = "R0A"
        self.follow(state_places(self.ledger, "recap-2024", PLACES))  # type: ignore[arg-type]
        for person in ("p-1", "p-2"):
            self.apply(person, "recap-2024")
            self.enrol(person, "recap-2024", promised=person == "p-1")
        self.engagement.hear(len(self.logs.facts["enrolment.events"]))

    @rule(most=FEW)
    def engagement_hears(self, most: int) -> None:
        self.engagement.hear(most)

    @rule(records=FEW)
    def engagement_dies(self, records: int) -> None:
        self.engagement.go_back(records)

    @rule(most=FEW, topic=st.sampled_from(["enrolment.events", "engagement.events"]))
    def evaluation_hears(self, most: int, topic: str) -> None:
        self.participation.deliver(topic, most)
        self.projects.deliver("recap_tracker.events", most)

    @rule()
    def evaluation_writes(self) -> None:
        self.participation.checkpoint()
        self.projects.checkpoint()

    @rule()
    def evaluation_dies(self) -> None:
        self.participation.crash()
        self.projects.crash()

    def teardown(self) -> None:
        """All is heard in the end; then figures are a plain count of the facts, and of the model."""
        self.engagement.hear(1_000)
        for folding, plain in ((self.participation, plain_model.participation), (self.projects, plain_model.projects)):
            folding.catch_up()
            assert folding.cells() == plain(self.logs.all(folding.projection.topics))
            assert folding.folded_again()
        self._participation_is_true()
        statuses = Counter(self.status.values())
        assert {name: self._total(self.projects, name) for name in statuses} == statuses
        assert self._total(self.projects, "milestones_reached") == sum(self.reached.values())

    def _participation_is_true(self) -> None:
        here = {person for person in self.people if person not in self.erased}
        enrolled = sum(one == "enrolled" for (person, _), one in self.standing.items() if person in here)
        words = [word for (person, _), word in self.words.items() if person in here and word is not None]
        journals = sum(stands for person, stands in self.journals.values() if person in here)
        told = {name: self._total(self.participation, name) for name in ("enrolled", "sessions_attended")}
        assert told == {"enrolled": enrolled, "sessions_attended": sum(word == "attended" for word, _ in words)}
        assert self._total(self.participation, "contact_minutes") == sum(
            one for word, one in words if word == "attended"
        )
        assert self._total(self.participation, "journals_submitted") == journals

    def _total(self, folding: Evaluating, name: str) -> int:
        return sum(cell.get(name, 0) for cell in folding.cells().values())


TestPlatform = Platform.TestCase
TestPlatform.settings = settings(max_examples=40, stateful_step_count=60, deadline=None)


@pytest.mark.long
class TestPlatformAtLength(Platform.TestCase):  # type: ignore[misc] # made by the library
    settings = settings(max_examples=1_000, stateful_step_count=150, deadline=None)
