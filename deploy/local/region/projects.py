"""Change projects of RECAP: opened, some of them waiting for a place; ended, reopened; milestones planned and
reached. Pure.

Guards that at the sizes people play there are more projects than places, and that a milestone is only worked on
while its project has a place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from deploy.local.region.acts import (
    Act,
    CompleteProject,
    PlanMilestone,
    ReachMilestone,
    ReopenMilestone,
    ReopenProject,
    StartProject,
    WithdrawProject,
)
from deploy.local.region.catalogue import Cohort
from deploy.local.region.people import Person
from deploy.local.region.places import Places
from deploy.local.region.script import Scheduled, Stage

OPENED_ON = (date(2024, 2, 20), date(2024, 3, 20))
"""After the second learning day, on which people choose a project, and after the third."""
MONTHS = (date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1))
MOST = 120
"""Projects of a very large region; more would only make the queue longer."""
_SEQUENCE = "places"
"""One chain for whatever depends on who waits: the truth must know who was first."""


@dataclass
class _Milestone:
    key: str
    planned_on: date
    reached_on: date | None = None


@dataclass
class _Project:
    start: StartProject
    milestones: list[_Milestone] = field(default_factory=list)


class Portfolio:
    """All projects of a cohort while their story is being made up, month by month."""

    def __init__(self, cohort: Cohort, leads: Sequence[Person], chance: Random) -> None:
        self.places = Places(cohort.places or 0)
        self.chance = chance
        self.projects = {
            f"{cohort.programme}-project-{index + 1:03d}": _Project(self._start(index, cohort, lead))
            for index, lead in enumerate(leads[:MOST])
        }

    def story(self) -> Iterator[Scheduled]:
        """Yield everything that happens to the projects, in order."""
        keys = list(self.projects)
        early = len(keys) * 3 // 5
        for on, opened in zip(OPENED_ON, (keys[:early], keys[early:]), strict=True):
            yield from self._open(on, opened)
            yield from self._plan(on)
        for first in MONTHS:
            yield from self._change(first)
            yield from self._plan(first + timedelta(days=9))
            yield from self._advance(first + timedelta(days=21))

    def _start(self, index: int, cohort: Cohort, lead: Person) -> StartProject:
        chance, words = self.chance, cohort.words
        return StartProject(
            organisation=lead.belongs_to(OPENED_ON[0]),
            project=f"{cohort.programme}-project-{index + 1:03d}",
            cohort=cohort.code,
            lead=lead.key,
            aims=tuple(sorted(chance.sample(words.aims, chance.randint(1, len(words.aims))))),
            kind=chance.choice(words.kinds),
            scope=chance.choice(("day-role", "influence")),
            scale=chance.choice(("organisation-wide", "local")),
            wres_indicators=tuple(sorted(chance.sample(range(1, 10), chance.randint(0, 3)))),
            on=OPENED_ON[0],
            repeated=index % 25 == 0,
        )

    def _open(self, on: date, keys: Sequence[str]) -> Iterator[Scheduled]:
        for key in keys:
            start = self.projects[key].start
            sure = not self.places.waiting and len(self.places.active) < self.places.capacity
            self.places.take(key)
            stage = Stage.OPENINGS if sure else Stage.PLACES
            act = _changed(start, on=on, chain=key if sure else _SEQUENCE)
            yield Scheduled(on, stage, act)

    def _change(self, first: date) -> Iterator[Scheduled]:
        """Some projects end, some give up, one that waits leaves the queue, and what had ended goes on."""
        on = first + timedelta(days=4)
        ended = [key for key in self.projects if self.places.status(key) is None]
        active = [key for key in self.projects if self.places.status(key) == "active"]
        for key in self._some(active, len(active) // 20 + 1):
            self.places.release(key)
            yield self._sequel(on, CompleteProject(organisation=self._at(key), chain=_SEQUENCE, project=key, on=on))
        active = [key for key in self.projects if self.places.status(key) == "active"]
        leaving = [*self._some(active, 1), *list(self.places.waiting)[-1:]]
        for key in leaving:
            self.places.release(key)
            yield self._sequel(on, self._withdrawal(key, on))
        for key in self._some(ended, 2):
            self.places.take(key)
            yield self._sequel(on, ReopenProject(organisation=self._at(key), chain=_SEQUENCE, project=key, on=on))

    def _withdrawal(self, key: str, on: date) -> WithdrawProject:
        reason = "The sponsor has left and nobody else can open the door."
        return WithdrawProject(organisation=self._at(key), chain=_SEQUENCE, project=key, on=on, reason=reason)

    def _plan(self, on: date) -> Iterator[Scheduled]:
        for key, project in self.projects.items():
            if self.places.status(key) != "active" or project.milestones:
                continue
            for number in range(1, self.chance.randint(2, 3) + 1):
                planned_on = on + timedelta(days=self.chance.randint(20, 120))
                milestone = _Milestone(f"{key}/{number}", planned_on)
                project.milestones.append(milestone)
                act = PlanMilestone(
                    organisation=self._at(key),
                    chain=key,
                    project=key,
                    milestone=milestone.key,
                    planned_on=planned_on,
                    repeated=self.chance.random() < 0.05,  # noqa: PLR2004 -- answers that got lost
                )
                yield Scheduled(on, Stage.MILESTONES, act)

    def _advance(self, on: date) -> Iterator[Scheduled]:
        for key, project in self.projects.items():
            if self.places.status(key) == "active":
                for milestone in project.milestones:
                    yield from self._work_on(key, milestone, on)

    def _work_on(self, key: str, milestone: _Milestone, on: date) -> Iterator[Scheduled]:
        luck = self.chance.random()
        at = self._at(key)
        if milestone.reached_on is None and luck < 0.4:  # noqa: PLR2004 -- four of ten in a month
            milestone.reached_on = on - timedelta(days=self.chance.randint(0, 12))
            reached = ReachMilestone(
                organisation=at, chain=key, project=key, milestone=milestone.key, on=milestone.reached_on
            )
            yield Scheduled(on, Stage.MILESTONES, reached)
        elif milestone.reached_on is not None and luck < 0.15:  # noqa: PLR2004 -- and reached again later, perhaps
            milestone.reached_on = None
            reopened = ReopenMilestone(
                organisation=at,
                chain=key,
                project=key,
                milestone=milestone.key,
                on=on,
                reason="The measure fell back in the month after.",
            )
            yield Scheduled(on, Stage.SECOND_THOUGHTS, reopened)

    def _some(self, keys: Sequence[str], count: int) -> list[str]:
        return self.chance.sample(list(keys), min(count, len(keys)))

    def _at(self, key: str) -> str:
        return self.projects[key].start.organisation

    def _sequel(self, on: date, act: Act) -> Scheduled:
        return Scheduled(on, Stage.PLACES, act)


def _changed(start: StartProject, *, on: date, chain: str) -> StartProject:
    values = {**vars(start), "on": on, "chain": chain}
    return StartProject(**values)


def leads(cohort: Cohort, people: Sequence[Person]) -> list[Person]:
    """Return who leads a project: everybody who stays at one organisation and in the cohort from first to last."""
    return [
        person
        for person in people
        if person.moved_on is None
        and person.erased_on is None
        and (stay := person.stay(cohort.code)) is not None
        and stay.withdrawn_on is None
        and stay.stands_on(OPENED_ON[0])
    ]
