"""Runs the parts of one process: start them as their needs are met, watch them, stop them in the right order.

Guards the stopping order (readiness off, HTTP drains, consumers, relay, database), that it takes 25 seconds at most,
and that a part which ends by itself ends the process, so that the supervisor starts a whole one.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence

from shared.errors import BacklogFullError, UnavailableError
from shared.logs import logger
from shared.mongo import translate
from shared.service.parts import Runnable
from shared.web.health import Health

STOP_SECONDS = 25.0
FAILED = 1
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0


class Runner:
    """The parts of one process; `front` is the HTTP server that stands before them."""

    def __init__(  # noqa: PLR0913 - each part is named once, by its only caller
        self,
        *,
        health: Health,
        front: Runnable,
        prepare: Callable[[], Awaitable[None]],
        workers: Sequence[Runnable] = (),
        relays: Sequence[Runnable] = (),
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._health = health
        self._front = front
        self._prepare = prepare
        self._workers = list(workers)
        self._relays = list(relays)
        self._close = close
        self._started: list[Runnable] = []

    async def run(self, stop: asyncio.Event) -> int:
        """Run until `stop` is set or a part ends; return the exit code."""
        self._health.starting = True
        asked = asyncio.create_task(stop.wait(), name="stop")
        running = asyncio.create_task(self._start_and_watch(), name="parts")
        try:
            await asyncio.wait({asked, running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            code = 0 if stop.is_set() else FAILED
            await _cancel(asked)
            self._say_why(running)
            await _cancel(running)
            await self._stop()
        return code

    async def _start_and_watch(self) -> None:
        """Start everything, then wait until something ends."""
        await self._begin(self._front)
        await self._make_ready()
        for part in [*self._relays, *self._workers]:
            if part not in self._started:
                await self._begin(part)
        self._health.starting = False
        logger().info("started")
        watched = {asyncio.create_task(part.wait()): part for part in self._started}
        try:
            done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                logger().error("a part ended by itself", reason=type(watched[task]).__name__)
                task.result()
        finally:
            for task in watched:
                await _cancel(task)

    async def _make_ready(self) -> None:
        """Prepare as often as it takes. What waits for room in the outbox must not keep the relay from making it."""
        try:
            await until_there(self._prepare, "prepare", unless=BacklogFullError)
        except BacklogFullError:
            for relay in self._relays:
                await self._begin(relay)
            await until_there(self._prepare, "prepare")

    async def _begin(self, part: Runnable) -> None:
        """Start one part, as often as it takes; its readiness counts from now on."""
        name = type(part).__name__
        if part is not self._front:
            self._health.checks[f"{name} {len(self._started)}"] = _readiness(part)
        self._started.append(part)
        await until_there(part.start, name)

    def _say_why(self, running: asyncio.Task[None]) -> None:
        if running.done() and not running.cancelled() and running.exception() is not None:
            logger().error("the process ends", exc_info=running.exception())

    async def _stop(self) -> None:
        """Stop in order; whatever does not fit into the time is left to the next start, as after a kill."""
        self._health.draining = True
        deadline = time.monotonic() + STOP_SECONDS
        workers = [part for part in self._workers if part in self._started]
        relays = [part for part in self._relays if part in self._started]
        front = [self._front] if self._front in self._started else []
        for floor in (front, workers, relays):
            await _within(deadline, [part.stop() for part in floor])
        await _within(deadline, [self._close()])
        logger().info("stopped")


async def until_there(
    attempt: Callable[[], Awaitable[None]], what: str, *, unless: type[Exception] | tuple[()] = ()
) -> None:
    """Try until the part that is needed is there, with growing pauses; other errors pass, and `unless` does."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await attempt()
        except unless:
            raise
        except Exception as error:
            away = error if isinstance(error, UnavailableError) else translate(error)
            if away is None:
                raise
            logger().warning("waiting for a part that is away", reason=what, error=type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads restarts, no secret
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return


def _readiness(part: Runnable) -> Callable[[], Awaitable[str | None]]:
    async def check() -> str | None:
        return part.ready()

    return check


async def _within(deadline: float, stops: Sequence[Awaitable[None]]) -> None:
    """Run stops side by side until the deadline; log what failed or did not finish."""
    tasks = [asyncio.ensure_future(stop) for stop in stops]
    if not tasks:
        return
    done, late = await asyncio.wait(tasks, timeout=max(0.0, deadline - time.monotonic()))
    for task in late:
        logger().warning("stopping took too long and was given up")
        task.cancel()
    for task in done:
        if not task.cancelled() and task.exception() is not None:
            logger().warning("stopping went wrong", exc_info=task.exception())


async def _cancel(task: asyncio.Task[object] | asyncio.Task[None] | asyncio.Task[bool]) -> None:
    """Cancel a task and wait for it, whatever it ends with."""
    task.cancel()
    await asyncio.wait({task})
