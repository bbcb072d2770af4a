"""A reader of the compacted topic that was away for longer than compaction waits: it finds the last word on a person.

Guards that the last word names every key by which the person was ever known, and stays until it has been acted upon.
"""

from datetime import date

import pytest

from services.enrolment.domain import participant as domain
from services.enrolment.domain.participant import Move, Register
from shared.clock import now
from shared.events.enrolment import ParticipantIdentified
from shared.vault import external_key
from tests.integration.engagement.said import (
    BADGE,
    HERE,
    KEY,
    THERE,
    enrolled,
    erased,
    identified,
    moved,
    recorded,
    schedule,
)
from tests.integration.engagement.world import World


def last_word() -> ParticipantIdentified:
    """Return what enrolment says of identifiers last: registered here, moved there, erased."""
    here, there = (external_key(KEY, organisation, BADGE, "canary-badge") for organisation in (HERE, THERE))
    state, _ = domain.register(Register(participant="p-0", organisation=HERE, keys=(here,)))
    state, _ = domain.move(state, Move(organisation=THERE, keys=(there,), moved_on=date(2024, 3, 5)), now())
    _, (_, word) = domain.erase(state)
    assert isinstance(word, ParticipantIdentified)
    return word


@pytest.mark.parametrize("is_first", [True, False])
async def test_an_erasure_reaches_records_under_keys_that_were_compacted_away(world: World, is_first: bool) -> None:
    """P11: of what was said of identifiers only the last word is left, and either topic may be read first."""
    await world.hears(schedule())
    await world.receives(recorded("r-1", "canary-badge"))
    if is_first:
        await world.hears(last_word())
    await world.hears(enrolled("p-0", version=3))
    await world.hears(moved("p-0", date(2024, 3, 5), version=4))
    await world.hears(erased("p-0"))
    if not is_first:
        await world.hears(last_word())
    (statement,) = await world.documents("statements")
    assert (statement["outcome"], statement["person"]) == ("closed", None)
    assert [kind for kind, _ in await world.told("p-0")] == ["erasure_confirmed"]


async def test_the_last_word_alone_makes_what_waits_unreadable(world: World) -> None:
    """P11: the erasure itself may be parked, or its reader stand still."""
    await world.hears(schedule())
    await world.receives(recorded("r-1", "canary-badge"))
    await world.hears(last_word())
    assert await world.queue() == []
    assert (await world.receives(recorded("r-2", "canary-badge"))).skipped
    assert await world.told("p-0") == []


async def test_a_badge_that_somebody_else_has_by_now_goes_on_meaning_them(world: World) -> None:
    """P11: the first trust handed the badge on; its next holder is not forgotten with the one before."""
    await world.hears(schedule())
    await world.hears(enrolled("p-1"))
    await world.hears(identified("p-1", names=["canary-badge"]))
    await world.receives(recorded("r-1", "canary-badge"))
    await world.hears(last_word())
    await world.hears(erased("p-0"))
    await world.receives(recorded("r-2", "canary-badge", minutes=200, after=1))
    assert await world.status("p-1") == ("attended", 200)
