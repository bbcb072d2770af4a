"""Freezes a process beyond its session and its lease while another one takes its work over, then lets it go on.

Guards P4 and P2 against the zombie: what it tries to write after it wakes is counted from its own log, so that the
run is known to have met one that tried.
"""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

from deploy.local.stack import database_of
from shared.mongo import guard
from shared.outbox import COLLECTION as OUTBOX
from shared.testing.settling import eventually
from tests.fault.long.groups import PATIENCE_SECONDS, sent_from_now, sharing
from tests.fault.scenario import Region

KINDS = (("evaluation", "worker"), ("engagement", "relay"), ("engagement", "worker"))
"""A projector, a relay and a reaction worker."""
SESSION_SECONDS, LEASE_SECONDS = 12.0, 15.0
IN_HAND = 2
"""Events that wait for a relay that is to be frozen with some in hand: few, so that its leases need not be renewed."""
ASKING_SECONDS = 0.3
"""A relay has asked its database for what waits by then."""
GONE_ON_SECONDS = 120.0
"""Longer than a database keeps the transaction of a frozen process open (a minute)."""
REFUSED = {
    "partition_lost": "checkpoints fenced",
    "relay_stands_back": "sends left to the one who has the lease",
    "relay_waits: the database did not finish in time": "events read left to the one who has the lease",
    "producer thrown away": "sends given up in the middle",
    "positions were not taken": "commits not taken",
    "partitions were given away in the middle of a record": "records left in the middle",
}
"""What a zombie says when something that it tried was refused, and what that is."""


@dataclass
class Freezes:
    """The ordeal: each kind of process, twice there, is frozen `times` times and more until one tried to write."""

    times: int
    most: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    refused: dict[str, Counter[str]] = field(default_factory=dict)

    async def __call__(self, region: Region) -> None:
        """Freeze one kind after the other."""
        for service, part in KINDS:
            await self._freeze_kind(region, service, part)

    async def _freeze_kind(self, region: Region, service: str, part: str) -> None:
        kind = f"{service} {part}"
        names = [kind, region.stack.add(service, part)]
        refused = self.refused[kind] = Counter()
        frozen = self.seconds[kind] = []
        while len(frozen) < self.times or (not refused and len(frozen) < max(self.most, self.times)):
            await region.ready()
            await sharing(region, service, part, 2)
            name = names[len(frozen) % 2]
            region.tell(f"{name} is frozen for the {len(frozen) + 1}. time")
            log = region.stack.processes[name].log
            await self._catch(region, service, part, name)
            begins = log.stat().st_size
            frozen.append(await self._freeze(region, service, part, name))
            await sharing(region, service, part, 2)
            refused += _refusals(log.read_bytes()[begins:])
        await asyncio.to_thread(region.stack.remove, names[1])
        region.notes.append(
            f"froze {kind} {len(frozen)} times, {min(frozen):.0f} to {max(frozen):.0f} s; refused: {dict(refused)}"
        )

    async def _freeze(self, region: Region, service: str, part: str, name: str) -> float:
        """Leave a process frozen until its work was taken over; return after how many seconds it goes on."""
        region.history.fault("frozen", name, part)
        began = time.monotonic()
        try:
            await sharing(region, service, part, 1)
            # Whoever took over has gone on, so that what the zombie has in hand is old.
            await sent_from_now(region.databases.values(), GONE_ON_SECONDS)
            await region.caught_up(GONE_ON_SECONDS)
        finally:
            region.stack.thaw(name)
        return time.monotonic() - began

    async def _catch(self, region: Region, service: str, part: str, name: str) -> None:
        """Freeze a process with work in hand: a worker reads all the time, at any moment; a relay hardly ever.

        So a relay is held up for a moment, until there is something to send, and its database for another, so that it
        is in the middle of reading that.
        """
        if part != "relay":
            await asyncio.sleep(region.chance.uniform(0, 1))
            region.stack.freeze(name)
            return
        outbox = region.databases[service].collection(OUTBOX)

        async def waiting() -> bool:
            async with guard():
                return await outbox.count_documents({}, limit=IN_HAND) == IN_HAND

        region.stack.freeze(name)
        try:
            await eventually(waiting, deadline=PATIENCE_SECONDS, what=f"that {IN_HAND} events wait to be sent")
            region.stack.freeze(database_of(service))
        finally:
            region.stack.thaw(name)
        await asyncio.sleep(ASKING_SECONDS)
        region.stack.freeze(name)
        region.stack.thaw(database_of(service))


def _refusals(log: bytes) -> Counter[str]:
    """Count what a process says was refused to it."""
    lines = [json.loads(line) for line in log.decode(errors="replace").splitlines() if line.startswith("{")]
    found = ((line.get("event"), f"{line.get('event')}: {line.get('reason')}") for line in lines)
    return Counter(REFUSED[event] for said in found for event in said if event in REFUSED)
