"""A reader of the compacted topic that was away for longer than compaction waits."""

from datetime import date

import pytest

from tests.integration.engagement.said import THERE, enrolled, erased, identified, moved, recorded, schedule
from tests.integration.engagement.world import World


@pytest.mark.xfail(strict=True, reason="nobody says by which keys an erased person was known before")
async def test_an_erasure_reaches_records_under_keys_that_were_compacted_away(world: World) -> None:
    """P11: registered here, moved there, erased; of the identifiers only the last word and the tombstone are left."""
    await world.hears(schedule())
    await world.receives(recorded("r-1", "canary-badge"))
    # identified("p-0", HERE, 1, ["canary-badge"]) was compacted away before engagement came back
    await world.hears(identified("p-0", organisation=THERE, version=4, names=["canary-badge"]))
    await world.hears(enrolled("p-0", version=3))
    await world.hears(moved("p-0", date(2024, 3, 5), version=4))
    await world.hears(erased("p-0"))
    await world.tombstone("p-0")
    (statement,) = await world.documents("statements")
    assert statement["outcome"] == "closed"
