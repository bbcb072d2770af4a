"""What others tell engagement in its tests: facts of enrolment, records of badge readers and learning platforms."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.clock import now
from shared.events import Envelope, Fact
from shared.events.enrolment import (
    CohortScheduled,
    ParticipantEnrolled,
    ParticipantIdentified,
    ParticipantMoved,
    ParticipantWithdrawn,
    ScheduledSession,
    SubjectErased,
)
from shared.vault import external_key

COHORT, PROGRAMME, GROUP = "recap-2024", "recap", "nhs-providers"
HERE, THERE = "R0A", "RXQ"
DAY, SECOND_DAY = "recap-2024-day-1", "recap-2024-day-2"
MINUTES = 360
KEY = b"k" * 32
BADGE = "badge"
LEARNING = "https://learn.example"
SAID_AT = datetime(2024, 1, 8, tzinfo=UTC)
"""When enrolment said everything: what is sent again is the same bytes."""


def schedule(version: int = 1) -> CohortScheduled:
    """Return a cohort with two learning days."""
    days = [
        ScheduledSession(
            session=session,
            module="days",
            title=session,
            format="in person",
            kind="learning_day",
            starts_at=datetime(2024, month, 4, 9, tzinfo=UTC),
            minutes=MINUTES,
        )
        for session, month in ((DAY, 3), (SECOND_DAY, 4))
    ]
    return CohortScheduled(
        cohort=COHORT, programme=PROGRAMME, title="RECAP 2024", groups=(GROUP,), sessions=tuple(days), version=version
    )


def enrolled(person: str, organisation: str = HERE, version: int = 1) -> ParticipantEnrolled:
    """Return the fact that somebody is enrolled."""
    about = {"participant": person, "cohort": COHORT, "programme": PROGRAMME, "group": GROUP}
    return ParticipantEnrolled(**about, organisation=organisation, enrolled_on=date(2024, 1, 8), version=version)


def withdrawn(person: str, on: date, version: int = 2) -> ParticipantWithdrawn:
    """Return the fact that somebody left the cohort."""
    about = {"participant": person, "cohort": COHORT, "programme": PROGRAMME, "group": GROUP}
    return ParticipantWithdrawn(**about, organisation=HERE, withdrawn_on=on, version=version)


def moved(person: str, on: date, version: int = 2) -> ParticipantMoved:
    """Return the fact that somebody moved to the other trust."""
    return ParticipantMoved(
        participant=person, from_organisation=HERE, organisation=THERE, moved_on=on, version=version
    )


def identified(
    person: str, organisation: str = HERE, version: int = 1, names: Sequence[str] = ()
) -> ParticipantIdentified:
    """Return the fact by which keys somebody is known; without names by their own in three systems."""
    known = [(system, name) for name in (names or [person]) for system in (BADGE, LEARNING, "account")]
    keys = tuple(external_key(KEY, organisation, system, value) for system, value in known)
    return ParticipantIdentified(participant=person, organisation=organisation, keys=keys, version=version)


def erased(person: str, version: int = 9) -> SubjectErased:
    """Return the fact that somebody asked to be forgotten."""
    return SubjectErased(participant=person, organisation=HERE, version=version)


def last_word(person: str, version: int = 9, names: Sequence[str] = ()) -> ParticipantIdentified:
    """Return what is said last of an erased person's keys: all that they had here by their own or these names."""
    had = identified(person, names=names).keys
    return ParticipantIdentified(
        participant=person, organisation=HERE, keys=(), former=had, erased=True, version=version
    )


def recorded(
    record: str, person: str, status: str = "attended", minutes: int | None = 300, **more: Any
) -> dict[str, Any]:
    """Return a record of a badge reader; `after` minutes order records, `session` is the first day."""
    after, session = more.pop("after", 0), more.pop("session", DAY)
    who = {"system": BADGE, "value": person}
    said = {"person": who, "session": session, "status": status, "minutes": minutes}
    return event("attendance.recorded.v1", record, said, after, **more)


def voided(record: str, void: str = "", **more: Any) -> dict[str, Any]:
    """Return the void of a badge reader's record."""
    return event("attendance.voided.v1", void or f"void-{record}", {"record": record}, 0, **more)


def event(kind: str, record: str, data: dict[str, Any], after: int, **more: Any) -> dict[str, Any]:
    """Return a CloudEvent of a badge reader."""
    time = (now() - timedelta(hours=6) + timedelta(minutes=after)).isoformat()
    return {"specversion": "1.0", "type": kind, "source": "badges", "id": record, "time": time, "data": data, **more}


def statement(record: str, person: str, **more: Any) -> dict[str, Any]:
    """Return an xAPI statement of a learning platform with the Jisc profile."""
    return {
        "id": record,
        "actor": {"objectType": "Agent", "account": {"homePage": LEARNING, "name": person}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/attended"},
        "object": {"objectType": "Activity", "id": f"{LEARNING}/sessions/{DAY}"},
        "result": {"completion": True, "duration": "PT4H"},
        "timestamp": "2024-03-04T09:00:00Z",
        "stored": now().isoformat(),
        **more,
    }


def envelope(fact: Fact) -> Envelope:
    """Return a fact in its envelope, as enrolment's relay sends it."""
    subject = subject_of(fact)
    return Envelope(
        id=f"{fact.type}-{subject}-{fact.version}",
        source="/groundswell/enrolment",
        type=fact.type,
        subject=subject,
        time=SAID_AT,
        organisation=getattr(fact, "organisation", HERE),
        correlationid="test",
        data=fact,
    )


def subject_of(fact: Fact) -> str:
    """Return whom or what a fact is about."""
    return str(getattr(fact, "participant", None) or getattr(fact, "cohort", None))


def line(person: str, status: str = "attended", minutes: int | None = None) -> dict[str, Any]:
    """Return a line of a register."""
    return {"participant": person, "status": status} | ({} if minutes is None else {"minutes": minutes})
