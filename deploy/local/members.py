"""The processes of the local stack: each service's api, worker and relay, and the origin in front of the apis.

Guards that a process counts as there when it says itself that it is ready, on the page an operator would ask.
"""

import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

from deploy.local.settings import ROOT
from shared.testing.ports import free_port
from shared.testing.probes import http_answer
from shared.testing.processes import LocalProcess
from shared.topics import SERVICES

PARTS = ("api", "worker", "relay")
_PATIENCE = 240.0


class Member(LocalProcess):
    """One process of ours; `health` is the address of its pages `/livez`, `/readyz` and `/metrics`."""

    pause: ClassVar[float] = 0.2

    def __init__(self, name: str, command: Sequence[str], port: int, folder: Path, given: Mapping[str, str]) -> None:
        self.port = port
        self.health = f"http://127.0.0.1:{port}"
        log = folder / f"{name.replace(' ', '-')}.log"
        command = [sys.executable, "-m", *command]
        super().__init__(name, command, log=log, ready=self.is_ready, environment=given, patience=_PATIENCE)

    def is_ready(self) -> bool:
        """Ask the process whether it can do its work."""
        return self.unready() is None

    def unready(self) -> str | None:
        """Say in the process's own words what it lacks; nothing when it is ready."""
        status, body = http_answer(self.port, "/readyz")
        if status == HTTPStatus.OK:
            return None
        return body if status else "it does not answer yet"


def service_members(folder: Path, given: Mapping[str, Mapping[str, str]]) -> dict[str, Member]:
    """Return the twelve processes by name, none of them started; each service is given an environment of its own."""
    members = [service_member(service, part, folder, given[service]) for service in SERVICES for part in PARTS]
    return {member.name: member for member in members}


def service_member(service: str, part: str, folder: Path, given: Mapping[str, str], number: int = 1) -> Member:
    """Return one part of a service, not started; from the second of its kind on the name ends with its number."""
    port, name = free_port(), f"{service} {part}" if number == 1 else f"{service} {part} {number}"
    option = "--port" if part == "api" else "--health-port"
    command = [f"services.{service}", part, option, str(port)]
    return Member(name, command, port, folder, given)


def origin_member(folder: Path, port: int, apis: Mapping[str, str], issuer: str) -> Member:
    """Return the process that serves all apis under one address, not started."""
    routes = [f"{service}={url}" for service, url in apis.items()]
    command = ["deploy.local.origin", "--port", str(port), "--issuer", issuer, *routes]
    return Member("origin", command, port, folder, {"PYTHONPATH": str(ROOT)})
