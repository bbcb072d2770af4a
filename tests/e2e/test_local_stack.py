"""The local stack as somebody who runs it meets it: it comes up, keeps itself up, and is gone afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Self

import httpx
import pytest

from deploy.local.stack import Stack
from shared.testing.settling import eventually
from shared.topics import SERVICES

_PATIENCE = 240


async def test_a_signal_ends_the_whole_stack_and_leaves_nothing() -> None:
    with _Running("up") as running:
        running.wait_for("topics made")
        await eventually(running.is_complete, what="all nineteen processes", deadline=_PATIENCE)
        processes = running.children()
        running.process.send_signal(signal.SIGTERM)
        running.wait_for("nothing is left behind")
        assert running.process.wait(_PATIENCE) == 0
    assert _alive(processes) == []
    assert running.folders() == []


async def test_when_the_supervisor_is_killed_everything_dies_with_it() -> None:
    with _Running("up") as running:
        running.wait_for("topics made")
        processes = running.children()
        running.process.kill()

    async def gone() -> bool:
        return not _alive(processes)

    await eventually(gone, what="the processes ending with their supervisor")
    assert len(processes) >= 3


def test_a_service_that_cannot_start_ends_the_stack_with_its_own_words() -> None:
    with _Running("up", GROUNDSWELL_LOG_LEVEL="deafening") as running:
        assert running.process.wait(_PATIENCE) == 1
        assert running.wait_for("GROUNDSWELL_LOG_LEVEL")
    assert running.folders() == []


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(say=lambda _: None) as started:
        yield started
        processes = [process.pid for process in started.processes.values()]
    assert len(processes) == 19
    assert _alive(processes) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_documented_under_the_one_origin(stack: Stack, service: str) -> None:
    page = httpx.get(f"{stack.origin}/{service}/docs")
    described = httpx.get(f"{stack.origin}/{service}/openapi.json").json()
    assert page.status_code == 200
    assert described["paths"]
    assert f'href="/{service}/docs"' in httpx.get(stack.origin).text


def test_a_token_of_the_local_provider_opens_the_services(stack: Stack) -> None:
    """P12."""
    address = f"{stack.origin}/enrolment/v1/programmes"
    token = stack.token_for("anna", "R0A", ["coordinator"])
    assert httpx.get(address).status_code == 401
    assert httpx.get(address, headers={"authorization": f"Bearer {token}"}).status_code == 200


async def test_a_process_that_ends_by_itself_is_started_again(stack: Stack) -> None:
    relay = stack.processes["engagement relay"]
    before = relay.pid
    os.kill(before, signal.SIGKILL)

    async def back() -> bool:
        return relay.running and relay.pid != before

    await eventually(back, what="the relay being started again", deadline=_PATIENCE)
    relay.wait_ready()
    stack.check()


def test_a_process_that_was_killed_on_purpose_stays_down_until_it_is_revived(stack: Stack) -> None:
    stack.kill("evaluation api")
    assert httpx.get(f"{stack.origin}/evaluation/openapi.json").status_code == 503
    stack.check()
    stack.revive("evaluation api")
    assert httpx.get(f"{stack.origin}/evaluation/openapi.json").status_code == 200


class _Running:
    """The command in a process of its own, its output line by line."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        self._command = [sys.executable, "-u", "-W", "ignore", "-m", "deploy.local", *arguments]
        self._environment = {**os.environ, **variables}
        self._lines: Queue[str] = Queue()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def wait_for(self, words: str) -> str:
        """Return the next line that holds some words."""
        while words not in (line := self._lines.get(timeout=_PATIENCE)):
            pass
        return line

    def children(self) -> list[int]:
        """Return the processes that it started."""
        return [
            int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == self.process.pid
        ]

    async def is_complete(self) -> bool:
        """Tell whether parts, services and origin have all been started."""
        return len(self.children()) == 19

    def folders(self) -> list[Path]:
        """Return what it left in the temporary folder."""
        return list(Path(tempfile.gettempdir()).glob(f"groundswell-parts-{self.process.pid}-*"))


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _alive(processes: list[int]) -> list[int]:
    return [pid for pid in processes if Path(f"/proc/{pid}").exists()]
