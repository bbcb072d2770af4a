"""Starting, watching and stopping the parts of a process (docs/operations.md)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import BacklogFullError, UnavailableError
from shared.service import Runner
from shared.web.health import Health


class Part:
    """A part that tells a shared diary what happens to it."""

    def __init__(self, name: str, diary: list[str], *, absent: int = 0) -> None:
        self.name = name
        self.diary = diary
        self.absent = absent
        self.missing: str | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.running = asyncio.Event()
        self.hang_on_stop = False

    async def start(self) -> None:
        if self.absent:
            self.absent -= 1
            raise UnavailableError(f"{self.name} is away")
        self.diary.append(f"start {self.name}")
        self.running.set()

    async def stop(self) -> None:
        self.diary.append(f"stop {self.name}")
        if self.hang_on_stop:
            await asyncio.Event().wait()

    def ready(self) -> str | None:
        return self.missing

    async def wait(self) -> None:
        await asyncio.shield(self.ended)


class World:
    """A process of a front, a worker and a relay."""

    def __init__(self) -> None:
        self.diary: list[str] = []
        self.health = Health()
        self.front, self.worker, self.relay = (Part(name, self.diary) for name in ("front", "worker", "relay"))
        self.stop = asyncio.Event()
        self.draining_when_front_stopped = False
        self.prepare: Callable[[], Any] = self._prepare
        stop_front = self.front.stop

        async def noticing() -> None:
            self.draining_when_front_stopped = self.health.draining
            await stop_front()

        self.front.stop = noticing

    async def _prepare(self) -> None:
        self.diary.append("prepare")

    async def _close(self) -> None:
        self.diary.append("close database")

    def run(self) -> "asyncio.Task[int]":
        runner = Runner(
            health=self.health,
            front=self.front,
            prepare=self.prepare,
            workers=[self.worker],
            relays=[self.relay],
            close=self._close,
        )
        return asyncio.create_task(runner.run(self.stop))


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("shared.service.runner._FIRST_PAUSE", 0.001)
    return World()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - one turn of the loop at a time, no clock
            await asyncio.sleep(0)


async def test_parts_start_and_stop_in_the_order_that_loses_least(world: World) -> None:
    process = world.run()
    await until(lambda: not world.health.starting and world.worker.running.is_set())
    world.stop.set()

    assert await process == 0
    assert world.diary == [
        "start front",
        "prepare",
        "start relay",
        "start worker",
        "stop front",
        "stop worker",
        "stop relay",
        "close database",
    ]
    assert world.draining_when_front_stopped


async def test_a_part_that_is_away_is_waited_for(world: World) -> None:
    world.worker.absent = 3
    process = world.run()
    await world.worker.running.wait()
    world.stop.set()

    assert await process == 0
    assert world.diary.count("start worker") == 1


async def test_preparation_waits_for_the_database_while_the_process_lives_but_is_not_ready(world: World) -> None:
    there = asyncio.Event()
    asked = 0

    async def prepare() -> None:
        nonlocal asked
        asked += 1
        if not there.is_set():
            raise UnavailableError("the database is away")

    world.prepare = prepare
    process = world.run()
    await until(lambda: asked > 1)
    missing = await world.health.missing()
    there.set()
    await until(lambda: not world.health.starting)

    assert missing == ["the process is starting"]
    assert await world.health.missing() == []
    world.stop.set()
    assert await process == 0


async def test_preparation_that_waits_for_room_in_the_outbox_lets_the_relay_make_it(world: World) -> None:
    async def prepare() -> None:
        if not world.relay.running.is_set():
            raise BacklogFullError("too many events wait to be sent")
        world.diary.append("prepare")

    world.prepare = prepare
    process = world.run()
    await world.worker.running.wait()
    world.stop.set()

    assert await process == 0
    assert world.diary[:4] == ["start front", "start relay", "prepare", "start worker"]


async def test_a_process_that_waits_for_a_part_can_be_stopped(world: World) -> None:
    world.worker.absent = 1_000_000
    process = world.run()
    await world.relay.running.wait()
    world.stop.set()

    assert await process == 0
    assert world.diary[-1] == "close database"


@pytest.mark.parametrize("part", ["front", "worker", "relay"])
@pytest.mark.parametrize("raising", [True, False])
async def test_a_part_that_ends_by_itself_ends_the_process(world: World, part: str, raising: bool) -> None:
    process = world.run()
    await until(lambda: not world.health.starting and world.worker.running.is_set())
    ended: asyncio.Future[None] = getattr(world, part).ended
    if raising:
        ended.set_exception(RuntimeError("gone"))
    else:
        ended.set_result(None)

    assert await process == 1
    assert world.diary[-4:] == ["stop front", "stop worker", "stop relay", "close database"]


async def test_a_bug_in_preparation_ends_the_process(world: World) -> None:
    async def broken() -> None:
        raise RuntimeError("bug")

    world.prepare = broken

    assert await world.run() == 1
    assert world.diary == ["start front", "stop front", "close database"]


async def test_readiness_names_the_part_that_is_not_ready(world: World) -> None:
    world.worker.missing = "partition 3 is being read"
    process = world.run()
    await until(lambda: not world.health.starting and world.worker.running.is_set())

    assert [line.split(": ")[1] for line in await world.health.missing()] == ["partition 3 is being read"]
    world.stop.set()
    await process


async def test_a_part_that_does_not_stop_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.runner.STOP_SECONDS", 0.05)
    process = world.run()
    await until(lambda: not world.health.starting and world.worker.running.is_set())
    world.worker.hang_on_stop = True
    world.stop.set()

    async with asyncio.timeout(5):
        assert await process == 0
    assert world.diary[-2:] == ["stop relay", "close database"]
