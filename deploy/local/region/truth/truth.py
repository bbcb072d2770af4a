"""The truth of a region: hears every act of the script in order and counts. Pure.

Guards the meaning of every figure of the evaluation service, as the programmes need it (REC-2, REC-8, REC-16,
REC-17, MCR-25): per programme, cohort, organisation and group.
"""

from collections.abc import Iterable, Sequence

from deploy.local.region.acts import Act, RetractJournal, TakeRegister, WriteJournal
from deploy.local.region.catalogue import Cohort, Commitment
from deploy.local.region.records import Report
from deploy.local.region.truth.attendance import Attendance
from deploy.local.region.truth.figures import Cell, Figures
from deploy.local.region.truth.people import People
from deploy.local.region.truth.projects import Projects


class Truth:
    """Hears acts one after another; may be asked at any time."""

    def __init__(self, cohorts: Sequence[Cohort]) -> None:
        self._cohorts = {cohort.code: cohort for cohort in cohorts}
        self._of_session = {session.code: cohort for cohort in cohorts for session in cohort.sessions}
        self._sessions = {session.code: session for cohort in cohorts for session in cohort.sessions}
        self.people = People()
        self.attendance = Attendance()
        self.journals: dict[str, tuple[str, Cell]] = {}
        self.projects = Projects(next((cohort.places for cohort in cohorts if cohort.places), 0))

    def hear_all(self, acts: Iterable[Act]) -> "Truth":
        """Take in a whole script."""
        for act in acts:
            self.hear(act)
        return self

    def hear(self, act: Act) -> None:
        """Take in one act."""
        self.people.hear(act)
        self.projects.hear(act)
        match act:
            case Report(person=str(person)) if person in self.people.erased:
                pass  # was in flight when the person was erased
            case TakeRegister() | Report():
                self.attendance.hear(act, self._groups(self._of_session[act.session].code))
            case WriteJournal():
                cell = self._cell(act.cohort, act.organisation, self._groups(act.cohort)[act.person])
                self.journals[act.journal] = (act.person, cell)
            case RetractJournal():
                del self.journals[act.journal]
            case _:
                self.attendance.hear(act, {})

    def participation(self) -> Figures:
        """Return enrolments, attendance, commitment and journals."""
        figures = Figures()
        self._count_enrolments(figures)
        self._count_attendance(figures)
        for person, cell in self.journals.values():
            if person not in self.people.erased:
                figures.add(cell, "journals_submitted")
        return figures

    def change_projects(self) -> Figures:
        """Return projects by status, and their milestones."""
        figures = Figures()
        for key, project in self.projects.known.items():
            cell = self._cell(project.cohort, project.organisation, None)
            figures.add(cell, self.projects.status(key))
            for milestone in project.milestones.values():
                figures.add(cell, "milestones_planned")
                if milestone.reached_on is not None:
                    figures.add(cell, "milestones_reached")
                    figures.add(cell, "days_ahead_total", (milestone.planned_on - milestone.reached_on).days)
        return figures

    def believed(self, person: str, session: str) -> tuple[str, int] | None:
        """Return status and minutes of contact of a person at a session; None when nothing stands."""
        sitting = self.attendance.sittings.get((person, session))
        said = None if sitting is None else self.attendance.standing(sitting)
        if said is None or person in self.people.erased:
            return None
        whole = self._sessions[session].minutes if said.minutes is None else said.minutes
        return (said.status, whole if said.status == "attended" else 0)

    def _count_enrolments(self, figures: Figures) -> None:
        for key, person in self.people.known.items():
            for cohort, enrolment in person.enrolments.items():
                if enrolment.withdrawn_at is not None:
                    figures.add(self._cell(cohort, enrolment.withdrawn_at, enrolment.group), "withdrawn")
                    continue
                cell = self._cell(cohort, person.organisation, enrolment.group)
                figures.add(cell, "enrolled")
                commitment = self._cohorts[cohort].commitment
                if commitment is not None:
                    figures.add(cell, self._commitment(key, cohort, commitment))

    def _commitment(self, person: str, cohort: str, commitment: Commitment) -> str:
        told = [
            said[0]
            for session in self._cohorts[cohort].sessions
            if session.kind == commitment.kind and (said := self.believed(person, session.code)) is not None
        ]
        if told.count("attended") >= commitment.required:
            return "commitment_met"
        out_of_reach = commitment.of - told.count("missed") < commitment.required
        return "commitment_can_no_longer" if out_of_reach else "commitment_can_still"

    def _count_attendance(self, figures: Figures) -> None:
        anywhere: set[tuple[str, Cell]] = set()
        for (person, session), sitting in self.attendance.sittings.items():
            said = self.believed(person, session)
            if said is None:
                continue
            cell = self._cell(self._of_session[session].code, sitting.organisation, sitting.group)
            figures.add(cell, f"sessions_{said[0]}")
            if said[0] == "attended":
                figures.add(cell, "contact_minutes", said[1])
                anywhere.add((person, cell))
        for _, cell in anywhere:
            figures.add(cell, "attended_at_least_once")

    def _groups(self, cohort: str) -> dict[str, str]:
        return {
            key: person.enrolments[cohort].group
            for key, person in self.people.known.items()
            if cohort in person.enrolments
        }

    def _cell(self, cohort: str, organisation: str, group: str | None) -> Cell:
        return Cell(self._cohorts[cohort].programme, cohort, organisation, group)
