"""Commands to enrolment, and the plain model of who stands where: words, homes, and who was erased."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.enrolment.domain import participant as enrolling
from shared.events import Fact
from tests.unit.evaluation.stories import LEARNING_DAYS
from tests.unit.together.calendar import Calendar
from tests.unit.together.services import NOW, accepted

PEOPLE = st.sampled_from(["p-1", "p-2", "p-3"])
ORGANISATIONS = st.sampled_from(["R0A", "RW3"])
COHORTS = st.sampled_from(["recap-2024", "recap-2025"])


class Enrolling(Calendar):
    """Apply, enrol, withdraw, move, erase."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Any] = {}
        self.standing: dict[tuple[str, str], str] = {}
        self.home: dict[str, str] = {}
        self.erased: set[str] = set()

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
