"""Whose turn it is to decide about places: many at once are all answered."""

import asyncio
from collections import Counter

import pytest

from tests.integration.recap_tracker.world import World, wish


async def test_thirty_who_ask_at_once_are_all_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """REC-2"""
    monkeypatch.setattr("shared.turns.TURN_SECONDS", 300.0)  # a busy machine is slow, not wrong
    await world.schedule(places=20)
    leads = [f"person-{number}" for number in range(30)]
    await world.enrol(*leads)
    async with world.client() as client:
        answers = await asyncio.gather(*(client.post("/projects", json=wish(lead)) for lead in leads))
    assert Counter((answer.status_code, answer.json()["status"]) for answer in answers) == {
        (201, "active"): 20,
        (201, "queued"): 10,
    }
