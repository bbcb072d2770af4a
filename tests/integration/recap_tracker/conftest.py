"""What every test of the tracker starts from."""

import pytest

from shared.mongo import Database
from tests.integration.recap_tracker.world import World


@pytest.fixture
async def world(database: Database) -> World:
    """A region that nothing was said about yet."""
    region = World(database)
    await region.tracker.prepare()
    return region
