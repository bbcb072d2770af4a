"""How much memory each process of a running platform holds, looked at again and again.

Guards that "memory stays bounded" is a figure: what the kernel says of each process, never what it says of itself.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.members import Member
from deploy.local.stack import Stack

LOOK_SECONDS = 1.0
_MEGABYTE = 1024 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Held:
    """Resident memory of one process in megabytes: when it was first looked at, and the most there ever was."""

    first: float
    most: float

    @property
    def grown(self) -> float:
        """How much more it came to hold."""
        return self.most - self.first


@dataclass
class Memory:
    """What each process of ours held, by its name."""

    held: dict[str, Held] = field(default_factory=dict)

    def look(self, stack: Stack) -> None:
        """Look once at every process of ours that runs."""
        for name, process in stack.processes.items():
            size = _resident(process.pid) if isinstance(process, Member) and process.running else 0.0
            if size:
                known = self.held.setdefault(name, Held(size, size))
                known.most = max(known.most, size)

    @asynccontextmanager
    async def watched(self, stack: Stack) -> AsyncIterator[None]:
        """Look from now on until the block ends."""
        watching = asyncio.create_task(self._watch(stack))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            self.look(stack)

    async def _watch(self, stack: Stack) -> None:
        while True:
            self.look(stack)
            await asyncio.sleep(LOOK_SECONDS)

    def __str__(self) -> str:
        ordered = sorted(self.held.items(), key=lambda one: -one[1].most)
        return ", ".join(f"{name} {held.first:.0f} to {held.most:.0f} MB" for name, held in ordered)


def _resident(pid: int) -> float:
    """Return the resident memory of a process in megabytes; 0 for one that has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / _MEGABYTE
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
