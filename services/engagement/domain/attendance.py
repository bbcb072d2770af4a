"""What is known of one person and one session: every report, and the fact last published about it.

Guards the join: reports are a set, a void of one of them is for ever, and which report prevails depends on neither the
order nor the number of their arrivals. A fact is published only when it differs from the one before.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Literal

from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.state import State
from shared.events.engagement import (
    AttendanceCorrected,
    AttendanceVoided,
    SessionAttended,
    SessionMissed,
)
from shared.events.facts import Fact
from shared.events.ids import GroupId, OrganisationId, ParticipantId

Status = Literal["attended", "missed"]
REGISTER = "register"
"""The key of the facilitator's report; every other report has the id of its statement as key."""


class Rank(IntEnum):
    """Whose report prevails, whatever its time."""

    SYSTEM = 0
    FACILITATOR = 1


class Report(State):
    """What one source says. `minutes` of contact; `time` is when the source published it."""

    key: str
    source: str
    id: str
    rank: Rank = Rank.SYSTEM
    time: datetime
    status: Status
    minutes: int
    voided: bool = False


class Published(State):
    """What other services have been told last. `version` is that of the learner document."""

    status: Literal["attended", "missed", "voided"]
    minutes: int
    version: int


class Attendance(State):
    """One person at one session. Organisation and group are where the person stood at the first record, and stay."""

    occasion: Occasion
    organisation: OrganisationId
    group: GroupId
    reports: tuple[Report, ...] = ()
    published: Published | None = None


def prevailing_report(reports: Iterable[Report]) -> Report | None:
    """Return the report that counts: not voided; a facilitator's before a system's; then the latest, then by id."""
    standing = (report for report in reports if not report.voided)
    return max(standing, key=lambda r: (r.rank, r.time, r.id, r.source, r.key), default=None)


def with_report(attendance: Attendance, report: Report) -> Attendance:
    """Add a report. The same report again changes nothing; a facilitator's replaces the one they gave before."""
    known = next((one for one in attendance.reports if one.key == report.key), None)
    if known is not None and (report.key != REGISTER or _says_the_same(known, report)):
        return attendance
    others = tuple(one for one in attendance.reports if one.key != report.key)
    return attendance.having(reports=(*others, report))


def without_report(attendance: Attendance, key: str) -> Attendance:
    """Void one report; nothing changes if it is voided already or was never there."""
    if not any(report.key == key and not report.voided for report in attendance.reports):
        return attendance
    reports = tuple(r.having(voided=True) if r.key == key else r for r in attendance.reports)
    return attendance.having(reports=reports)


def _says_the_same(known: Report, report: Report) -> bool:
    return (known.status, known.minutes, known.voided) == (report.status, report.minutes, report.voided)


def publish(attendance: Attendance, participant: ParticipantId, version: int) -> tuple[Attendance, Fact | None]:
    """Return what to tell others now, if it differs from what they were told last."""
    report, told = prevailing_report(attendance.reports), attendance.published
    if report is None:
        if told is None or told.status == "voided":
            return attendance, None
        now = Published(status="voided", minutes=0, version=version)
    else:
        now = Published(status=report.status, minutes=report.minutes, version=version)
        if told is not None and (told.status, told.minutes) == (now.status, now.minutes):
            return attendance, None
    return attendance.having(published=now), _fact(attendance, participant, now)


def _fact(attendance: Attendance, participant: ParticipantId, now: Published) -> Fact:
    """Return the event: the first word on a session, a correction of an earlier one, or its void."""
    about = {
        **attendance.occasion.model_dump(exclude={"minutes"}),
        "participant": participant,
        "organisation": attendance.organisation,
        "group": attendance.group,
        "version": now.version,
    }
    if now.status == "voided":
        return AttendanceVoided(**about)
    if attendance.published is not None:
        return AttendanceCorrected(**about, status=now.status, contact_minutes=now.minutes)
    if now.status == "missed":
        return SessionMissed(**about)
    return SessionAttended(**about, contact_minutes=now.minutes)
