"""Every test here gets a world, a bus over real servers; or a feed, one reaction fed by hand."""

import pytest

from shared import inbox
from shared.mongo import Database
from tests.integration.bus.feeding import Feed
from tests.integration.bus.world import world

__all__ = ["feed", "world"]


@pytest.fixture
async def feed(database: Database) -> Feed:
    """A reaction over a real database, with a client of the test's."""
    await database.ensure_indexes(inbox.INDEXES)
    return Feed(database)
