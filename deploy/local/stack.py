"""The local stack: parts (a database for each service), topics, the twelve processes of the services and one origin.

Guards that it comes up together and leaves nothing behind: whatever ends the block (success, an error, Ctrl-C,
SIGTERM), every process ends and the data is removed; and if this process itself is killed, the kernel ends the others
and the next start sweeps the data.
"""

import asyncio
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any, Self

from deploy.local.members import Member, origin_member, service_member, service_members
from deploy.local.settings import service_environments, write_for_operators
from deploy.local.tending import Tender
from deploy.topics import DECLARED_IN, catalogued_organisations
from shared.provision import declared, provision
from shared.testing import servers
from shared.testing.ports import free_port
from shared.testing.processes import LocalProcess, PartError, wait_for
from shared.testing.provider import OpenIdProvider
from shared.testing.workspace import new_workspace, remove_workspace
from shared.topics import SERVICES, Topics

_STOP_SECONDS = 27.0
_INTERRUPTIONS = (signal.SIGTERM, signal.SIGHUP)
Say = Callable[[str], None]


class Stack:
    """A running platform; use it as a context.

    `kind` is `embedded` or `kafka` (Apache Kafka); `port` that of the origin (a free one when not given);
    `organisations` those with an attendance topic (the catalogue's when not given); `logs` a folder to keep logs in.
    """

    def __init__(
        self,
        *,
        kind: str = "embedded",
        port: int | None = None,
        organisations: Sequence[str] | None = None,
        logs: Path | None = None,
        say: Say = print,
    ) -> None:
        self._kind, self._say = kind, say
        self._port = port or free_port()
        self._organisations = organisations
        self._kept_logs = logs
        self._tender = Tender(say)
        self._down: set[str] = set()
        self._numbers = itertools.count(2)
        self._handlers: dict[signal.Signals, Any] = {}
        self.topics = Topics()
        self.processes: dict[str, LocalProcess] = {}

    def start(self) -> Self:
        """Start everything and return when all of it is ready; on any failure nothing is left running."""
        self._folder = new_workspace()
        self._logs = self._kept_logs or self._folder / "logs"
        self._listen_to_signals()
        try:
            self._start_parts()
            self._start_members()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop everything in order, 27 seconds at most; another interruption stops it at once."""
        try:
            self._tender.stop()
            self._stop_members()
        except KeyboardInterrupt:
            self._say("stopping at once")
        finally:
            for process in self.processes.values():
                process.kill()
            remove_workspace(self._folder)
            self._forget_signals()

    @property
    def origin(self) -> str:
        """The address under which all APIs answer."""
        return f"http://127.0.0.1:{self._port}"

    def operators_file(self, service: str) -> Path:
        """Return a service's environment, for the operator's tools: `. FILE; python -m shared.deadletters ...`."""
        return self._folder / f"{service}.env"

    def token_for(self, sub: str, organisation: str, roles: Iterable[str]) -> str:
        """Return a bearer token for somebody; whoever is named is let in."""
        return self.provider.token_for(sub, organisation, roles)

    def kill(self, name: str) -> bool:
        """End one process as a power cut would and say whether it ran; it stays down until `revive` or `launch`."""
        self._down.add(name)
        self._tender.leave(name)
        process = self.processes[name]
        ran = process.running
        process.kill()
        return ran

    def launch(self, name: str) -> None:
        """Start a killed process again (same port, same data) without waiting until it is ready."""
        process = self.processes[name]
        process.launch()
        self._down.discard(name)
        if isinstance(process, Member):
            self._tender.take(process)

    def revive(self, name: str) -> None:
        """Start a killed process again (same port, same data) and return when it is ready."""
        process = self.processes[name]
        process.start()
        self._down.discard(name)
        if isinstance(process, Member):
            self._tender.take(process)

    def add(self, service: str, part: str) -> str:
        """Start one more process of a kind without waiting until it is ready; return its name."""
        member = service_member(service, part, self._logs, self.environments[service], next(self._numbers))
        member.launch()
        # A new mapping, because others may be going through the one there was.
        self.processes = {**self.processes, member.name: member}
        self._tender.take(member)
        return member.name

    def remove(self, name: str) -> None:
        """Stop a process that was added, in order, and forget it; one that was killed is only forgotten."""
        self._tender.leave(name)
        process = self.processes[name]
        process.stop(_STOP_SECONDS)
        self.processes = {other: one for other, one in self.processes.items() if other != name}

    def freeze(self, name: str) -> None:
        """Let a process stand still: it keeps its connections and notices nothing until `thaw`."""
        self.processes[name].signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on where it stood."""
        self.processes[name].signal(signal.SIGCONT)

    def address(self, service: str) -> str:
        """Return where a service's API answers itself, without the origin in front."""
        return self._apis[service]

    def is_up(self, name: str) -> bool:
        """Say whether a process runs and is ready."""
        return self.processes[name].is_up()

    def check(self) -> None:
        """Raise `PartError` with the end of its log when a part ended by itself or a process cannot stay up."""
        self._tender.check()
        for name, process in self.processes.items():
            if not isinstance(process, Member) and name not in self._down and not process.running:
                raise PartError(process.story(f"ended by itself with {process.exit_code}"))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_parts(self) -> None:
        self.broker = servers.new_broker(self._kind, self._folder)
        self.databases = {
            service: servers.new_database(self._folder, name=database_of(service)) for service in SERVICES
        }
        self.provider = OpenIdProvider(self._folder)
        databases = {database_of(service): database for service, database in self.databases.items()}
        for name, part in {"broker": self.broker, **databases, "provider": self.provider}.items():
            if isinstance(part, LocalProcess):
                self.processes[name] = part
                part.launch()
        self._wait_for(self.processes)
        with ThreadPoolExecutor(1) as aside:  # whoever starts a stack may be in an event loop
            aside.submit(asyncio.run, self._make_topics()).result()

    async def _make_topics(self) -> None:
        wanted = declared(DECLARED_IN, self._organisations or catalogued_organisations(), prefix=self.topics.prefix)
        report = await provision(self.broker.url, wanted)
        self._say(f"{len(report.missing)} topics made")

    def _start_members(self) -> None:
        self.environments = service_environments(self.broker, self.databases, self.provider)
        for service, environment in self.environments.items():
            write_for_operators(environment, self.operators_file(service))
        members = service_members(self._logs, self.environments)
        self._apis = {service: members[f"{service} api"].health for service in SERVICES}
        members["origin"] = origin_member(self._logs, self._port, self._apis, self.provider.issuer)
        self.processes.update(members)
        for member in members.values():
            member.launch()
        self._wait_for(members)
        self._tender.start(members.values())

    def _wait_for(self, processes: Mapping[str, LocalProcess]) -> None:
        numbers = itertools.count(1)

        def tell(process: LocalProcess) -> None:
            self._say(f"[{next(numbers):2}/{len(processes)}] {process.name} is ready")

        wait_for(processes.values(), tell)

    def _stop_members(self) -> None:
        members = [process for process in self.processes.values() if isinstance(process, Member)]
        for member in members:
            member.signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for member in members:
            member.stop(max(0.1, deadline - time.monotonic()))

    def _listen_to_signals(self) -> None:
        """Let SIGTERM and a closed terminal unwind the block like Ctrl-C does."""
        if threading.current_thread() is threading.main_thread():
            for number in _INTERRUPTIONS:
                self._handlers[number] = signal.signal(number, _interrupt)

    def _forget_signals(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


def database_of(service: str) -> str:
    """Return the name of the process that is a service's database."""
    return f"{service} database"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
