"""Lets one child after another end at an await, each followed by a fresh one on the same ground."""

import asyncio
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.testing.crashing import Crash, command
from shared.testing.processes import LocalProcess
from shared.testing.settling import eventually
from tests.fault.kernel.scenes import Scene

PATIENCE = 240.0
KILLED = -signal.SIGKILL


@dataclass
class Deaths:
    """Who died where; `missed` are points that a child never passed."""

    scene: Scene
    folder: Path
    died: list[Crash] = field(default_factory=list)
    missed: list[Crash] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _children: int = 0

    @property
    def note(self) -> Path:
        """The file in which children note what they passed."""
        return self.folder / "passed"

    def reached(self) -> set[str]:
        """Return every await that any child came to."""
        return set(self.note.read_text().split("\n")) if self.note.exists() else set()

    def child(self, crash: Crash | None) -> LocalProcess:
        """Return a child that ends at a point, or not at all."""
        self._children += 1
        run = ["tests.fault.kernel.children", self.scene.role, *self.scene.ground.arguments()]
        log = self.folder / f"child-{self._children}.log"
        return LocalProcess(
            f"child {self._children} ({crash})",
            command(self.scene.modules, crash, run, self.note),
            log=log,
            ready=lambda: True,
        )

    async def live(self, crash: Crash | None = None) -> bool:
        """Give a child something to do and let it end where it should; say whether it died there."""
        await self.scene.work()
        child = self.child(crash)
        child.launch()
        try:
            await self._until_done(child)
            if child.running:
                await asyncio.to_thread(_ask_to_end, child)
        finally:
            child.kill()
        if child.exit_code != KILLED:
            assert child.exit_code == 0, child.story(f"ended with {child.exit_code}")
            return False
        assert crash is not None, child.story("was killed by nobody")
        await self.scene.bury()
        return True

    async def _until_done(self, child: LocalProcess) -> None:
        """Return when the child has died, or has done everything."""
        settling = asyncio.create_task(self.scene.settled())

        async def over() -> bool:
            return settling.done() or not child.running

        try:
            await eventually(over, deadline=PATIENCE, what=child.story("has neither ended nor done its work"))
            if settling.done() and child.running:
                settling.result()
        finally:
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)

    async def die(self, crashes: Iterable[Crash]) -> None:
        """Let a child die at each point, and a last one take all over and live."""
        for crash in crashes:
            (self.died if await self.live(crash) else self.missed).append(crash)
        assert not await self.live()

    async def judge(self, after: Sequence[Crash]) -> str:
        """Judge what is left; a fault is told with the deaths it may come from."""
        faults, told = await self.scene.judge()
        self.faults += [f"{fault} (after {', '.join(map(str, after))})" for fault in faults]
        return told


def _ask_to_end(child: LocalProcess) -> None:
    """Ask a child to end in order; it may die on the way."""
    child.signal(signal.SIGTERM)
    assert child._process is not None
    child._process.wait(30)
