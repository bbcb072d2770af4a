"""What each event says, in the words of evaluation's state: one small function per shape of event.

Guards that every identifier in a record is vetted here, used or not, since the fast way of reading leaves that open.
"""

from collections.abc import Mapping
from typing import Literal

from services.evaluation import domain
from services.evaluation.domain import NO_COMMITMENT, Place
from services.evaluation.projections import wire
from services.evaluation.projections.reading import Names, Statement, Teller
from shared.events import Fact, engagement, enrolment, recap_tracker

ERASURE = "erasure"
"""What SubjectErased is about: not a fact to be joined but the end of all of them."""
Standing = Literal["attended", "missed", "voided"]
Progress = Literal["planned", "reached", "reopened"]
Told = Mapping[type[Fact], tuple[type[wire.Data], Teller]]


def _place(data: wire.Enrolment | wire.Attendance | wire.Journal, names: Names) -> Place:
    return names.places[data.programme, data.cohort, data.organisation, data.group]


def _enrolment(data: wire.Enrolment, names: Names, fact: domain.Enrolment) -> Statement:
    return Statement(names.names[data.participant], "enrolments", fact.place[1], fact)


def _applied(data: wire.Applied, names: Names) -> Statement:
    return _enrolment(data, names, domain.Enrolment(data.version, "applied", _place(data, names)))


def _enrolled(data: wire.Enrolled, names: Names) -> Statement:
    promise = data.commitment
    commitment = NO_COMMITMENT if promise is None else domain.Commitment(promise.kind, promise.of, promise.required)
    fact = domain.Enrolment(data.version, "enrolled", _place(data, names), commitment)
    return _enrolment(data, names, fact)


def _withdrawn(data: wire.Withdrawn, names: Names) -> Statement:
    return _enrolment(data, names, domain.Enrolment(data.version, "withdrawn", _place(data, names)))


def _moved(data: wire.Moved, names: Names) -> Statement:
    names.vet(data.from_organisation)
    participant = names.names[data.participant]
    return Statement(participant, "moves", participant, domain.Move(data.version, names.names[data.organisation]))


def _erased(data: wire.Erased, names: Names) -> Statement:
    names.vet(data.participant, data.organisation)
    return Statement(data.participant, ERASURE, data.participant, None)


def _attendance(data: wire.Attendance, names: Names, standing: Standing, minutes: int) -> Statement:
    # The hottest function of a replay: no calls, everything repeated is looked up.
    place = names.places[data.programme, data.cohort, data.organisation, data.group]
    fact = domain.Attendance(data.version, standing, minutes, data.kind, place)
    return Statement(names.names[data.participant], "attendance", names.names[data.session], fact)


def _attended(data: wire.Attended, names: Names) -> Statement:
    return _attendance(data, names, "attended", data.contact_minutes)


def _missed(data: wire.Attendance, names: Names) -> Statement:
    return _attendance(data, names, "missed", 0)


def _corrected(data: wire.Corrected, names: Names) -> Statement:
    attended = data.status == "attended"
    return _attendance(data, names, data.status, data.contact_minutes if attended else 0)


def _voided(data: wire.Attendance, names: Names) -> Statement:
    return _attendance(data, names, "voided", 0)


def _journal(data: wire.Journal, names: Names, fact: domain.Journal) -> Statement:
    names.vet(data.journal)
    return Statement(names.names[data.participant], "journals", data.journal, fact)


def _submitted(data: wire.Journal, names: Names) -> Statement:
    return _journal(data, names, domain.Journal(data.version, "submitted", _place(data, names)))


def _retracted(data: wire.Journal, names: Names) -> Statement:
    return _journal(data, names, domain.Journal(data.version, "retracted", _place(data, names)))


PARTICIPATION: Told = {
    enrolment.ParticipantApplied: (wire.Applied, _applied),
    enrolment.ParticipantEnrolled: (wire.Enrolled, _enrolled),
    enrolment.ParticipantWithdrawn: (wire.Withdrawn, _withdrawn),
    enrolment.ParticipantMoved: (wire.Moved, _moved),
    enrolment.SubjectErased: (wire.Erased, _erased),
    engagement.SessionAttended: (wire.Attended, _attended),
    engagement.SessionMissed: (wire.Attendance, _missed),
    engagement.AttendanceCorrected: (wire.Corrected, _corrected),
    engagement.AttendanceVoided: (wire.Attendance, _voided),
    engagement.JournalSubmitted: (wire.Journal, _submitted),
    engagement.JournalRetracted: (wire.Journal, _retracted),
}
"""Everything that concerns a participant."""


def _project(data: wire.Project, names: Names) -> Statement:
    names.vet(*data.aims, data.kind, data.scope, data.scale)
    place = names.project_places[data.programme, data.cohort, data.organisation]
    project = names.names[data.project]
    return Statement(project, "standings", project, domain.ProjectStanding(data.version, data.status, place))


def _queued(data: wire.Queued, names: Names) -> Statement:
    names.vet(data.reason)
    return _project(data, names)


def _milestone(data: wire.Milestone, names: Names, standing: Progress, days_ahead: int = 0) -> Statement:
    names.vet(data.milestone)
    place = names.project_places[data.programme, data.cohort, data.organisation]
    fact = domain.Milestone(data.version, standing, days_ahead, place)
    return Statement(names.names[data.project], "milestones", data.milestone, fact)


def _planned(data: wire.Milestone, names: Names) -> Statement:
    return _milestone(data, names, "planned")


def _reached(data: wire.Reached, names: Names) -> Statement:
    return _milestone(data, names, "reached", (data.planned_on - data.reached_on).days)


def _milestone_reopened(data: wire.Milestone, names: Names) -> Statement:
    return _milestone(data, names, "reopened")


PROJECTS: Told = {
    recap_tracker.ProjectQueued: (wire.Queued, _queued),
    recap_tracker.ProjectActivated: (wire.Project, _project),
    recap_tracker.ProjectCompleted: (wire.Project, _project),
    recap_tracker.ProjectWithdrawn: (wire.Project, _project),
    recap_tracker.ProjectReopened: (wire.Project, _project),
    recap_tracker.MilestonePlanned: (wire.Milestone, _planned),
    recap_tracker.MilestoneReached: (wire.Reached, _reached),
    recap_tracker.MilestoneReopened: (wire.Milestone, _milestone_reopened),
}
"""Everything that concerns a change project."""
