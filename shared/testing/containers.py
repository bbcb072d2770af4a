"""Broker and database in containers, for machines where a container engine answers.

Guards the same interface as the local processes: `start`, `stop`, `kill`, `restart` on the same port with the same
data. testcontainers' reaper removes the containers when their owner is gone.
"""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from testcontainers.core.container import DockerContainer

from shared.testing.ports import free_port
from shared.testing.probes import kafka_answers, mongo_answers
from shared.testing.processes import LOOK_AGAIN, PartError

KAFKA_IMAGE = "apache/kafka:4.1.0"
MONGO_IMAGE = "mongo:8.0"
_PATIENCE = 120.0
_ENGINE_PATIENCE = 5.0
_DEFAULT_ENGINE = "unix:///var/run/docker.sock"
_INITIATE = "try { rs.status() } catch { rs.initiate({_id: 'rs0', members: [{_id: 0, host: '127.0.0.1:PORT'}]}) }"


def missing() -> str | None:
    """Say in one sentence why containers cannot be used here; nothing when an engine answers."""
    where = urlsplit(os.environ.get("DOCKER_HOST") or _DEFAULT_ENGINE)
    family, address = (socket.AF_INET, (where.hostname, where.port)) if where.port else (socket.AF_UNIX, where.path)
    with socket.socket(family) as engine:
        try:
            engine.settimeout(_ENGINE_PATIENCE)
            engine.connect(address)
        except OSError:
            return "No container engine answers on this machine."
    return None


class ContainerPart:
    """One container on a fixed port of this machine."""

    def __init__(self, make: Callable[[], DockerContainer], ready: Callable[[], bool]) -> None:
        lack = missing()
        if lack is not None:
            raise PartError(lack)
        self._container, self._ready, self._made = make(), ready, False  # making one asks the engine already

    def start(self) -> Self:
        """Start the container, the same one after a kill, and return when it answers."""
        if self._made:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._made = True
        self._prepare()
        self._wait_ready()
        return self

    def stop(self) -> None:
        """Ask the server to end and keep its data."""
        if self._made:
            self._container.get_wrapped_container().stop(timeout=30)

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL)."""
        if self._made:
            self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        """Stop the server and start it again: same port, same data."""
        self.stop()
        self.start()

    def _prepare(self) -> None:
        """What a part needs before it can answer."""

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._ready():
            if time.monotonic() > deadline:
                raise PartError(f"{self._container.image} did not answer within {_PATIENCE:.0f} s")
            time.sleep(LOOK_AGAIN)


class ContainerBroker(ContainerPart):
    """Apache Kafka from its own image: KRaft, broker and controller in one."""

    title: ClassVar[str] = f"{KAFKA_IMAGE} in a container"
    keeps_data: ClassVar[bool] = True
    idempotent_producer: ClassVar[bool] = True

    def __init__(self, _folder: Path) -> None:
        self.port = free_port()
        self.url = f"127.0.0.1:{self.port}"
        super().__init__(self._new, lambda: kafka_answers(self.port))

    def _new(self) -> DockerContainer:
        container = DockerContainer(KAFKA_IMAGE).with_bind_ports(self.port, self.port)
        for name, value in _kafka_settings(self.port).items():
            container.with_env(f"KAFKA_{name}", value)
        return container


class ContainerDatabase(ContainerPart):
    """MongoDB as a replica set of one, which the part initiates itself."""

    title: ClassVar[str] = f"{MONGO_IMAGE} in a container"

    def __init__(self, _folder: Path, *, name: str = "database") -> None:
        del name  # an engine names its containers itself
        self.port = free_port()
        self.url = f"mongodb://127.0.0.1:{self.port}/?replicaSet=rs0"
        super().__init__(self._new, self._is_primary)

    def _new(self) -> DockerContainer:
        command = ["--replSet", "rs0", "--bind_ip_all", "--port", str(self.port)]
        return DockerContainer(MONGO_IMAGE).with_bind_ports(self.port, self.port).with_command(command)

    def _is_primary(self) -> bool:
        if not mongo_answers(self.port):
            return False
        return self._shell("if (!db.hello().isWritablePrimary) quit(1)") == 0

    def _prepare(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while self._shell(_INITIATE.replace("PORT", str(self.port))) != 0:
            if time.monotonic() > deadline:
                raise PartError(f"{MONGO_IMAGE} did not accept its replica set within {_PATIENCE:.0f} s")
            time.sleep(LOOK_AGAIN)

    def _shell(self, script: str) -> int | None:
        return self._container.exec(["mongosh", "--quiet", "--port", str(self.port), "--eval", script]).exit_code


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "LISTENERS": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://0.0.0.0:9093",
        "ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
