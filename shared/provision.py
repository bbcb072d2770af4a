"""Topics as they are declared, made and compared with what the broker has; safe to run again at any time.

Guards that a topic never comes into being by accident: what is missing is created exactly as declared, what is there
is compared and never changed, because partitions are for life and retention is a decision of people.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.errors import UnavailableError

_ALREADY_EXISTS = 36
_PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Declared:
    """One topic as it should be; `settings` are the broker's own names and texts."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


class Family(BaseModel):
    """One entry of the file of topics: a topic, or one for each service or organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: str
    services: tuple[str, ...] = ()
    partitions: int
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    settings: dict[str, str]

    def names(self, organisations: Iterable[str]) -> list[str]:
        """Return the names this entry stands for, without prefix."""
        if "{organisation}" in self.topic:
            return [self.topic.format(organisation=organisation) for organisation in organisations]
        return [self.topic.format(service=service) for service in self.services]


def families(path: Path) -> list[Family]:
    """Read the entries of the file of topics."""
    return TypeAdapter(list[Family]).validate_python(yaml.safe_load(path.read_text()))


def declared(path: Path, organisations: Iterable[str], *, prefix: str = "", replication: int = 1) -> list[Declared]:
    """Return every topic of the platform for these organisations, with the settings its copies allow."""
    safe = {"min.insync.replicas": str(max(1, replication - 1))}
    codes = list(organisations)
    return [
        Declared(prefix + name, family.partitions, {**family.settings, **safe})
        for family in families(path)
        for name in family.names(codes)
    ]


@dataclass(frozen=True)
class Difference:
    """One way in which a topic is not what was declared."""

    topic: str
    what: str
    declared: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} is {self.found}, declared {self.declared}"


@dataclass(frozen=True)
class Report:
    """What a run found: names created (or lacking, when nothing may be created), and differences."""

    missing: tuple[str, ...]
    differences: tuple[Difference, ...]


async def provision(brokers: str, declared: Sequence[Declared], *, replication: int = 1, create: bool = True) -> Report:
    """Create the declared topics that are missing and compare the others.

    `UnavailableError` when no broker answers or one refuses to create a topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        missing = {topic.name: topic for topic in declared if topic.name not in there}
        if create and missing:
            created = await _create(admin, list(missing.values()), replication)
            missing = {name: missing[name] for name in missing if name in created}
            await _visible(admin, missing)
        present = [topic for topic in declared if topic.name not in missing]
        return Report(tuple(missing), tuple(await _differences(admin, present, replication)))
    except (KafkaError, OSError, TimeoutError) as problem:
        message = f"The broker at {brokers} did not answer as a broker should: {problem}"
        raise UnavailableError(message) from problem
    finally:
        await admin.close()


async def remove(brokers: str, names: Iterable[str]) -> None:
    """Delete topics with all their records; for a test's own world only."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        await admin.delete_topics([name for name in names if name in there])
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[Declared], replication: int) -> set[str]:
    """Create topics and return the names of those that nobody else has created in the meantime."""
    wanted = [
        NewTopic(topic.name, topic.partitions, replication, topic_configs=dict(topic.settings)) for topic in missing
    ]
    answer = await admin.create_topics(wanted, timeout_ms=_PATIENCE_MS)
    for name, code, message in answer.topic_errors:
        if code not in (0, _ALREADY_EXISTS):
            raise UnavailableError(f"The broker did not create {name}: {message or code}")
    return {name for name, code, _ in answer.topic_errors if code == 0}


async def _visible(admin: AIOKafkaAdminClient, names: Iterable[str]) -> None:
    """Return when the broker lists the topics: it acknowledges a creation before its readers can see it."""
    async with asyncio.timeout(_PATIENCE_MS / 1000):
        while not set(names) <= set(await admin.list_topics()):  # noqa: ASYNC110 -- the broker tells nobody
            await asyncio.sleep(0.02)


async def _differences(admin: AIOKafkaAdminClient, present: Sequence[Declared], replication: int) -> list[Difference]:
    """Compare partitions, copies and every declared setting. Asks only for topics that exist."""
    if not present:
        return []
    described = {
        found["topic"]: found["partitions"] for found in await admin.describe_topics([t.name for t in present])
    }
    settings = await _settings(admin, present)
    return [
        difference
        for topic in present
        for difference in _compare(topic, described[topic.name], settings[topic.name], replication)
    ]


def _compare(
    topic: Declared, partitions: list[dict[str, list[int]]], settings: Mapping[str, str], replication: int
) -> Iterable[Difference]:
    if len(partitions) != topic.partitions:
        yield Difference(topic.name, "partitions", str(topic.partitions), str(len(partitions)))
    copies = min((len(partition["replicas"]) for partition in partitions), default=0)
    if copies != replication:
        yield Difference(topic.name, "replication", str(replication), str(copies))
    for key, value in topic.settings.items():
        if settings.get(key) != value:
            yield Difference(topic.name, key, value, settings.get(key, "not set"))


async def _settings(admin: AIOKafkaAdminClient, topics: Sequence[Declared]) -> dict[str, dict[str, str]]:
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    answers = await admin.describe_configs(wanted)
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
