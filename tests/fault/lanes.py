"""A steady load of commands: lanes of clerks who work side by side, each on people and projects of its own.

Guards that the last word on a subject is known: within a lane one command follows the answer of the one before, and
between lanes nothing is shared but the programme's places.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from tests.fault.commands import DAY, JOURNALS, PARTICIPANTS, Commands
from tests.fault.desk import Answer, Clerk, Desk, Request, pause
from tests.fault.people import ORGANISATIONS, WITH_PROJECTS, Person, Project, Session

PACE_SECONDS = 0.7
"""The longest pause after an answer."""
ON_PAPER = 4
"""Of each cohort's sessions, this many are the facilitators'; systems report on others, and on some of both."""


class Lane:
    """One clerk of each role in one organisation, with the people who stay and those who come and go."""

    def __init__(self, number: int, people: Sequence[Person], commands: Commands, desk: Desk, chance: Random) -> None:
        self.people = people
        self.organisation, self.cohort = people[0].organisation, people[0].cohort
        self.oddities: list[str] = []
        """What readers saw that must never be seen."""
        self._commands, self._desk, self._chance = commands, desk, chance
        self._numbers = itertools.count(number * 10_000)
        self._minutes = Counter[tuple[str, str]]()
        self._sessions: Sequence[Session] = ()
        self._passing: list[Person] = []
        self._seen: dict[tuple[str, int], int] = {}
        self._acts: Mapping[Callable[[], Awaitable[object]], int] = {
            self._attend: 20,
            self._void: 5,
            self._journal: 12,
            self._project: 24,
            self._person: 24,
            self._refused: 8,
            self._look: 7,
        }

    async def prepare(self) -> None:
        """Register, apply and enrol those who stay."""
        for person in self.people:
            answer = await self._sure(self._commands.register(person))
            person.id = answer.body["participant"]
            await self._sure(self._commands.apply(person))
            await self._sure(replace(self._commands.enrol(person), key=_used_by(person)))

    def learn(self, cohort: Sequence[Session]) -> None:
        """Learn of the sessions of this lane's cohort."""
        self._sessions = cohort[:ON_PAPER]

    async def work(self, enough: asyncio.Event) -> None:
        """Do everything once, then one thing after another until it is enough."""
        await self._tour(enough)
        while not enough.is_set():
            (act,) = self._chance.choices(list(self._acts), list(self._acts.values()))
            await act()
            await self._breathe(enough)

    async def _breathe(self, enough: asyncio.Event) -> None:
        await pause(enough, self._chance.uniform(0, PACE_SECONDS))

    async def _tour(self, enough: asyncio.Event) -> None:
        """Give a command of every kind, so that none is left to chance."""
        commands, leaver, forgotten = self._commands, await self._newcomer(), await self._newcomer()
        requests = [
            commands.erase(forgotten),
            commands.apply(leaver),
            commands.enrol(leaver),
            commands.withdraw(leaver),
            commands.enrol(leaver, on=DAY),
            commands.move(leaver, self._elsewhere()),
        ]
        for request in requests:
            await self._give(request)
            await self._breathe(enough)
        for what in ("open", "plan", "reach", "reopen", "completion", "reopening", "withdrawal"):
            await self._step(self.people[0], what)
            await self._breathe(enough)

    async def _sure(self, request: Request) -> Answer:
        answer = await self._desk.give(replace(request, key=request.key or True, must="ok"))
        assert answer.ok, f"{request.name} was {answer.outcome} before anything was killed"
        return answer

    async def _give(self, request: Request) -> Answer:
        """Give a command, about half of them under a key, some of those twice at once."""
        keyed = request.key or self._chance.random() < 0.55
        copies = 2 if keyed and self._chance.random() < 0.15 else 1
        return await self._desk.give(replace(request, key=keyed, copies=copies))

    async def _attend(self) -> None:
        """Take a register of some people. Absences have a key: said again they are no news, and nobody could tell."""
        session = self._chance.choice(self._sessions)
        people = self._chance.sample(self.people, self._chance.randint(1, len(self.people)))
        absent = self._chance.random() < 0.3
        lines: dict[str, int | None] = {person.id: self._odd(session, person) for person in people}
        if absent:
            lines[people[0].id] = None
        await self._give(replace(self._commands.attend(session, lines, self.organisation), key=absent))

    def _odd(self, session: Session, person: Person) -> int:
        """Return minutes that systems never report and that differ from any that may stand for this person."""
        self._minutes[person.id, session.id] += 1
        return 1 + 2 * (self._minutes[person.id, session.id] % (session.minutes // 2))

    async def _void(self) -> None:
        session, person = self._chance.choice(self._sessions), self._chance.choice(self.people)
        await self._give(self._commands.void(session, [person.id], self.organisation))

    async def _journal(self) -> None:
        person = self._chance.choice(self.people)
        if person.journals and self._chance.random() < 0.4:
            journal = person.journals.pop()
            await self._give(self._commands.retract(person, journal))
            return
        answer = await self._give(self._commands.write(person))
        if answer.ok:
            person.journals.append(answer.body["journal"])

    async def _project(self) -> None:
        lead = self._chance.choice(self.people)
        if len(lead.projects) < 2:
            await self._step(lead, "open")
        elif lead.projects[0].status == "active":
            await self._step(
                lead, self._chance.choice(["plan", "reach", "reach", "reopen", "completion", "withdrawal"])
            )
        else:
            await self._step(lead, "reopening")
        self._chance.shuffle(lead.projects)

    async def _step(self, lead: Person, what: str) -> None:
        """Do something with the first of a lead's projects."""
        if lead.cohort != WITH_PROJECTS:
            return
        if what == "open" or not lead.projects:
            answer = await self._give(self._commands.open(lead))
            lead.projects[:0] = [Project(answer.body["project"], answer.body["status"])] if answer.ok else []
            return
        project = lead.projects[0]
        milestone = self._chance.choice(project.milestones) if project.milestones else None
        if what in ("completion", "withdrawal"):
            answer = await self._give(self._commands.end(lead, project, what))
            project.status = "active" if answer.outcome == "refused" else "ended"
        elif what == "reopening":
            answer = await self._give(self._commands.reopen(lead, project))
            project.status = answer.body["status"] if answer.ok else "active"
        elif milestone is None or what == "plan":
            answer = await self._give(self._commands.plan(lead, project))
            project.milestones += [answer.body["milestone"]] if answer.ok else []
        elif what == "reach":
            await self._give(self._commands.reach(lead, project, milestone))
        else:
            await self._give(self._commands.reopen_milestone(lead, project, milestone))

    async def _newcomer(self) -> Person:
        """Register somebody who comes and goes; without an answer nobody knows by which id."""
        person = Person(next(self._numbers), self.organisation, self.cohort, id="nobody")
        answer = await self._give(self._commands.register(person))
        if answer.ok:
            person.id, person.standing = answer.body["participant"], "registered"
        return person

    async def _person(self) -> None:
        """Take somebody who comes and goes one step further."""
        if not self._passing or self._chance.random() < 0.3:
            person = await self._newcomer()
            self._passing += [person] if person.standing == "registered" else []
            return
        person = self._chance.choice(self._passing)
        request, standing = self._next(person)
        answer = await self._give(request)
        # What is refused has mostly happened, under a command that was never answered.
        person.standing = person.standing if answer.outcome == "unknown" else standing
        if person.standing == "moved":
            self._passing.remove(person)

    def _next(self, person: Person) -> tuple[Request, str]:
        match person.standing:
            case "registered":
                return self._commands.apply(person), "applied"
            case "applied":
                return self._commands.enrol(person), "enrolled"
            case "withdrawn":
                return self._commands.enrol(person, on=DAY), "enrolled"
        if self._chance.random() < 0.5:
            return self._commands.withdraw(person), "withdrawn"
        return self._commands.move(person, self._elsewhere()), "moved"

    def _elsewhere(self) -> str:
        return self._chance.choice([one for one in ORGANISATIONS if one != self.organisation])

    async def _look(self) -> None:
        """Read figures: what they include never grows less."""
        reader = self._commands.clerks.staff("evaluator", self.organisation)
        table = await self._desk.read(reader, f"/evaluation/v1/{self._chance.choice(['participation', 'projects'])}")
        for topic, places in (table or {}).get("as_of", {}).get("positions", {}).items():
            for place in places:
                key, offset = (topic, place["partition"]), place["offset"]
                if offset < self._seen.get(key, 0):
                    self.oddities.append(f"figures went back from {self._seen[key]} to {offset} of {key}")
                self._seen[key] = offset

    async def _refused(self) -> None:
        """Ask for something that must be refused."""
        person = self._chance.choice(self.people)
        request = self._chance.choice(self._unlawful(person))
        await self._desk.give(replace(request, must="refused", key=request.key or self._chance.random() < 0.5))

    def _unlawful(self, person: Person) -> list[Request]:
        commands, session = self._commands, self._sessions[0]
        attend = commands.attend(session, {person.id: 1}, self.organisation)
        stranger = replace(person, organisation=next(o for o in ORGANISATIONS if o != self.organisation))
        nobody = Clerk("nobody", self.organisation, "not.a.token")
        line = {"participant": person.id, "status": "attended", "minutes": session.minutes + 1}
        late = {"cohort": person.cohort, "written_on": "2124-01-01", "text": "Too early."}
        return [
            commands.apply(person),
            commands.enrol(person),
            commands.apply(stranger),
            replace(commands.apply(person), clerk=nobody),
            replace(commands.enrol(person), path=f"{PARTICIPANTS}/nobody/enrolments"),
            replace(commands.withdraw(person), body={"cohort": "no-such-cohort"}),
            replace(attend, clerk=commands.clerks.staff("coordinator", self.organisation)),
            replace(attend, body={"entries": [line]}),
            replace(attend, body={"entries": [line, line]}),
            Request("write", commands.clerks.writer(person), "POST", JOURNALS, late),
            replace(commands.open(person), body={"title": "Nothing else"}),
            commands.reopen(person, Project("nobody-opened-it", None)),
            replace(commands.enrol(person, on=DAY), key=_used_by(person)),
        ]


def _used_by(person: Person) -> str:
    """Return the key under which a person was enrolled; nothing else may be asked for under it."""
    return f"enrol-{person.number}"


def sessions_of(answer: Mapping[str, Any]) -> list[Session]:
    """Return the sessions that engagement answers for a cohort."""
    return [Session(one["session"], answer["cohort"], one["minutes"]) for one in answer["sessions"]]
