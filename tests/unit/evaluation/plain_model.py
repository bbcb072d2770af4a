"""A plain model of the figures: read all facts, keep the latest of each thing, then count with loops."""

from collections import defaultdict
from datetime import date
from typing import Any

from shared.events import Fact, engagement, enrolment, recap_tracker
from tests.unit.evaluation.folding import Cells, tidy

IDENTITIES: list[tuple[str, Any, tuple[str, ...]]] = [
    (
        "enrolment",
        enrolment.ParticipantApplied | enrolment.ParticipantEnrolled | enrolment.ParticipantWithdrawn,
        ("participant", "cohort"),
    ),
    ("organisation", enrolment.ParticipantMoved, ("participant",)),
    ("erasure", enrolment.SubjectErased, ("participant",)),
    ("journal", engagement.JournalSubmitted | engagement.JournalRetracted, ("participant", "journal")),
    (
        "milestone",
        recap_tracker.MilestonePlanned | recap_tracker.MilestoneReached | recap_tracker.MilestoneReopened,
        ("project", "milestone"),
    ),
]


def identity(fact: Any) -> tuple[str, ...]:
    """What a fact is about."""
    for name, kinds, fields in IDENTITIES:
        if isinstance(fact, kinds):
            return (name, *(getattr(fact, field) for field in fields))
    return ("project", fact.project) if hasattr(fact, "project") else ("session", fact.participant, fact.session)


def latest(facts: list[Fact]) -> list[Any]:
    """The latest fact about each thing; two different facts of one version are not part of this model."""
    by_version: dict[Any, Any] = {}
    for fact in facts:
        by_version.setdefault((identity(fact), fact.version), fact)
    return list({key: by_version[key, version] for key, version in sorted(by_version)}.values())


def as_said(facts: list[Fact]) -> list[Fact]:
    """The facts without those that contradict one of the same version."""
    seen: dict[Any, Fact] = {}
    return [fact for fact in facts if seen.setdefault((identity(fact), fact.version), fact) is fact]


def participation(facts: list[Fact]) -> Cells:
    erased = {fact.participant for fact in facts if isinstance(fact, enrolment.SubjectErased)}
    stand = [fact for fact in latest(facts) if fact.participant not in erased]
    home = {fact.participant: fact.organisation for fact in stand if isinstance(fact, enrolment.ParticipantMoved)}
    cells: Any = defaultdict(lambda: defaultdict(int))
    attenders = set()
    for fact in stand:
        match fact:
            case enrolment.ParticipantEnrolled():
                now = (fact.programme, fact.cohort, home.get(fact.participant, fact.organisation), fact.group)
                cells[now]["enrolled"] += 1
                if fact.commitment is not None:
                    cells[now][outlook(fact, stand)] += 1
            case enrolment.ParticipantWithdrawn():
                cells[then(fact)]["withdrawn"] += 1
            case engagement.JournalSubmitted():
                cells[then(fact)]["journals_submitted"] += 1
        if did(fact) == "attended":
            cells[then(fact)]["sessions_attended"] += 1
            cells[then(fact)]["contact_minutes"] += fact.contact_minutes
            attenders.add((fact.participant, then(fact)))
        if did(fact) == "missed":
            cells[then(fact)]["sessions_missed"] += 1
    for _, place in attenders:
        cells[place]["attended_at_least_once"] += 1
    return tidy(cells)


def then(fact: Any) -> tuple[str, ...]:
    return (fact.programme, fact.cohort, fact.organisation, fact.group)


def did(fact: Any) -> str | None:
    if isinstance(fact, engagement.AttendanceCorrected):
        return fact.status
    return {"SessionAttended": "attended", "SessionMissed": "missed"}.get(type(fact).__name__)


def outlook(enrolled: Any, stand: list[Any]) -> str:
    promise = enrolled.commitment
    mine = [
        did(fact)
        for fact in stand
        if identity(fact)[:2] == ("session", enrolled.participant)
        and fact.cohort == enrolled.cohort
        and fact.kind == promise.kind
    ]
    if mine.count("attended") >= promise.required:
        return "commitment_met"
    possible = promise.of - mine.count("missed")
    return "commitment_can_still" if possible >= promise.required else "commitment_can_no_longer"


def projects(facts: list[Fact]) -> Cells:
    cells: Any = defaultdict(lambda: defaultdict(int))
    for fact in latest(facts):
        cell = cells[fact.programme, fact.cohort, fact.organisation]
        if not hasattr(fact, "milestone"):
            cell[fact.status] += 1
            continue
        cell["milestones_planned"] += 1
        if isinstance(fact, recap_tracker.MilestoneReached):
            cell["milestones_reached"] += 1
            cell["days_ahead_total"] += days(fact.planned_on) - days(fact.reached_on)
    return tidy(cells)


def days(day: date) -> int:
    return day.toordinal()
