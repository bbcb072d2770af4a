"""What every test of evaluation starts from."""

from collections.abc import AsyncIterator

import pytest

from shared.testing.servers import Broker
from shared.topics import Topics
from tests.integration.evaluation.world import World


@pytest.fixture
async def world(mongo_url: str, database_prefix: str) -> AsyncIterator[World]:
    """Evaluation that has heard nothing, without a broker."""
    world = World(mongo_url, database_prefix)
    await world.parts.prepare()
    yield world
    await world.database.drop()
    await world.database.close()


@pytest.fixture
async def live(mongo_url: str, database_prefix: str, broker_server: Broker, topics: Topics) -> AsyncIterator[World]:
    """Evaluation on a broker, not started."""
    world = World(mongo_url, database_prefix, broker_server, topics)
    await world.parts.prepare()
    yield world
    await world.database.drop()
    await world.database.close()
