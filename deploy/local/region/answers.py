"""What the evaluation service answers, asked of every organisation by its own evaluator.

Guards that the answers are taken as they come: absent rows are noughts, and nothing is summed before it is
compared.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from deploy.local.region.clerks import clerk
from deploy.local.region.office import Office, Request
from deploy.local.region.truth import Cell, Figures

PARTICIPATION_PATH = "/evaluation/v1/participation"
PROJECTS_PATH = "/evaluation/v1/projects"


async def answered(office: Office, path: str, organisations: Iterable[str]) -> Figures:
    """Return the figures of all organisations as evaluation tells them now."""
    figures = Figures()
    requests = [Request(clerk("evaluator", organisation), "GET", path) for organisation in organisations]
    for answer in await asyncio.gather(*(office.ask(request) for request in requests)):
        for row in answer["rows"]:
            cell = Cell(row["programme"], row["cohort"], answer["organisation"], row.get("group"))
            _take(figures, cell, row["figures"])
    return figures


def _take(figures: Figures, cell: Cell, told: dict[str, Any]) -> None:
    for name, value in told.items():
        figures.add(cell, name, value)
