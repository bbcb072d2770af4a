"""A rebuild under load that is killed twice in the middle: what it makes in the end is what is live, and readers never
see anything else than the whole (P8).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from shared.bus import Publisher
from shared.deadletters import DeadLetters
from shared.projector import Projector, View, rebuild
from shared.projector.generations import live_generation
from shared.testing.checker import listed
from shared.testing.crashing import Crash, command
from shared.testing.processes import LocalProcess
from shared.testing.settling import eventually
from tests.fault.kernel.children import SERVICE
from tests.fault.kernel.deaths import KILLED
from tests.fault.kernel.scenes import Ground, Projecting, wire
from tests.toys import Minutes, attended

MODULES = ("shared.projector.rebuild", "shared.projector.generations", "shared.projector.storage")
PEOPLE = 40
PAUSE = 0.01
Say = Callable[[str], None]
MIDDLE = (
    Crash("shared.projector.rebuild._Builder._write/checkpoint", "after", 3),
    Crash("shared.projector.generations.flip/transact", "before"),
    Crash("shared.projector.generations.flip/transact", "after"),
    Crash("shared.projector.generations.sweep/drop", "after"),
)


@dataclass
class Readings:
    """What a reader saw who never stopped looking: each answer has to be a whole one, and newer than the last."""

    view: View
    faults: list[str] = field(default_factory=list)
    looks: int = 0

    async def read(self) -> None:
        """Look again and again."""
        before: dict[tuple[str, int], int] = {}
        while True:
            rows, as_of = await self.view.rows({})
            reached = {(t, n): offset for t, found in as_of.positions.items() for n, offset in found.items()}
            self.looks += 1
            gone_back = {place for place, offset in before.items() if reached.get(place, 0) < offset}
            if gone_back:
                self.faults.append(f"look {self.looks} went back on {sorted(gone_back)}")
            sessions = sum(row.figures.get("sessions", 0) for row in rows)
            if sessions != PEOPLE:
                self.faults.append(f"look {self.looks} saw {sessions} of {PEOPLE} people")
            before = reached
            await asyncio.sleep(0)


@asynccontextmanager
async def _live(ground: Ground) -> AsyncIterator[Projecting]:
    """Let the projection run beside everything else."""
    letters = DeadLetters(SERVICE, ground.database, ground.publisher, ground.topics)
    worker = Projector(
        ground.database, Minutes(), letters, brokers=ground.brokers, topics=ground.topics, service=SERVICE
    )
    await worker.start()
    try:
        yield Projecting(ground)
    finally:
        await worker.stop()


async def _load(ground: Ground) -> None:
    """Correct what is known of everybody, for ever; nobody comes or goes."""
    publisher = Publisher(ground.brokers, idempotent=ground.idempotent)
    topic = ground.topics.events("engagement")
    try:
        for version in count(2):
            for number in range(PEOPLE):
                value = wire(attended(f"p{number}", version, minutes=version % 60))
                row = {"_id": "x", "topic": topic, "key": f"p{number}", "value": value, "headers": ()}
                await publisher.publish([row])
                await asyncio.sleep(PAUSE)
    finally:
        await publisher.close()


async def _killed(ground: Ground, folder: Path, crash: Crash) -> bool:
    """Run a rebuild that ends at a point; say whether it was killed there."""
    run = ["tests.fault.kernel.children", "rebuild", *ground.arguments()]
    log = folder / "rebuild.log"
    child = LocalProcess(f"rebuild ({crash})", command(MODULES, crash, run), log=log, ready=lambda: True)
    child.launch()

    async def ended() -> bool:
        return not child.running

    try:
        await eventually(ended, deadline=120, what=child.story("has not ended"))
    finally:
        child.kill()
    assert child.exit_code in (KILLED, 0), child.story(f"ended with {child.exit_code}")
    return child.exit_code == KILLED


async def _attack(ground: Ground, folder: Path, crashes: tuple[Crash, ...], say: Say) -> None:
    topic = ground.topics.events("engagement")
    readings = Readings(View(ground.database, Minutes()))
    async with _live(ground) as scene:
        for number in range(PEOPLE):
            await ground.publish(topic, f"p{number}", wire(attended(f"p{number}", 1)))
        await scene.settled()
        work = [asyncio.create_task(readings.read()), asyncio.create_task(_load(ground))]
        killed = [crash for crash in crashes if await _killed(ground, folder, crash)]
        arguments = {"brokers": ground.brokers, "topics": ground.topics, "progress": lambda done, total: None}
        rebuilt = await rebuild(ground.database, Minutes(), **arguments)
        for task in work:
            task.cancel()
        for task in work:
            with pytest.raises(asyncio.CancelledError):
                await task
        await scene.settled()
        again = await rebuild(ground.database, Minutes(), **arguments)
    faults, told = await scene.judge()
    assert not [*faults, *readings.faults], listed([*faults, *readings.faults])
    assert (rebuilt.flipped, list(rebuilt.different), again.flipped) == (True, [], True)
    assert killed == list(crashes)
    await _alone(ground)
    say(f"{len(killed)} rebuilds killed in the middle, {rebuilt.records} records, {readings.looks} looks; {told}")


async def _alone(ground: Ground) -> None:
    """Nothing is left of the generations that were never read."""
    generation = await live_generation(ground.database, Minutes.name)
    left = {name.split(".")[1] for name in await ground.database.collections() if name.startswith(f"{Minutes.name}.")}
    assert left == {generation}


async def test_a_rebuild_that_was_killed_twice_is_made_anew_and_equals_what_is_live(
    ground: Ground, own_folder: Path, say: Say
) -> None:
    await _attack(ground, own_folder, MIDDLE[:2], say)


@pytest.mark.long
@pytest.mark.reference
async def test_a_rebuild_that_was_killed_at_every_stage_is_made_anew_and_equals_what_is_live(
    ground: Ground, own_folder: Path, say: Say
) -> None:
    await _attack(ground, own_folder, (*MIDDLE, *MIDDLE), say)
