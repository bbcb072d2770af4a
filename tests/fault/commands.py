"""The requests of the fault test, each with the facts that it must state if it takes effect.

Guards that the judge need not know any service: what a command has to lead to is written down before it is given.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.events import engagement, enrolment, recap_tracker
from shared.testing.history import Expected
from tests.fault.desk import Request
from tests.fault.people import COHORTS, Clerks, Person, Project, Session

PARTICIPANTS = "/enrolment/v1/participants"
PROJECTS = "/recap_tracker/v1/projects"
JOURNALS = "/engagement/v1/journals"
DAY = "2024-07-01"
"""When things happen that have no day of their own."""

ATTENDED, MISSED = engagement.SessionAttended.type, engagement.SessionMissed.type
CORRECTED, VOIDED = engagement.AttendanceCorrected.type, engagement.AttendanceVoided.type
ACTIVATED, QUEUED = recap_tracker.ProjectActivated.type, recap_tracker.ProjectQueued.type
PROMOTIONS = Expected([ACTIVATED], least=0, most=60)
"""A place that becomes free goes to whoever waits."""
SAVED = ("participant", "version")
STANDING = ("project", "version")


class Commands:
    """Makes requests on behalf of the right clerks."""

    def __init__(self, clerks: Clerks) -> None:
        self.clerks = clerks

    def register(self, person: Person) -> Request:
        body = {
            "given_name": "Ada",
            "family_name": f"Number {person.number}",
            "email": f"{person.account}@example.org",
            "identifiers": person.identifiers,
        }
        told = {"organisation": person.organisation}
        expected = [Expected([enrolment.ParticipantIdentified.type], told, SAVED)]
        return Request("register", self._coordinator(person), "POST", PARTICIPANTS, body, expected)

    def apply(self, person: Person) -> Request:
        body = {"cohort": person.cohort, "group": COHORTS[person.cohort], "applied_on": "2023-09-01"}
        told = {"participant": person.id, "cohort": person.cohort, "organisation": person.organisation}
        expected = [Expected([enrolment.ParticipantApplied.type], told, SAVED)]
        return self._person(person, "applications", body, expected)

    def enrol(self, person: Person, on: str = "2023-09-02") -> Request:
        told = {"participant": person.id, "cohort": person.cohort, "organisation": person.organisation}
        expected = [Expected([enrolment.ParticipantEnrolled.type], told, SAVED)]
        return self._person(person, "enrolments", {"cohort": person.cohort, "enrolled_on": on}, expected)

    def withdraw(self, person: Person) -> Request:
        body = {"cohort": person.cohort, "withdrawn_on": DAY, "reason": "a new post"}
        told = {"participant": person.id, "cohort": person.cohort, "organisation": person.organisation}
        expected = [Expected([enrolment.ParticipantWithdrawn.type], told, SAVED)]
        return self._person(person, "withdrawals", body, expected)

    def move(self, person: Person, to: str) -> Request:
        told = {"participant": person.id, "organisation": to}
        expected = [
            Expected([enrolment.ParticipantMoved.type], told, SAVED),
            Expected([enrolment.ParticipantIdentified.type], told, SAVED),
        ]
        return self._person(person, "moves", {"organisation": to, "moved_on": DAY}, expected)

    def erase(self, person: Person) -> Request:
        told = {"participant": person.id}
        expected = [
            Expected([enrolment.SubjectErased.type], told),
            Expected([enrolment.ParticipantIdentified.type], {**told, "erased": True}),
        ]
        return self._person(person, "erasure", None, expected)

    def attend(self, session: Session, lines: Mapping[str, int | None], organisation: str) -> Request:
        """Take a register: minutes by participant, None for somebody who missed the session."""
        clerk = self.clerks.staff("facilitator", organisation)
        entries = [_line(participant, minutes) for participant, minutes in lines.items()]
        expected = [_attended(session, participant, minutes) for participant, minutes in lines.items()]
        return Request("attend", clerk, "PUT", _register_of(session), {"entries": entries}, expected)

    def void(self, session: Session, participants: Sequence[str], organisation: str) -> Request:
        """Take lines back; what is told then depends on what systems said, and may be no news."""
        clerk = self.clerks.staff("facilitator", organisation)
        expected = [
            Expected([VOIDED, CORRECTED], {"participant": one, "session": session.id}, least=0) for one in participants
        ]
        path = f"{_register_of(session)}/voids"
        return Request("void", clerk, "POST", path, {"participants": list(participants)}, expected)

    def write(self, person: Person) -> Request:
        body = {"cohort": person.cohort, "written_on": DAY, "text": "What I noticed."}
        told = {"participant": person.id, "cohort": person.cohort}
        expected = [Expected([engagement.JournalSubmitted.type], told, ["journal"])]
        return Request("write", self.clerks.writer(person), "POST", JOURNALS, body, expected)

    def retract(self, person: Person, journal: str) -> Request:
        told = {"participant": person.id, "journal": journal}
        expected = [Expected([engagement.JournalRetracted.type], told)]
        return Request(
            "retract", self.clerks.writer(person), "POST", f"{JOURNALS}/{journal}/retraction", None, expected
        )

    def open(self, lead: Person) -> Request:
        body = {
            "title": "Mixed interview panels",
            "cohort": lead.cohort,
            "lead": lead.id,
            "aims": ["improve-workplace"],
            "kind": "fair-recruitment",
            "scope": "day-role",
            "scale": "local",
            "wres_indicators": [2],
            "started_on": "2024-01-08",
        }
        told = {"organisation": lead.organisation, "cohort": lead.cohort}
        expected = [Expected([ACTIVATED, QUEUED], told, (*STANDING, "status"))]
        return Request("open", self._lead(lead), "POST", PROJECTS, body, expected)

    def end(self, lead: Person, project: Project, how: str) -> Request:
        """Complete or withdraw a project: `how` is `completion` or `withdrawal`."""
        completed = how == "completion"
        fact = recap_tracker.ProjectCompleted if completed else recap_tracker.ProjectWithdrawn
        body = {"completed_on": DAY} if completed else {"withdrawn_on": DAY, "reason": "the team was dissolved"}
        expected = [Expected([fact.type], {"project": project.id}, STANDING), PROMOTIONS]
        return self._project(lead, project, how, body, expected)

    def reopen(self, lead: Person, project: Project) -> Request:
        told = {"project": project.id}
        expected = [Expected([recap_tracker.ProjectReopened.type], told, (*STANDING, "status"))]
        return self._project(lead, project, "reopening", {"reopened_on": DAY}, expected)

    def plan(self, lead: Person, project: Project) -> Request:
        body = {"title": "Training", "measurable_outcome": "nine panels in ten", "planned_on": "2024-03-29"}
        told = {"project": project.id, "planned_on": "2024-03-29"}
        expected = [Expected([recap_tracker.MilestonePlanned.type], told, ["milestone", "version"])]
        return self._project(lead, project, "milestones", body, expected)

    def reach(self, lead: Person, project: Project, milestone: str) -> Request:
        told = {"project": project.id, "milestone": milestone, "reached_on": "2024-03-01"}
        expected = [Expected([recap_tracker.MilestoneReached.type], told, ["version"])]
        return self._project(lead, project, f"milestones/{milestone}/reached", {"reached_on": "2024-03-01"}, expected)

    def reopen_milestone(self, lead: Person, project: Project, milestone: str) -> Request:
        told = {"project": project.id, "milestone": milestone}
        expected = [Expected([recap_tracker.MilestoneReopened.type], told, ["version"])]
        body = {"reopened_on": DAY, "reason": "two panels were not mixed"}
        return self._project(lead, project, f"milestones/{milestone}/reopened", body, expected)

    def _coordinator(self, person: Person) -> Any:
        return self.clerks.staff("coordinator", person.organisation)

    def _lead(self, person: Person) -> Any:
        return self.clerks.staff("project_lead", person.organisation)

    def _person(self, person: Person, what: str, body: Any, expected: Sequence[Expected]) -> Request:
        path = f"{PARTICIPANTS}/{person.id}/{what}"
        return Request(what, self._coordinator(person), "POST", path, body, expected)

    def _project(self, lead: Person, project: Project, what: str, body: Any, expected: Sequence[Expected]) -> Request:
        return Request(what, self._lead(lead), "POST", f"{PROJECTS}/{project.id}/{what}", body, expected)


def _register_of(session: Session) -> str:
    return f"/engagement/v1/sessions/{session.id}/register"


def _line(participant: str, minutes: int | None) -> dict[str, Any]:
    if minutes is None:
        return {"participant": participant, "status": "missed"}
    return {"participant": participant, "status": "attended", "minutes": minutes}


def _attended(session: Session, participant: str, minutes: int | None) -> Expected:
    """Minutes are always others than before, so there is always something to tell; missing again is no news."""
    told: dict[str, Any] = {"participant": participant, "session": session.id}
    if minutes is None:
        return Expected([MISSED, CORRECTED], told, least=0)
    return Expected([ATTENDED, CORRECTED], {**told, "contact_minutes": minutes})
