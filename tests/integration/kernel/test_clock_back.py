"""The database's own clock is put back, or another server with an earlier one becomes the primary."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared import inbox, leases, outbox
from shared.leases import Leases
from shared.mongo import Database


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Database]:
    await database.ensure_indexes({**outbox.INDEXES, **inbox.INDEXES, leases.COLLECTION: []})
    return database


async def test_no_lease_outlasts_those_that_are_granted_now(store: Database) -> None:
    """P1: a relay died, and then the clock went back by an hour: what it held is not kept for an hour."""
    killed, second = Leases(store), Leases(store)
    await killed.hold()
    kept = store.collection(leases.COLLECTION)
    before = [{"$set": {"until": {"$add": ["$until", 3_600_000]}}}]
    await kept.update_many({"owner": killed.owner}, before)
    assert await second.hold() == []
    relay = await kept.find_one({"owner": second.owner, "shard": -1})
    assert relay is not None
    ends = {lease["until"] - relay["until"] for lease in await kept.find({"owner": killed.owner}).to_list(None)}
    assert timedelta(0) <= min(ends)
    assert max(ends) < timedelta(seconds=leases.LEASE_MS / 1000)
