"""Replay: the projector against one process that only decodes the same topic.

Guards that a fast replay is also a right one: after every run the figures are compared with the workload's totals.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from tests.bench.figures import Figure
from tests.bench.workload import Size, Workload
from tests.bench.world import World, measured

_ROUNDS = 3
_LARGE = Size(records=1_000_000, people=100_000)
_SMALL = Size(records=100_000, people=10_000)


async def replay(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield one process and two against the yardstick; the best of three rounds each, side by side."""
    size = Size(records=round(300_000 * scale), people=round(20_000 * scale))
    workload = Workload(size)
    records = await world.prepare("replay.", workload)
    yardstick = raw = one = two = 0.0
    documents = 0.0
    for number in range(_ROUNDS):
        raw = max(raw, _speed(await measured(world.reader("raw", "replay.", records))))
        yardstick = max(yardstick, _speed(await measured(world.reader("yardstick", "replay.", records))))
        found = await _replayed(world, "replay.", records, f"one{number}", workload)
        one, documents = max(one, _speed(found)), found["documents"] / records
        two = max(two, await _two(world, records, f"two{number}", workload))
    bytes_each = workload.published_bytes / records
    yield Figure("reading without decoding", raw / yardstick, "x yardstick", f"{bytes_each:.0f} bytes a record")
    yield Figure("replay, one process", one / yardstick, "x yardstick", f"{records} records, exact", least=0.65)
    yield Figure("replay, two processes", two / yardstick, "x yardstick", "exact", least=1.2)
    yield Figure("documents written per replayed event", documents, "", "", most=0.05)


async def growth(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield the cost of an event with many people against few, and the memory of the process, over two passes."""
    costs = {}
    for name, size in (("small", _SMALL), ("large", _LARGE)):
        sized = Size(round(size.records * scale), round(size.people * scale))
        workload = Workload(sized)
        prefix = f"{name}."
        records = await world.prepare(prefix, workload)
        found = await _replayed(world, prefix, records, name, workload)
        costs[name] = found["seconds"] / records
    yield Figure("cost per event, many people against few", costs["large"] / costs["small"], "x", "", most=1.15)
    gate = world.folder / "second-pass"
    command = world.reader("replay", "large.", records, "--passes", "2", "--gate", str(gate), "--as", "passes")
    running = asyncio.create_task(measured(command))
    while not gate.exists() and not running.done():  # noqa: ASYNC110 - another process opens it
        await asyncio.sleep(0.1)
    await world.prepare("large.", Workload(sized))
    found = await running
    yield Figure("memory of a worker", found["memory_mb"], "MB", f"{sized.people} people", most=600)
    growth = found["memory_mb"] / found["memory_first_pass_mb"]
    yield Figure("memory after a second pass", growth, "x the first", "all duplicates", most=1.1)


async def _replayed(world: World, prefix: str, records: int, name: str, workload: Workload) -> dict[str, Any]:
    found = await measured(world.reader("replay", prefix, records, "--as", name))
    await world.check(name, workload.totals)
    return found


async def _two(world: World, records: int, name: str, workload: Workload) -> float:
    """Let two processes share the partitions, open the gate, and return records per second of both together."""
    gate = world.folder / f"gate-{name}"
    command = world.reader("replay", "replay.", records, "--as", name, "--members", "2", "--gate", str(gate))
    found = await asyncio.gather(measured(command), measured(command))
    await world.check(name, workload.totals)
    began, ended = min(one["began"] for one in found), max(one["ended"] for one in found)
    return records / (ended - began)


def _speed(found: dict[str, Any]) -> float:
    return float(found["records"] / found["seconds"])
