"""What the tracker must know of cohorts and people to accept a project: joins of what enrolment said. Pure.

Guards that any order and any number of the same events give the same answer (latest version wins), and that erasure is
final: nothing that arrives later brings a person back.
"""

from pydantic import Field

from services.recap_tracker.domain.places import State
from services.recap_tracker.domain.refusals import LeadNotEnrolledError, TooManyProjectsLedError
from shared.events.enrolment import CohortScheduled, ParticipantEnrolled, ParticipantMoved, ParticipantWithdrawn
from shared.events.ids import CohortId, OrganisationId, ParticipantId, ProgrammeId, ProjectId

LED_LIMIT = 20
"""Projects one person can lead in a lifetime: keeps what erasure must touch in one transaction bounded."""


class Cohort(State):
    """A cohort as scheduled: its programme, and that programme's places for projects (None: it has no projects)."""

    cohort: CohortId
    programme: ProgrammeId
    places: int | None = None
    stated_by: int = 0
    """Version of the schedule."""


class Enrolment(State):
    """Whether a person's enrolment in a cohort stands, and which version says so."""

    version: int
    standing: bool


class Person(State):
    """A participant as far as projects are concerned. `projects` are those they lead."""

    participant: ParticipantId
    organisation: OrganisationId | None = None
    organisation_by: int = 0
    enrolments: dict[CohortId, Enrolment] = Field(default_factory=dict)
    projects: tuple[ProjectId, ...] = ()
    erased: bool = False

    def is_enrolled(self, cohort: CohortId, organisation: OrganisationId) -> bool:
        """Say whether the person's enrolment in the cohort stands and they belong to the organisation now."""
        enrolment = self.enrolments.get(cohort)
        return self.organisation == organisation and enrolment is not None and enrolment.standing


def hear_schedule(cohort: Cohort, fact: CohortScheduled) -> Cohort:
    """Join a schedule; the latest version wins."""
    if fact.version <= cohort.stated_by:
        return cohort
    return cohort.model_copy(update={"places": fact.project_places, "stated_by": fact.version})


def hear_person(person: Person, fact: ParticipantEnrolled | ParticipantWithdrawn | ParticipantMoved) -> Person:
    """Join what was said about a person; an erased person stays erased."""
    if person.erased:
        return person
    joined = person
    if fact.version > person.organisation_by:
        joined = joined.model_copy(
            update={"organisation": OrganisationId(fact.organisation), "organisation_by": fact.version}
        )
    if isinstance(fact, ParticipantMoved):
        return joined
    known = person.enrolments.get(CohortId(fact.cohort))
    if known is not None and fact.version <= known.version:
        return joined
    enrolment = Enrolment(version=fact.version, standing=isinstance(fact, ParticipantEnrolled))
    return joined.model_copy(update={"enrolments": {**person.enrolments, CohortId(fact.cohort): enrolment}})


def take_lead(person: Person, project: ProjectId, cohort: CohortId, organisation: OrganisationId) -> Person:
    """Let the person lead the project; refuses whoever is not enrolled in the cohort at the organisation.

    The person's document changes with it, so a project cannot be opened beside an erasure that does not see it.
    """
    if not person.is_enrolled(cohort, organisation):
        raise LeadNotEnrolledError(cohort=cohort)
    if len(person.projects) >= LED_LIMIT:
        raise TooManyProjectsLedError(limit=LED_LIMIT)
    return person.model_copy(update={"projects": (*person.projects, project)})


def erase(person: Person) -> Person:
    """Forget everything but that the person was erased; the random id means nothing elsewhere any more."""
    return Person(participant=person.participant, erased=True)
