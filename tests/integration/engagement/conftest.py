"""What every test of engagement starts from."""

import pytest

from shared.mongo import Database
from tests.integration.engagement.world import World


@pytest.fixture
async def world(database: Database) -> World:
    """A region that nothing was said about yet."""
    region = World(database)
    await region.engagement.prepare()
    return region
