"""Broker, database and topics of one benchmark run, and the processes that are measured against them.

Guards that a measured process has the machine's parts to itself, that it ends with the run, and that a run which
failed says why instead of giving a figure.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.evaluation.projections import ParticipationProjection
from shared.mongo import Database
from shared.projector import View
from shared.provision import declared, provision
from shared.testing import servers
from shared.testing.servers import Broker, Server
from shared.testing.workspace import new_workspace, remove_workspace
from shared.topics import Topics
from tests.bench.publishing import publish
from tests.bench.workload import Totals, Workload

TOPICS_FILE = Path("deploy/topics.yaml")
FIGURES = ("sessions_attended", "contact_minutes", "attended_at_least_once")


class NotExactError(Exception):
    """A measured run gave another answer than the plain count of its records."""


@dataclass(frozen=True)
class World:
    """Running parts; `kind` says which broker."""

    kind: str
    broker: Broker
    database: Server
    folder: Path

    async def prepare(self, prefix: str, workload: Workload) -> int:
        """Create a run's topics and publish its records; returns how many."""
        await provision(self.broker.url, declared(TOPICS_FILE, [], prefix=prefix))
        return await publish(self.broker.url, Topics(prefix).events("engagement"), workload)

    def reader(self, what: str, prefix: str, records: int, *more: str) -> list[str]:
        """Return the command of a process that reads a run's topic."""
        command = [sys.executable, "-m", "tests.bench.readers", what, "--brokers", self.broker.url]
        return [*command, "--mongo", self.database.url, "--prefix", prefix, "--records", str(records), *more]

    async def check(self, name: str, totals: Totals) -> None:
        """Raise NotExactError unless the projection holds exactly these totals."""
        database = Database(self.database.url, name)
        try:
            view = View(database, ParticipationProjection())
            for organisation, wanted in totals.items():
                rows, _ = await view.rows({"organisation": organisation})
                found = {name: sum(row.figures.get(name, 0) for row in rows) for name in FIGURES}
                if found != wanted:
                    raise NotExactError(f"{organisation} is {found} and must be {wanted}")
        finally:
            await database.close()


@contextmanager
def running(kind: str) -> Iterator[World]:
    """Start a broker of a kind and a database; end them whatever happens."""
    folder = new_workspace()
    broker, database = servers.new_broker(kind, folder / "broker"), servers.new_database(folder / "database")
    try:
        broker.start()
        database.start()
        yield World(kind, broker, database, folder)
    finally:
        database.kill()
        broker.kill()
        remove_workspace(folder)


class Started:
    """A process that goes on until it is killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self, word: str) -> None:
        """Return when it has printed a line with this word; RuntimeError when it ends before."""
        assert self._process.stdout is not None
        while word not in (line := (await self._process.stdout.readline()).decode()):
            if not line:
                raise RuntimeError(f"a process ended before it said {word!r}")

    async def ended(self, number: signal.Signals) -> None:
        """Send it a signal and return when it is gone."""
        self._process.send_signal(number)
        await self._process.wait()

    def kill(self) -> None:
        """End it as a power cut would, if it still runs."""
        if self._process.returncode is None:
            self._process.kill()


async def started(command: Sequence[str]) -> Started:
    """Start a process that prints what happens to it."""
    return Started(await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE))


async def measured(command: Sequence[str]) -> dict[str, Any]:
    """Run a process to its end and return what it printed; raises RuntimeError with its last words."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, problems = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command[2:5])} ended with {process.returncode}: {problems.decode()[-2000:]}")
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result
