"""Plays a world against a running stack and weighs the answers.

Guards that a part of the platform that cannot stay up ends the play at once, with its own story, instead of a
timeout; and that a play in which nothing moves any more ends too, and says where it stood.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import httpx
from rich.console import Console

from deploy.local.region import deadletters, report
from deploy.local.region.clerks import Issue, Tokens
from deploy.local.region.errors import NotInTimeError
from deploy.local.region.office import Counts, Office
from deploy.local.region.player import Player
from deploy.local.region.progress import Bar
from deploy.local.region.publisher import Publisher
from deploy.local.region.world import World

Result = TypeVar("Result")
_LOOK_SECONDS = 1.0
STANDSTILL_SECONDS = 240.0
"""Longer than the patience of any single wait, each of which ends before and says more."""
Place = tuple[str, int, int]
_TIMEOUT = httpx.Timeout(60, connect=5)


class Address(Protocol):
    """What a broker is here: where it answers."""

    @property
    def url(self) -> str:
        """Its bootstrap address."""


class Platform(Protocol):
    """What is played against: the local stack, or anything like it."""

    @property
    def broker(self) -> Address:
        """The broker to which systems publish."""

    @property
    def origin(self) -> str:
        """The address under which all APIs answer."""

    @property
    def token_for(self) -> Issue:
        """How somebody signs in."""

    def check(self) -> None:
        """Raise when a part of the platform cannot stay up."""


async def play(platform: Platform, world: World, console: Console) -> report.Outcome:
    """Play the world and return what was compared at the end."""
    async with httpx.AsyncClient(base_url=platform.origin, timeout=_TIMEOUT, trust_env=False) as http:
        office = Office(http, Tokens(platform.token_for))
        with Bar(console, sum(1 for _ in world.acts())) as bar:
            playing = _play(platform, world, office, bar)
            outcome = await while_up(platform, playing, lambda: (bar.what, bar.done, office.counts.answers))
        console.print(_told(office.counts))
        return outcome


async def _play(platform: Platform, world: World, office: Office, bar: Bar) -> report.Outcome:
    async with Publisher(platform.broker.url) as publisher:
        truth = await Player(world, office, publisher, bar).play()
        bar.doing("waiting for evaluation to catch up")
        sides = await report.caught_up(office, world, truth)
    bar.doing("reading the dead letters")
    expected = deadletters.expected(world.acts())
    found = await deadletters.found(platform.broker.url, expected.total())
    return report.weigh(sides, found, expected)


async def while_up(
    platform: Platform, playing: Awaitable[Result], place: Callable[[], Place], patience: float = STANDSTILL_SECONDS
) -> Result:
    """Wait for the play, looking after the platform meanwhile.

    Raises NotInTimeError when its place (what is done, how much has been, how many answers came) stays for the time
    of patience: some wait has no end of its own.
    """
    task = asyncio.ensure_future(playing)
    stood_at, since = place(), time.monotonic()
    try:
        while not task.done():
            await asyncio.wait([task], timeout=min(patience, _LOOK_SECONDS))
            platform.check()
            if place() != stood_at:
                stood_at, since = place(), time.monotonic()
            elif time.monotonic() - since > patience:
                raise NotInTimeError(f"nothing has moved for {patience:.0f} s: {', '.join(map(str, stood_at))}")
    finally:
        task.cancel()
    return await task


def _told(counts: Counts) -> str:
    return (
        f"{counts.commands} commands over HTTP; asked again: {counts.busy} times because a service was busy, "
        f"{counts.not_yet} because it had not heard yet, {counts.unreachable} because it did not answer"
    )
