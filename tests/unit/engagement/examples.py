"""People, sessions and records that the tests speak about."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings

from services.engagement.domain import queue
from services.engagement.domain.cohorts import Cohort, Occasion, scheduled
from services.engagement.domain.learners import Learner, enrolled
from services.engagement.domain.matching import Identifiers, Match
from services.engagement.domain.papers import Papers
from services.engagement.domain.reception import Record
from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.domain.statements import Statement
from shared.events.enrolment import CohortScheduled, ParticipantEnrolled, ScheduledSession
from shared.events.ids import CohortId, OrganisationId, ParticipantId, ProgrammeId, SessionId

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of what is tested."""
HERE = OrganisationId("R0A")
THERE = OrganisationId("RW3")
ANA = ParticipantId("p-ana")
BEN = ParticipantId("p-ben")
DAY = SessionId("recap-2024-day-1")
COHORT = CohortId("recap-2024")
KEY = ExternalKey("a" * 64)
NEW_KEY = ExternalKey("b" * 64)
MONDAY = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
OCCASION = Occasion(
    session=DAY,
    cohort=COHORT,
    programme=ProgrammeId("recap"),
    kind="learning_day",
    held_on=date(2024, 3, 4),
    minutes=360,
)


def schedule(version: int = 1, title: str = "RECAP 2024", **session: object) -> CohortScheduled:
    """Return a cohort with one learning day."""
    day = {"session": DAY, "module": "days", "title": "Day 1", "format": "in person", "kind": "learning_day"}
    held = ScheduledSession.model_validate({**day, "starts_at": MONDAY, "minutes": 360, **session})
    return CohortScheduled(
        cohort=COHORT, programme="recap", title=title, groups=("acute",), sessions=(held,), version=version
    )


def cohort() -> Cohort:
    """Return what engagement knows of it."""
    return scheduled(Cohort(cohort=COHORT), schedule())


def enrolment(participant: str = ANA, organisation: str = HERE, version: int = 1) -> ParticipantEnrolled:
    """Return the fact that somebody is enrolled."""
    return ParticipantEnrolled(
        participant=participant,
        cohort=COHORT,
        programme="recap",
        organisation=organisation,
        group="acute",
        enrolled_on=date(2024, 1, 15),
        version=version,
    )


def learner(participant: ParticipantId = ANA, organisation: OrganisationId = HERE) -> Learner:
    """Return somebody who is enrolled."""
    return enrolled(Learner(participant=participant), enrolment(participant, organisation))


def record(number: int = 1, status: str = "attended", minutes: int | None = 300, **more: object) -> Record:
    """Return a record of a badge reader about whoever has the key."""
    said = {
        "source": "badges",
        "id": f"r-{number}",
        "occasion": OCCASION,
        "time": MONDAY + timedelta(minutes=number),
        "status": status,
        "minutes": minutes,
        "system": "badge",
        "key": KEY,
        "person": None,
        "digest": f"digest of {number}, {status}, {minutes}",
    }
    return Record(**{**said, **more})  # type: ignore[arg-type]


def identify(
    papers: Papers,
    who: ParticipantId,
    keys: tuple[ExternalKey, ...],
    version: int,
    former: tuple[ExternalKey, ...] = (),
) -> Papers:
    """Tell the keys of a person, and those they had."""
    return queue.identify(papers, Identifiers(participant=who, keys=keys, stated=version).had(former))


def desk(*learners: Learner, organisation: OrganisationId = HERE, statements: int = 5) -> Papers:
    """Return papers with these learners, blank statements 1 to n, two keys and nobody's identifiers."""
    names = [StatementId(f"s-{number}") for number in range(1, statements + 1)]
    return Papers(
        learners={one.participant: one for one in learners},
        statements={name: Statement(statement=name, organisation=organisation) for name in names},
        matches={key: Match(key=key) for key in (KEY, NEW_KEY)},
        identifiers={one.participant: Identifiers(participant=one.participant) for one in learners},
    )
