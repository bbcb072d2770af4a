"""Workers that join and leave all the time, then more of them, then fewer.

Guards that work is handed over without loss however often: half of those who leave stop in order, half are killed.
"""

import asyncio
import time
from dataclasses import dataclass

from tests.fault.desk import pause
from tests.fault.long.groups import sharing
from tests.fault.scenario import Region

SERVICES = ("evaluation", "engagement")
"""Whose workers: a projector's and the reactions'."""
EVERY_SECONDS = 2.0
MOST = 3
"""So many join at most of one service, beside the one that stays."""
GONE_ON_SECONDS = 120.0


@dataclass
class Churn:
    """The ordeal: `seconds` of joining and leaving, then from one worker of a service to four and back to two."""

    seconds: float
    joined: int = 0
    stopped: int = 0
    killed: int = 0

    async def __call__(self, region: Region) -> None:
        """Come and go, then grow and shrink."""
        await self._come_and_go(region)
        for service in SERVICES:
            await self._grow_and_shrink(region, service)
        region.notes.append(f"joined {self.joined}, stopped {self.stopped}, killed {self.killed}; scaled 1, 4, 2")

    async def _come_and_go(self, region: Region) -> None:
        guests: dict[str, list[str]] = {service: [] for service in SERVICES}
        leaving: list[asyncio.Task[None]] = []
        until, never = time.monotonic() + self.seconds, asyncio.Event()
        region.tell("workers join and leave")
        while time.monotonic() < until:
            service = region.chance.choice(SERVICES)
            there = guests[service]
            if len(there) < MOST and (not there or region.chance.random() < 0.5):
                there.append(self._join(region, service))
            else:
                name = there.pop(region.chance.randrange(len(there)))
                leaving.append(asyncio.create_task(self._leave(region, name)))
            await pause(never, EVERY_SECONDS)
        leaving += [asyncio.create_task(self._leave(region, name)) for there in guests.values() for name in there]
        await asyncio.gather(*leaving)

    async def _grow_and_shrink(self, region: Region, service: str) -> None:
        """Go from one worker to four and to two; at each size everything that is there is handled."""
        await region.ready()
        added = [self._join(region, service) for _ in range(3)]
        await self._shared(region, service, 4)
        await asyncio.gather(*(self._leave(region, name) for name in added[1:]))
        await self._shared(region, service, 2)

    async def _shared(self, region: Region, service: str, members: int) -> None:
        region.tell(f"{service} is scaled to {members} workers")
        await sharing(region, service, "worker", members)
        await region.caught_up(GONE_ON_SECONDS)

    def _join(self, region: Region, service: str) -> str:
        name = region.stack.add(service, "worker")
        region.history.fault("joined", name, "worker")
        self.joined += 1
        return name

    async def _leave(self, region: Region, name: str) -> None:
        """Stop a worker in order or kill it, whatever it is at."""
        if region.chance.random() < 0.5:
            await asyncio.to_thread(region.stack.kill, name)
            self.killed += 1
        else:
            self.stopped += 1
        await asyncio.to_thread(region.stack.remove, name)
        region.history.fault("left", name, "worker")
