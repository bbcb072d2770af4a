"""Which request each act of the script is, and what is learnt from its answer.

Guards that this is the only place that knows the routes of commands.
"""

from typing import Any

from deploy.local.region.acts import (
    Act,
    Apply,
    CompleteProject,
    Enrol,
    Entry,
    Erase,
    Move,
    PlanMilestone,
    ReachMilestone,
    RegisterPerson,
    ReopenMilestone,
    ReopenProject,
    RetractJournal,
    StartProject,
    TakeRegister,
    VoidRegister,
    Withdraw,
    WithdrawProject,
    WriteJournal,
)
from deploy.local.region.clerks import Clerk, clerk
from deploy.local.region.ledger import Ledger
from deploy.local.region.office import Request
from deploy.local.region.people import Person
from deploy.local.region.systems import BADGES, LEARNING

PEOPLE = "/enrolment/v1/participants"
SESSIONS = "/engagement/v1/sessions"
JOURNALS = "/engagement/v1/journals"
PROJECTS = "/recap_tracker/v1/projects"
Body = dict[str, Any]


class Commands:
    """Turns acts into requests with the ids known so far."""

    def __init__(self, people: dict[str, Person], ledger: Ledger) -> None:
        self._people = people
        self._ledger = ledger

    def request(self, act: Act, key: str) -> Request:
        """Return the request of an act."""
        who, method, path, body = self._told(act)
        return Request(who, method, path, body, key)

    def learn(self, act: Act, answer: Body) -> None:
        """Remember the ids that an answer gives."""
        match act:
            case RegisterPerson():
                self._ledger.people[act.person] = answer["participant"]
            case WriteJournal():
                self._ledger.journals[act.journal] = answer["journal"]
            case StartProject():
                self._ledger.projects[act.project] = answer["project"]
            case PlanMilestone():
                self._ledger.milestones[act.milestone] = answer["milestone"]
            case Erase():
                self._ledger.receipts[act.person] = (act.organisation, answer["receipt"])
            case _:
                pass

    def _told(self, act: Act) -> tuple[Clerk, str, str, Body | None]:
        match act:
            case RegisterPerson() | Apply() | Enrol() | Withdraw() | Move() | Erase():
                path, body = self._enrolment(act)
                return clerk("coordinator", act.organisation), "POST", path, body
            case TakeRegister():
                path = f"{SESSIONS}/{act.session}/register"
                return clerk("facilitator", act.organisation), "PUT", path, self._register(act)
            case VoidRegister():
                path = f"{SESSIONS}/{act.session}/register/voids"
                people = [self._ledger.people[person] for person in act.people]
                return clerk("facilitator", act.organisation), "POST", path, {"participants": people}
            case WriteJournal() | RetractJournal():
                path, body = self._journal(act)
                writer = Clerk(self._people[act.person].account, act.organisation, "participant")
                return writer, "POST", path, body
            case _:
                path, body = self._project(act)
                return clerk("project_lead", act.organisation), "POST", path, body

    def _enrolment(self, act: Act) -> tuple[str, Body | None]:
        match act:
            case RegisterPerson():
                return PEOPLE, _personal(self._people[act.person])
            case Apply():
                body: Body = {"cohort": act.cohort, "group": act.group, "applied_on": act.on.isoformat()}
                return f"{self._person(act.person)}/applications", body
            case Enrol():
                body = {"cohort": act.cohort, "enrolled_on": act.on.isoformat()}
                return f"{self._person(act.person)}/enrolments", body
            case Withdraw():
                body = {"cohort": act.cohort, "withdrawn_on": act.on.isoformat(), "reason": act.reason}
                return f"{self._person(act.person)}/withdrawals", body
            case Move():
                return f"{self._person(act.person)}/moves", {"organisation": act.to, "moved_on": act.on.isoformat()}
            case Erase():
                return f"{self._person(act.person)}/erasure", None
            case _:
                raise TypeError(act)

    def _register(self, act: TakeRegister) -> Body:
        return {"entries": [self._line(entry) for entry in act.entries]}

    def _line(self, entry: Entry) -> Body:
        line: Body = {"participant": self._ledger.people[entry.person], "status": entry.status}
        return line if entry.minutes is None else {**line, "minutes": entry.minutes}

    def _journal(self, act: WriteJournal | RetractJournal) -> tuple[str, Body | None]:
        if isinstance(act, RetractJournal):
            return f"{JOURNALS}/{self._ledger.journals[act.journal]}/retraction", None
        text = f"What I noticed in {act.on:%B}, and what I will do differently at work."
        return JOURNALS, {"cohort": act.cohort, "written_on": act.on.isoformat(), "text": text}

    def _project(self, act: Act) -> tuple[str, Body]:
        match act:
            case StartProject():
                return PROJECTS, self._opening(act)
            case CompleteProject():
                return f"{self._of(act.project)}/completion", {"completed_on": act.on.isoformat()}
            case WithdrawProject():
                body = {"withdrawn_on": act.on.isoformat(), "reason": act.reason}
                return f"{self._of(act.project)}/withdrawal", body
            case ReopenProject():
                return f"{self._of(act.project)}/reopening", {"reopened_on": act.on.isoformat()}
            case _:
                return self._step(act)

    def _step(self, act: Act) -> tuple[str, Body]:
        match act:
            case PlanMilestone():
                return f"{self._of(act.project)}/milestones", _milestone(act)
            case ReachMilestone():
                return f"{self._at(act)}/reached", {"reached_on": act.on.isoformat()}
            case ReopenMilestone():
                return f"{self._at(act)}/reopened", {"reopened_on": act.on.isoformat(), "reason": act.reason}
            case _:
                raise TypeError(act)

    def _opening(self, act: StartProject) -> Body:
        return {
            "title": f"Change project {act.project[-3:]}",
            "cohort": act.cohort,
            "lead": self._ledger.people[act.lead],
            "aims": list(act.aims),
            "kind": act.kind,
            "scope": act.scope,
            "scale": act.scale,
            "wres_indicators": list(act.wres_indicators),
            "started_on": act.on.isoformat(),
        }

    def _person(self, person: str) -> str:
        return f"{PEOPLE}/{self._ledger.people[person]}"

    def _of(self, project: str) -> str:
        return f"{PROJECTS}/{self._ledger.projects[project]}"

    def _at(self, act: ReachMilestone | ReopenMilestone) -> str:
        return f"{self._of(act.project)}/milestones/{self._ledger.milestones[act.milestone]}"


def _personal(person: Person) -> Body:
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "identifiers": [
            {"system": "account", "value": person.account},
            {"system": BADGES, "value": person.badge},
            {"system": LEARNING, "value": person.account},
        ],
    }


def _milestone(act: PlanMilestone) -> Body:
    return {
        "title": "A step that can be seen from outside",
        "measurable_outcome": "The share of mixed interview panels, from four in ten to nine in ten",
        "planned_on": act.planned_on.isoformat(),
    }
