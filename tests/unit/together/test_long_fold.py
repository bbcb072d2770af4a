"""Commands over all four services against a plain model of the rules, with crashes as a step (law 3, P4, P8).

Whatever is asked, in whatever order, and whoever dies in between: what the services accept is what the rules say, and
what evaluation tells is a plain count of what was said, and of what the model knows to be true.
"""

from collections import Counter, deque
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.register import Entry, take_register, void_register
from services.engagement.domain.writing import Entry as Journal
from services.engagement.domain.writing import retract, submit
from services.enrolment.domain import participant as enrolling
from services.evaluation.projections import ParticipationProjection, ProjectsProjection
from services.recap_tracker.domain import milestones as steps
from services.recap_tracker.domain import projects as tracking
from services.recap_tracker.domain.places import Ledger, Round, release_place, state_places, take_place
from shared.events import Fact
from tests.unit.evaluation import plain_model
from tests.unit.evaluation.stories import LEARNING_DAYS
from tests.unit.recap_tracker.examples import wish
from tests.unit.together.services import NOW, START, Engaging, Evaluating, Logs, accepted

PEOPLE = st.sampled_from(["p-1", "p-2", "p-3"])
ORGANISATIONS = st.sampled_from(["R0A", "RW3"])
COHORTS = st.sampled_from(["recap-2024", "recap-2025"])
SESSIONS = st.sampled_from(["day-1", "day-2", "day-3"])
PROJECTS = st.sampled_from(["pr-1", "pr-2", "pr-3", "pr-4"])
STEPS = st.sampled_from(["m-1", "m-2"])
PLACES = 2
FEW = st.integers(1, 6)


