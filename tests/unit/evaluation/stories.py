"""What the tests of evaluation tell it: facts made short, and facts drawn by hypothesis."""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from shared.events import Envelope, Fact, encode, engagement, enrolment, recap_tracker

QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A property is not a measurement: a busy machine must not refute it."""
DAY = date(2024, 3, 1)
PERSON, HERE, THERE = "p-1", "R0A", "RW3"
LEARNING_DAYS = enrolment.Commitment(kind="learning_day", of=6, required=5)


def enrolled(version: int, **said: Any) -> Fact:
    return enrolment.ParticipantEnrolled(**_place(said), version=version, enrolled_on=DAY, **said)


def withdrawn(version: int, **said: Any) -> Fact:
    return enrolment.ParticipantWithdrawn(**_place(said), version=version, withdrawn_on=DAY, **said)


def moved(version: int, organisation: str, from_organisation: str = HERE, participant: str = PERSON) -> Fact:
    return enrolment.ParticipantMoved(
        participant=participant,
        from_organisation=from_organisation,
        organisation=organisation,
        version=version,
        moved_on=DAY,
    )


def erased(version: int, participant: str = PERSON) -> Fact:
    return enrolment.SubjectErased(participant=participant, organisation=HERE, version=version)


def attended(version: int, session: str, minutes: int = 90, **said: Any) -> Fact:
    return engagement.SessionAttended(**_held(said, session), version=version, contact_minutes=minutes, **said)


def missed(version: int, session: str, **said: Any) -> Fact:
    return engagement.SessionMissed(**_held(said, session), version=version, **said)


def corrected(version: int, session: str, status: Any, minutes: int = 0, **said: Any) -> Fact:
    return engagement.AttendanceCorrected(
        **_held(said, session), version=version, status=status, contact_minutes=minutes, **said
    )


def voided(version: int, session: str, **said: Any) -> Fact:
    return engagement.AttendanceVoided(**_held(said, session), version=version, **said)


def journal(version: int, entry: str = "j-1", *, retracted: bool = False, **said: Any) -> Fact:
    kind = engagement.JournalRetracted if retracted else engagement.JournalSubmitted
    return kind(**_place(said), version=version, journal=entry, written_on=DAY, **said)


def project(version: int, status: Any, **said: Any) -> Fact:
    kinds = {"active": recap_tracker.ProjectActivated, "queued": recap_tracker.ProjectQueued}
    kinds |= {"completed": recap_tracker.ProjectCompleted, "withdrawn": recap_tracker.ProjectWithdrawn}
    waiting = {"reason": "places-taken", "position": 1} if status == "queued" else {}
    described = {"aims": ("workplace",), "kind": "other", "scope": "day_role", "scale": "local", "changed_on": DAY}
    return kinds[status](**_project(said), **described, **waiting, version=version, status=status, **said)


def milestone(version: int, name: str = "m-1", planned_on: date = DAY, **said: Any) -> Fact:
    """Planned; reached when `reached_on` is said; reopened when `reopened` is."""
    if "reached_on" in said:
        kind: type[Fact] = recap_tracker.MilestoneReached
    else:
        kind = recap_tracker.MilestoneReopened if said.pop("reopened", False) else recap_tracker.MilestonePlanned
    return kind(**_project(said), version=version, milestone=name, planned_on=planned_on, **said)


def _place(said: dict[str, Any]) -> dict[str, str]:
    usual = {"participant": PERSON, "cohort": "recap-2024", "programme": "recap", "organisation": HERE, "group": "g"}
    return {name: said.pop(name, value) for name, value in usual.items()}


def _held(said: dict[str, Any], session: str) -> dict[str, Any]:
    return {**_place(said), "session": session, "held_on": DAY, "kind": said.pop("kind", "learning_day")}


def _project(said: dict[str, Any]) -> dict[str, str]:
    usual = {"project": "pr-1", "cohort": "recap-2024", "programme": "recap", "organisation": HERE}
    return {name: said.pop(name, value) for name, value in usual.items()}


def wire(fact: Fact) -> bytes:
    """Return a fact as it comes from the stream."""
    subject = getattr(fact, "participant", None) or getattr(fact, "project", None) or fact.cohort  # type: ignore[attr-defined]
    return encode(
        Envelope(
            id=f"{subject}-{fact.version}",
            source="/groundswell/tests",
            type=fact.type,
            subject=subject,
            time="2024-03-01T09:30:00.5Z",  # type: ignore[arg-type]
            organisation=getattr(fact, "organisation", HERE),
            correlationid="c-1",
            data=fact,
        )
    )


VERSIONS = st.integers(1, 6)
PEOPLE = st.sampled_from(["p-1", "p-2", "p-3"])
PLACES = st.fixed_dictionaries(
    {
        "participant": PEOPLE,
        "cohort": st.sampled_from(["recap-2024", "mcr-2023"]),
        "organisation": st.sampled_from([HERE, THERE, "council"]),
        "group": st.sampled_from(["g", "h"]),
    }
)
SESSIONS = st.sampled_from([f"day-{number}" for number in range(1, 7)])
KINDS = st.sampled_from(["learning_day", "masterclass"])
MINUTES = st.integers(0, 300)
FACTS_OF_PEOPLE = st.one_of(
    st.builds(lambda v, p, c: enrolled(v, **p, commitment=c), VERSIONS, PLACES, st.sampled_from([None, LEARNING_DAYS])),
    st.builds(lambda v, p: withdrawn(v, **p), VERSIONS, PLACES),
    st.builds(moved, VERSIONS, st.sampled_from([HERE, THERE, "council"]), st.just(HERE), PEOPLE),
    st.builds(lambda v, s, m, p, k: attended(v, s, m, kind=k, **p), VERSIONS, SESSIONS, MINUTES, PLACES, KINDS),
    st.builds(lambda v, s, p, k: missed(v, s, kind=k, **p), VERSIONS, SESSIONS, PLACES, KINDS),
    st.builds(
        lambda v, s, t, m, p: corrected(v, s, t, m, **p),
        VERSIONS,
        SESSIONS,
        st.sampled_from(["attended", "missed"]),
        MINUTES,
        PLACES,
    ),
    st.builds(lambda v, s, p: voided(v, s, **p), VERSIONS, SESSIONS, PLACES),
    st.builds(lambda v, j, r, p: journal(v, j, retracted=r, **p), VERSIONS, SESSIONS, st.booleans(), PLACES),
)
ERASURES = st.builds(erased, VERSIONS, PEOPLE)
PROJECTS = st.fixed_dictionaries(
    {
        "project": st.sampled_from(["pr-1", "pr-2"]),
        "cohort": st.sampled_from(["recap-2024", "recap-2025"]),
        "organisation": st.sampled_from([HERE, THERE]),
    }
)
NAMES = st.sampled_from(["m-1", "m-2", "m-3"])
DATES = st.dates(date(2024, 1, 1), date(2024, 12, 31))
FACTS_OF_PROJECTS = st.one_of(
    st.builds(
        lambda v, s, p: project(v, s, **p),
        VERSIONS,
        st.sampled_from(["active", "queued", "completed", "withdrawn"]),
        PROJECTS,
    ),
    st.builds(lambda v, n, d, p: milestone(v, n, d, **p), VERSIONS, NAMES, DATES, PROJECTS),
    st.builds(lambda v, n, d, r, p: milestone(v, n, d, reached_on=r, **p), VERSIONS, NAMES, DATES, DATES, PROJECTS),
    st.builds(lambda v, n, d, p: milestone(v, n, d, reopened=True, **p), VERSIONS, NAMES, DATES, PROJECTS),
)
