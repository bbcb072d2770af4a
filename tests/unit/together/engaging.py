"""Commands to engagement, and the plain model of what was said of people: of a session, of a journal."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.register import Entry, take_register, void_register
from services.engagement.domain.writing import Entry as Journal
from services.engagement.domain.writing import retract, submit
from tests.unit.together.calendar import Calendar
from tests.unit.together.enrolling import COHORTS, ORGANISATIONS, PEOPLE
from tests.unit.together.services import NOW, START, Engaging, accepted

SESSIONS = st.sampled_from(["day-1", "day-2", "day-3"])


class Attending(Calendar):
    """Register, take back, write, unwrite."""

    def __init__(self) -> None:
        super().__init__()
        self.engagement = Engaging(self.logs)
        self.words: dict[tuple[str, str], tuple[str, int] | None] = {}
        self.journals: dict[str, tuple[str, bool]] = {}

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