class Platform(RuleBasedStateMachine):
    """Four services, one after another asked for something, and a plain model beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.logs, self.day = Logs(), START
        self.people: dict[str, Any] = {}
        self.engagement = Engaging(self.logs)
        self.participation = Evaluating(ParticipationProjection(), self.logs)
        self.projects = Evaluating(ProjectsProjection(), self.logs)
        self.ledger = Ledger(programme="recap")  # type: ignore[arg-type]
        self.tracked: dict[str, tuple[Any, int]] = {}
        # The plain model: words, sets and a queue.
        self.standing: dict[tuple[str, str], str] = {}
        self.home: dict[str, str] = {}
        self.erased: set[str] = set()
        self.words: dict[tuple[str, str], tuple[str, int] | None] = {}
        self.journals: dict[str, tuple[str, bool]] = {}
        self.status: dict[str, str] = {}
        self.queue: deque[str] = deque()
        self.reached: dict[tuple[str, str], bool] = {}

    def today(self) -> date:
        """Every step is a day later, so that no command is refused for its date."""
        self.day += timedelta(days=1)
        return self.day

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

    def enrolment(self, person: str, decided: Any) -> bool:
        """Save what enrolment decided; say whether it accepted."""
        if decided is None:
            return False
        self.people[person], events = decided
        self.logs.say([event for event in events if isinstance(event, Fact) and event.topic == "enrolment.events"])
        return True

    @rule(person=PEOPLE, cohort=COHORTS)
    def apply(self, person: str, cohort: str) -> None:
        command = enrolling.Apply(cohort=cohort, programme="recap", group="g", applied_on=self.today())
        may = person not in self.erased and (person, cohort) not in self.standing
        done = accepted(lambda: enrolling.apply(self.people[person], command, NOW))
        assert self.enrolment(person, done) == may
        if may:
            self.standing[person, cohort] = "applied"

    @rule(person=PEOPLE, cohort=COHORTS, promised=st.booleans())
    def enrol(self, person: str, cohort: str, promised: bool) -> None:
        commitment = LEARNING_DAYS if promised else None
        command = enrolling.Enrol(cohort=cohort, commitment=commitment, enrolled_on=self.today())
        may = person not in self.erased and self.standing.get((person, cohort)) in ("applied", "withdrawn")
        done = accepted(lambda: enrolling.enrol(self.people[person], command, NOW))
        assert self.enrolment(person, done) == may
        if may:
            self.standing[person, cohort] = "enrolled"

    @rule(person=PEOPLE, cohort=COHORTS)
    def withdraw(self, person: str, cohort: str) -> None:
        command = enrolling.Withdraw(cohort=cohort, withdrawn_on=self.today())
        may = person not in self.erased and self.standing.get((person, cohort)) == "enrolled"
        done = accepted(lambda: enrolling.withdraw(self.people[person], command, NOW))
        assert self.enrolment(person, done) == may
        if may:
            self.standing[person, cohort] = "withdrawn"

    @rule(person=PEOPLE, organisation=ORGANISATIONS)
    def move(self, person: str, organisation: str) -> None:
        command = enrolling.Move(organisation=organisation, keys=(), moved_on=self.today())
        may = person not in self.erased and self.home[person] != organisation
        done = accepted(lambda: enrolling.move(self.people[person], command, NOW))
        assert self.enrolment(person, done) == may
        if may:
            self.home[person] = organisation

    @rule(person=PEOPLE, really=st.integers(0, 5))
    def erase(self, person: str, really: int) -> None:
        if really == 0:
            assert self.enrolment(person, enrolling.erase(self.people[person]))
            self.erased.add(person)

    def occasion(self, session: str, cohort: str) -> Occasion:
        return Occasion(
            session=session, cohort=cohort, programme="recap", kind="learning_day", held_on=START, minutes=360
        )

    def hears_of(self, person: str, organisation: str, session: str, cohort: str) -> bool:
        """Tell by what engagement has heard so far whether a register may name somebody."""
        about = [fact for fact in self.engagement.heard if getattr(fact, "participant", "") == person]
        names = [type(fact).__name__ for fact in about]
        homes = [fact.organisation for fact in about if not hasattr(fact, "applied_on")]  # type: ignore[attr-defined]
        mine = [fact for fact in about if getattr(fact, "cohort", "") == cohort and not hasattr(fact, "applied_on")]
        if "SubjectErased" in names or not mine:
            return False
        takes_part = type(mine[-1]).__name__ in ("ParticipantEnrolled", "ParticipantWithdrawn")
        return takes_part and homes[-1] == organisation

    @rule(
        person=PEOPLE,
        organisation=ORGANISATIONS,
        session=SESSIONS,
        came=st.booleans(),
        minutes=st.sampled_from([0, 90, 360]),
    )
    def register(self, person: str, organisation: str, session: str, came: bool, minutes: int) -> None:
        """A facilitator's line; a session belongs to the first cohort."""
        entry = Entry(person, "attended" if came else "missed", minutes)  # type: ignore[arg-type]
        known = {person: self.engagement.learner(person)}
        about = self.occasion(session, "recap-2024")
        done = accepted(lambda: take_register(known, about, organisation, [entry], NOW))  # type: ignore[arg-type]
        sensible = came or minutes == 0
        assert (done is not None) == (sensible and self.hears_of(person, organisation, session, "recap-2024"))
        if done is not None:
            self.engagement.save(done)
            self.words[person, session] = (entry.status, minutes)

    @rule(person=PEOPLE, organisation=ORGANISATIONS, session=SESSIONS)
    def take_back(self, person: str, organisation: str, session: str) -> None:
        known = {person: self.engagement.learner(person)}
        about = self.occasion(session, "recap-2024")
        done = accepted(lambda: void_register(known, about, organisation, [person]))  # type: ignore[arg-type, list-item]
        if done is not None:
            self.engagement.save(done)
            self.words[person, session] = None

    @rule(person=PEOPLE, cohort=COHORTS)
    def write(self, person: str, cohort: str) -> None:
        learner, day = self.engagement.learner(person), self.today()
        entry = Journal(f"j-{len(self.journals)}", cohort, day)  # type: ignore[arg-type]
        version = self.engagement.versions.get(person, 0) + 1
        done = accepted(lambda: submit(learner, entry, NOW.date(), version))
        about = [fact for fact in self.engagement.heard if getattr(fact, "participant", "") == person]
        mine = [fact for fact in about if getattr(fact, "cohort", "") == cohort and not hasattr(fact, "applied_on")]
        gone = any(type(fact).__name__ == "SubjectErased" for fact in about)
        assert (done is not None) == (not gone and bool(mine) and type(mine[-1]).__name__ == "ParticipantEnrolled")
        if done is not None:
            self.engagement.say(person, *done)
            self.journals[str(entry.journal)] = (person, True)

    @precondition(lambda self: self.journals)
    @rule(number=st.integers(0, 100))
    def unwrite(self, number: int) -> None:
        name = sorted(self.journals)[number % len(self.journals)]
        person, stands = self.journals[name]
        version = self.engagement.versions.get(person, 0) + 1
        learner = self.engagement.learner(person)
        done = accepted(lambda: retract(learner, name, version=version))  # type: ignore[arg-type]
        assert (done is not None) == (stands and not learner.erased)
        if done is not None:
            self.engagement.say(person, *done)
            self.journals[name] = (person, False)

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
