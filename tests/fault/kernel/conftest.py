"""The ground on which the faults of the kernel are played, and what they came to, in figures, at the end."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from shared.bus import Publisher
from shared.mongo import Database
from shared.testing.servers import Broker
from shared.topics import Topics
from tests import said
from tests.fault.kernel.scenes import INDEXES, Ground


@pytest.fixture
def say(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keep a line for the end of the run, under the name of its test."""
    return lambda line: said.say(pytestconfig, "faults of the kernel", f"{request.node.name}: {line}")


@pytest.fixture(autouse=True)
def quiet_client() -> Iterator[None]:
    """A client that meets a dead broker says so many times; nobody reads that."""
    client = logging.getLogger("aiokafka")
    before = client.level
    client.setLevel(logging.CRITICAL)
    yield
    client.setLevel(before)


@pytest.fixture
async def ground(broker_server: Broker, mongo_url: str, database: Database, topics: Topics) -> AsyncIterator[Ground]:
    """What a scene needs to play on: a fresh database and topics of its own, and somebody who publishes."""
    await database.ensure_indexes(INDEXES)
    idempotent = broker_server.idempotent_producer
    publisher = Publisher(broker_server.url, idempotent=idempotent)
    yield Ground(broker_server.url, mongo_url, database, topics, publisher, idempotent)
    await publisher.close()
