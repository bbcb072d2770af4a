"""Which parts a run of the tests uses, started on first use and shared by the whole run.

Guards that it is always known and said what a test ran on. `GROUNDSWELL_TEST_PARTS` chooses: `embedded` (also when
unset), `kafka` (Apache Kafka everywhere) or `containers`. With `CI=true` nothing that is missing is passed over.
"""

import os
from pathlib import Path
from typing import ClassVar, Protocol

from shared.testing import containers, kafka
from shared.testing.containers import ContainerBroker, ContainerDatabase
from shared.testing.kafka import ApacheKafka
from shared.testing.parts import EmbeddedBroker, EmbeddedDatabase
from shared.testing.provider import OpenIdProvider

CHOICES = ("embedded", "kafka", "containers")


class Server(Protocol):
    """What every part can do."""

    title: ClassVar[str]
    url: str

    def start(self) -> object:
        """Start and return when it answers."""

    def stop(self) -> None:
        """End it in order."""

    def kill(self) -> None:
        """End it as a power cut would."""

    def restart(self) -> None:
        """Stop and start: same port, same data."""


class Broker(Server, Protocol):
    """A broker of Kafka's protocol."""

    keeps_data: ClassVar[bool]
    """Whether records survive the end of the process."""
    idempotent_producer: ClassVar[bool]
    """Whether it accepts idempotent producers."""


_BROKERS: dict[str, type[EmbeddedBroker | ApacheKafka | ContainerBroker]] = {
    "embedded": EmbeddedBroker,
    "kafka": ApacheKafka,
    "containers": ContainerBroker,
}


def chosen() -> str:
    """Return the choice of parts; `ValueError` for a word that is none."""
    choice = os.environ.get("GROUNDSWELL_TEST_PARTS") or "embedded"
    if choice not in CHOICES:
        raise ValueError(f"GROUNDSWELL_TEST_PARTS is {choice!r}; it must be one of {', '.join(CHOICES)}")
    return choice


def in_ci() -> bool:
    """Tell whether a missing part is a failure."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def delivery_kinds() -> list[str]:
    """Return the kinds of broker for proofs of delivery: Apache Kafka as well wherever it can or must start."""
    if chosen() != "embedded":
        return [chosen()]
    return ["embedded", "kafka"] if kafka.missing() is None or in_ci() else ["embedded"]


def reference_kinds() -> list[str]:
    """Return the kinds of broker that keep their records, for proofs that need a broker killed and started again."""
    return [kind for kind in delivery_kinds() if kind != "embedded"]


def description() -> list[str]:
    """Say in a few lines which parts are used, and what is not."""
    database = ContainerDatabase if chosen() == "containers" else EmbeddedDatabase
    lines = [f"parts: {_BROKERS[chosen()].title}; {database.title}; {OpenIdProvider.title}"]
    others = [kind for kind in delivery_kinds() if kind != chosen()]
    lines += [f"parts: delivery and faults also on {_BROKERS[kind].title}" for kind in others]
    lack = containers.missing() if chosen() == "containers" else kafka.missing()
    return lines if lack is None else [*lines, f"parts: not available: {lack}"]


def new_broker(kind: str, folder: Path) -> Broker:
    """Make a broker of a kind, not started; `PartError` when the machine lacks what it needs."""
    return _BROKERS[kind](folder)


def new_database(folder: Path, *, name: str = "database") -> Server:
    """Make a database of the chosen kind, not started; its data and its log are called by its name."""
    made = ContainerDatabase if chosen() == "containers" else EmbeddedDatabase
    return made(folder, name=name)
