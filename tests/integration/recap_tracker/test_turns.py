"""Whose turn it is to decide about places: many at once are all answered, and nobody waits for ever."""

import asyncio
from collections import Counter

import pytest

from services.recap_tracker import store
from services.recap_tracker.store import Turns
from shared.errors import UnavailableError
from shared.events.ids import ProgrammeId
from tests.integration.recap_tracker.world import World, wish

RECAP = ProgrammeId("recap")


async def test_thirty_who_ask_at_once_are_all_answered(world: World) -> None:
    """REC-2"""
    await world.schedule(places=20)
    leads = [f"person-{number}" for number in range(30)]
    await world.enrol(*leads)
    async with world.client() as client:
        answers = await asyncio.gather(*(client.post("/projects", json=wish(lead)) for lead in leads))
    assert Counter((answer.status_code, answer.json()["status"]) for answer in answers) == {
        (201, "active"): 20,
        (201, "queued"): 10,
    }


async def test_whose_turn_does_not_come_is_asked_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """P10: behind a decision that hangs nobody stands for long"""
    monkeypatch.setattr(store, "TURN_SECONDS", 0.01)
    turns = Turns()
    async with turns.of(RECAP):
        with pytest.raises(UnavailableError, match="try again"):
            async with turns.of(RECAP):
                pytest.fail("two at once")
        async with turns.of(ProgrammeId("another")):
            pass
    async with turns.of(RECAP):
        pass
