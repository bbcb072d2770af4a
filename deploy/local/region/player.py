"""Makes the script happen: month by month, stage by stage, through the public doors only.

Guards that the platform is told everything once or, where the script says so, twice; and that the truth hears each
act when the platform does.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from deploy.local.region.acts import Act, Enrol, Erase, Move, Withdraw
from deploy.local.region.commands import Commands
from deploy.local.region.desk import QueueDesk
from deploy.local.region.errors import RefusedByPlatformError
from deploy.local.region.ledger import Ledger
from deploy.local.region.office import Office
from deploy.local.region.progress import Bar
from deploy.local.region.publisher import Publisher
from deploy.local.region.records import Published, Report, VoidReport
from deploy.local.region.script import Month
from deploy.local.region.truth import Truth
from deploy.local.region.watch import Sitting, Watch
from deploy.local.region.world import World


class Player:
    """Plays one world against one platform."""

    def __init__(self, world: World, office: Office, publisher: Publisher, bar: Bar) -> None:
        self.truth = Truth(world.cohorts)
        self._world = world
        self._office = office
        self._publisher = publisher
        self._bar = bar
        ledger = Ledger()
        self._commands = Commands(world.people, ledger)
        self._watch = Watch(office, ledger, self.truth)
        self._desk = QueueDesk(office, ledger)
        self._names = {id(act): f"act-{number:06d}" for number, act in enumerate(world.acts())}

    async def play(self) -> Truth:
        """Play everything; returns the truth at the end."""
        await self._watch.scheduled(self._world.cohorts, self._world.organisations[0].code)
        for number, month in enumerate(self._world.months):
            self._bar.month(month.title, number + 1, len(self._world.months))
            await self._month(month)
        self._bar.doing("waiting for every service to confirm the erasures")
        await self._watch.erasures()
        return self.truth

    async def _month(self, month: Month) -> None:
        began = time.monotonic()
        for stage, acts in month.stages:
            self._bar.doing(stage.name.lower().replace("_", " "))
            moved_from = self._where(acts)
            await self._do(acts)
            self.truth.hear_all(acts)
            await self._settle(acts, moved_from)
        self._bar.month_done(time.monotonic() - began)

    async def _do(self, acts: Sequence[Act]) -> None:
        """Do everything of a stage at once, save what belongs to one chain."""
        chains: dict[str, list[Act]] = defaultdict(list)
        records: list[Published] = []
        for act in acts:
            if isinstance(act, Published):
                records.append(act)
            else:
                chains[act.chain or self._names[id(act)]].append(act)
        async with asyncio.TaskGroup() as at_once:
            at_once.create_task(self._publish(records))
            for chain in chains.values():
                at_once.create_task(self._in_order(chain))

    async def _publish(self, records: Sequence[Published]) -> None:
        await self._publisher.publish(records)
        self._bar.step(len(records))

    async def _in_order(self, chain: Iterable[Act]) -> None:
        for act in chain:
            request = self._commands.request(act, self._names[id(act)])
            answer = await self._office.ask(request)
            if act.repeated and await self._office.ask(request) != answer:
                raise RefusedByPlatformError(f"{request} was answered differently when it was repeated")
            self._commands.learn(act, answer)
            self._bar.step()

    def _where(self, acts: Sequence[Act]) -> dict[str, str]:
        """Return where people belong before the acts of a stage."""
        people = (getattr(act, "person", None) for act in acts)
        known = self.truth.people.known
        return {person: known[person].organisation for person in people if isinstance(person, str) and person in known}

    async def _settle(self, acts: Sequence[Act], moved_from: dict[str, str]) -> None:
        """Wait until what the next stage builds on is known where it is needed."""
        await self._watch.rosters(self._touched_rosters(acts, moved_from))
        await self._desk.answer([act for act in acts if isinstance(act, Report) and act.unmatched])
        await self._watch.attendance(_told_by_systems(acts))

    def _touched_rosters(self, acts: Sequence[Act], moved_from: dict[str, str]) -> Iterable[tuple[str, str]]:
        for act in acts:
            match act:
                case Enrol() | Withdraw():
                    yield act.cohort, act.organisation
                case Move():
                    for cohort in self.truth.people.known[act.person].enrolments:
                        yield cohort, act.to
                        yield cohort, moved_from[act.person]
                case Erase():
                    for stay in self._world.people[act.person].stays:
                        yield stay.cohort, act.organisation
                case _:
                    pass


def _told_by_systems(acts: Iterable[Act]) -> Iterable[Sitting]:
    """Return the people and sessions of which systems told something that must be believed by now."""
    for act in acts:
        if isinstance(act, Report | VoidReport) and act.person is not None and act.dead_letter is None:
            yield act.person, act.session
