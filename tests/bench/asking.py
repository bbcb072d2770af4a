"""A query of evaluation, with few people and with many in the state.

Guards that reading a table costs what its cells cost, however many people stand behind them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from statistics import median

from services.evaluation.app import PROJECTIONS
from services.evaluation.queries.reads import Queries, Views, Wanted
from shared.events.ids import OrganisationId
from shared.mongo import Database
from shared.projector import View
from tests.bench.figures import Figure
from tests.bench.workload import Size, Workload
from tests.bench.world import World, measured

_QUERIES = 60


async def query(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield the time of a query with many people against few, and against a ping of the same database."""
    took, ping = {}, 0.0
    for name, people in (("few", round(10_000 * scale)), ("many", round(100_000 * scale))):
        workload = Workload(Size(3 * people, people))
        records = await world.prepare(f"{name}.", workload)
        await measured(world.reader("replay", f"{name}.", records, "--as", name))
        await world.check(name, workload.totals)
        database = Database(world.database.url, name)
        views = Views(View(database, PROJECTIONS["participation"]()), View(database, PROJECTIONS["projects"]()))
        queries = Queries(views, OrganisationId(workload.organisation(0)))
        took[name] = await _median(partial(queries.participation, Wanted()))
        ping = await _median(database.ping)
        await database.close()
    yield Figure("query, many people against few", took["many"] / took["few"], "x", "ten times the people", most=1.25)
    yield Figure("query, many people", took["many"] * 1e3, "ms", "one organisation's table", most=20)
    yield Figure("query against a ping of the database", took["many"] / ping, "x")


async def _median(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the median time of a question."""
    times = []
    for _ in range(_QUERIES):
        began = time.monotonic()
        await ask()
        times.append(time.monotonic() - began)
        await asyncio.sleep(0)
    return median(times)
