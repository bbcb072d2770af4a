"""A play in which nothing moves any more ends by itself and says where it stood."""

import asyncio
from itertools import count
from typing import Any

import pytest

from deploy.local.region.errors import NotInTimeError
from deploy.local.region.play import while_up
from shared.testing.processes import PartError


class Up:
    """A platform on which everything is fine, until it is not."""

    broker: Any = None
    origin = ""
    token_for: Any = None

    def __init__(self, looks: int = 1_000_000) -> None:
        self._looks = looks

    def check(self) -> None:
        self._looks -= 1
        if not self._looks:
            raise PartError("engagement worker ended 5 times")


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def test_a_play_that_stands_still_ends_and_says_where_it_stood() -> None:
    with pytest.raises(NotInTimeError, match=r"nothing has moved for 0 s: May 2024: sessions, 7, 9"):
        await while_up(Up(), _for_ever(), lambda: ("May 2024: sessions", 7, 9), patience=0.05)


async def test_a_play_that_moves_is_not_ended() -> None:
    """However slow: each look finds it one step further."""
    over, steps = asyncio.Event(), count()

    def place() -> tuple[str, int, int]:
        done = next(steps)
        if done > 20:
            over.set()
        return "May 2024", done, 0

    async def playing() -> str:
        await over.wait()
        return "played"

    assert await while_up(Up(), playing(), place, patience=0.02) == "played"


async def test_a_part_that_cannot_stay_up_ends_the_play_with_its_own_story() -> None:
    with pytest.raises(PartError, match="ended 5 times"):
        await while_up(Up(looks=1), _for_ever(), lambda: ("", 0, 0), patience=0.05)
