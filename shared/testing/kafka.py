"""Apache Kafka 4.1 as one local process: the reference broker for delivery, faults and speed.

Guards that proofs of delivery are made against the real thing: KRaft, idempotent producers, no automatic creation of
topics, logs that survive kill -9. Its jars come from Maven Central (`deploy/local/kafka/pom.xml`), its runtime is
any Java 17.
"""

import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import ClassVar

from shared.testing.ports import free_port
from shared.testing.probes import kafka_answers
from shared.testing.processes import LocalProcess, PartError

JARS = Path("build/kafka/lib")

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{outer}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=9000
broker.heartbeat.interval.ms=1000
log.cleaner.dedupe.buffer.size=4194304
"""


def missing() -> str | None:
    """Say in one sentence what Apache Kafka lacks on this machine; nothing when it can start."""
    if shutil.which("java") is None:
        return "Apache Kafka needs Java 17, and there is no `java` on the path."
    if not any(JARS.glob("kafka_*.jar")):
        return f"Apache Kafka's jars are not in {JARS}; `make kafka` fetches them with Maven."
    return None


class ApacheKafka(LocalProcess):
    """Broker and controller in one Java process; logs stay on the disk between a kill and the next start."""

    title: ClassVar[str] = "Apache Kafka 4.1.0"
    keeps_data: ClassVar[bool] = True
    idempotent_producer: ClassVar[bool] = True

    def __init__(self, folder: Path, *, name: str = "broker", inner: int = 0, outer: int = 0) -> None:
        """Make a broker in a folder. Who comes by the port `inner` is told to come by `outer`: a proxy's port."""
        lack = missing()
        if lack is not None:
            raise PartError(lack)
        self.port = free_port()
        self.url = f"127.0.0.1:{self.port}"
        self._home, self._jars = folder / name, str(JARS.resolve() / "*")
        self._properties = self._home / "server.properties"
        super().__init__(
            name,
            self._java("kafka.Kafka", str(self._properties)),
            log=folder / f"{name}.log",
            ready=lambda: kafka_answers(self.port),
            patience=120,
        )
        self._format(inner or free_port(), outer or free_port())

    def _java(self, *command: str) -> list[str]:
        return ["java", "-Xmx768m", "-XX:TieredStopAtLevel=1", "-cp", self._jars, *command]

    def _format(self, inner: int, outer: int) -> None:
        """Write the settings and an empty log folder, once per part."""
        self._home.mkdir(parents=True)
        ports = {"port": self.port, "controller": free_port(), "inner": inner, "outer": outer}
        text = _PROPERTIES.format(**ports, data=self._home / "logs")
        self._properties.write_text(text)
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = self._java("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(self._properties))
        done = subprocess.run(tool, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            message = f"Apache Kafka could not format its log folder: {done.stdout}{done.stderr}"
            raise PartError(message)
