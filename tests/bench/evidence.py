"""The evidence engine's work for a region of 20,000 people and 8 waves; it needs no part at all.

Guards what a claim costs: folding within one second of a processor, estimating within half of one, and rows that grow
with cells, not with people. Printed as parts of what is allowed and as counts; processor time, so that a busy machine
does not change them much.
"""

from collections.abc import AsyncIterator, Callable
from time import process_time
from typing import TypeVar

import numpy as np

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.estimate import estimate
from services.evaluation.evidence.panel import Moments, means
from services.evaluation.evidence.simulation import Region, region
from tests.bench.figures import Figure
from tests.bench.world import World

PEOPLE, WAVES = 20_000, 8
FOLD_WITHIN, ESTIMATE_WITHIN = 1.0, 0.5
"""Seconds of a processor."""
_TIMES = 3
_T = TypeVar("_T")


async def evidence(_: World, scale: float) -> AsyncIterator[Figure]:
    """Yield what folding and estimating take of what they may, and how many rows the library is given."""
    people = round(PEOPLE * scale)
    truth = Region(
        effect=0.4, trend=0.2, organisations=40, people=people // 40, waves=WAVES, starts=(4, 6), dropout=0.1
    )
    answered, folding = _best(lambda: region(truth))
    found, estimating = _best(lambda: estimate(answered))
    lines = len(means(Moments.of(cell) for cell in answered.cells))
    rows = sum(cell.n * len(cell.pattern) for cell in answered.cells)
    for figure in (
        Figure("fold", folding / FOLD_WITHIN, "of what it may take", f"{people} people made up and folded", most=1.0),
        Figure("estimate", estimating / ESTIMATE_WITHIN, "of what it may take", _told(answered), most=1.0),
        Figure("rows for the library", lines / rows, "of the answers", f"{lines} instead of {rows}", most=0.1),
        Figure("intervals under bends", len(found.sensitivity), "", "all of them: none held 0", least=3),
        Figure("error", 0 if found.error is None else np.sign(found.error), "", "there is one", least=1),
    ):
        yield figure


def _told(answered: CellTable) -> str:
    return f"{len(answered.cells)} cells, with event study, pre-test, sensitivity and bootstrap"


def _best(work: Callable[[], _T]) -> tuple[_T, float]:
    """Return the result and the least time of a few runs: the first loads libraries."""
    times = []
    for _ in range(_TIMES):
        start = process_time()
        result = work()
        times.append(process_time() - start)
    return result, min(times)
