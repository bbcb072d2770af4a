"""What is known of a record already is not replaced by what comes later."""

import pytest

from shared import inbox
from shared.bus.marks import skipped, write_evidence
from shared.clock import now
from shared.inbox import Mark
from shared.outbox import Because, Change
from tests.integration.bus.world import World

pytestmark = pytest.mark.delivery


async def test_evidence_of_a_skip_does_not_replace_the_mark_of_what_took_effect(world: World) -> None:
    """P3: the partition may have a new owner by then, which applied the record."""
    applied = Mark("attendance|1", "d")
    await world.door.save([Change("things", "1", {}, 0)], Because("c", None, "R0A", "attendance", applied))
    late = [Mark("attendance|1", "d"), Mark("attendance|2", "d")]
    await write_evidence(world.database, [skipped(mark, now()) for mark in late])

    stored = {mark["_id"]: mark async for mark in world.database.collection(inbox.COLLECTION).find({})}
    assert stored[applied.id]["token"] == applied.token
    assert "outcome" not in stored[applied.id]
    assert (stored["attendance|2"]["token"], stored["attendance|2"]["outcome"]) == (late[1].token, "skipped")
