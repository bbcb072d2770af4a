"""A query of evaluation, with few people and with many in the state.

Guards that reading a table costs what its cells cost, however many people stand behind them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
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
Question = Callable[[], Awaitable[object]]


async def query(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield the time of a query with many people against few, and against a ping of the same database."""
    async with AsyncExitStack() as stack:
        databases = {}
        for name, people in (("few", round(10_000 * scale)), ("many", round(100_000 * scale))):
            workload = Workload(Size(3 * people, people))
            records = await world.prepare(f"{name}.", workload)
            await measured(world.reader("replay", f"{name}.", records, "--as", name))
            await world.check(name, workload.totals)
            databases[name] = Database(world.database.url, name)
            stack.push_async_callback(databases[name].close)
        asked: dict[str, Question] = {name: _table(database) for name, database in databases.items()}
        took = await _medians({**asked, "ping": databases["many"].ping})
    yield Figure("query, many people against few", took["many"] / took["few"], "x", "ten times the people", most=1.25)
    yield Figure("query, many people", took["many"] * 1e3, "ms", "one organisation's table", most=20)
    yield Figure("query against a ping of the database", took["many"] / took["ping"], "x")


def _table(database: Database) -> Question:
    """Return the question for the table of the workload's first organisation."""
    views = Views(View(database, PROJECTIONS["participation"]()), View(database, PROJECTIONS["projects"]()))
    queries = Queries(views, OrganisationId(Workload(Size(1, 1)).organisation(0)))
    return partial(queries.participation, Wanted())


async def _medians(questions: Mapping[str, Question]) -> dict[str, float]:
    """Return the median time of each question, asked in turns: whatever slows the machine slows all of them."""
    times: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(_QUERIES):
        for name, ask in questions.items():
            began = time.monotonic()
            await ask()
            times[name].append(time.monotonic() - began)
            await asyncio.sleep(0)
    return {name: median(taken) for name, taken in times.items()}
