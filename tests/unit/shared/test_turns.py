import asyncio

import pytest

from shared import turns as shared_turns
from shared.errors import UnavailableError
from shared.turns import Turns


async def test_whose_turn_does_not_come_is_asked_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """P10: behind a decision that hangs nobody stands for long."""
    monkeypatch.setattr(shared_turns, "TURN_SECONDS", 0.01)
    turns = Turns()
    async with turns.of("recap"):
        with pytest.raises(UnavailableError, match="try again"):
            async with turns.of("recap"):
                pytest.fail("two at once")
        async with turns.of("another"):
            pass
    async with turns.of("recap"):
        pass


async def test_who_came_first_is_first_and_what_nobody_asks_for_is_forgotten() -> None:
    turns, order = Turns(), list[int]()

    async def one(number: int) -> None:
        async with turns.of("a session"):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(one(number) for number in range(20)))
    assert order == list(range(20))
    assert len(turns._locks) == 0
