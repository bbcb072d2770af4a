"""Takes the broker, the database, or both away for a while, gives them back, and does nothing else.

Guards P10: what people are told meanwhile is counted, memory is looked at, and the way back is timed from the moment
at which the part answers again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fault.desk import pause
from tests.fault.long.groups import sent_from_now
from tests.fault.long.memory import Memory
from tests.fault.scenario import Region, processes_of_kinds

PARTS = (("broker",), ("database",), ("broker", "database"))
LOST_BEFORE_SECONDS = 3.0
"""Requests that were under way when the part went may still be answered by it until then."""
PATIENCE_SECONDS = 180.0
"""After this nobody waits for recovery any more; what is demanded is less."""


@dataclass
class Told:
    """One outage: what was answered while it lasted, how long the way back took, what memory it needed."""

    parts: Sequence[str]
    seconds: float
    answers: Counter[str] = field(default_factory=Counter)
    memory: Memory = field(default_factory=Memory)
    recovery: float = 0.0
    stages: list[str] = field(default_factory=list)
    """What was reached on the way back, and after how many seconds."""

    def processes(self) -> list[tuple[str, str]]:
        """Return what is away, each with its kind: of databases all of them."""
        names = processes_of_kinds()
        return [(kind, name) for kind in self.parts for name in names[kind]]

    def __str__(self) -> str:
        answers = ", ".join(f"{count} times {what}" for what, count in sorted(self.answers.items()))
        return (
            f"{' and '.join(self.parts)} away for {self.seconds:.0f} s: answered {answers or 'nothing'}; all well "
            f"{self.recovery:.1f} s after the return ({', '.join(self.stages)}); memory {self.memory}"
        )


@dataclass
class Outages:
    """The ordeal: each choice of parts is away for `seconds`."""

    seconds: float
    told: list[Told] = field(default_factory=list)

    async def __call__(self, region: Region) -> None:
        """Go through the outages, each from a platform that is well."""
        for parts in PARTS:
            await region.ready()
            await region.caught_up(PATIENCE_SECONDS)
            told = Told(parts, self.seconds)
            self.told.append(told)
            async with told.memory.watched(region.stack):
                await self._away(region, told)
                await self._back(region, told)
            region.notes.append(str(told))

    async def _away(self, region: Region, told: Told) -> None:
        never = asyncio.Event()
        for kind, name in told.processes():
            await asyncio.to_thread(region.stack.kill, name)
            region.history.fault("away", name, kind)
        region.tell(f"{' and '.join(told.parts)} away for {self.seconds:.0f} s")
        await pause(never, LOST_BEFORE_SECONDS)
        before = region.history.tally.copy()
        await pause(never, self.seconds - LOST_BEFORE_SECONDS)
        answers = region.history.tally - before
        told.answers = Counter({what: count for what, count in answers.items() if what.split()[0] in OUTCOMES})

    async def _back(self, region: Region, told: Told) -> None:
        """Give the parts back; the way back ends when all is ready and all that had waited is handled."""
        for _, name in told.processes():
            await asyncio.to_thread(region.stack.revive, name)
        began = time.monotonic()
        region.tell(f"{' and '.join(told.parts)} back")

        def reached(what: str) -> None:
            told.recovery = time.monotonic() - began
            told.stages.append(f"{what} after {told.recovery:.1f} s")

        async def sent(service: str) -> None:
            await sent_from_now([region.databases[service]], PATIENCE_SECONDS)
            reached(f"what waited of {service} sent")

        await region.ready(PATIENCE_SECONDS)
        reached("all ready")
        await asyncio.gather(*map(sent, region.databases))
        await region.caught_up(PATIENCE_SECONDS)
        reached("all read")


OUTCOMES = frozenset({"ok", "refused", "unknown"})
