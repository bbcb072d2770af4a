"""The names of the figures and the cells they are counted in. Pure.

Guards that a figure of nought and a figure nobody mentions are the same.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

PARTICIPATION = (
    "enrolled",
    "withdrawn",
    "attended_at_least_once",
    "sessions_attended",
    "sessions_missed",
    "contact_minutes",
    "commitment_met",
    "commitment_can_still",
    "commitment_can_no_longer",
    "journals_submitted",
)
PROJECTS = (
    "active",
    "queued",
    "completed",
    "withdrawn",
    "milestones_planned",
    "milestones_reached",
    "days_ahead_total",
)


class Cell(NamedTuple):
    """Where a figure is counted; group None for projects, which have none."""

    programme: str
    cohort: str
    organisation: str
    group: str | None


class Figures:
    """Counts per cell; what was never counted is nought."""

    def __init__(self) -> None:
        self._cells: dict[Cell, Counter[str]] = {}

    def add(self, cell: Cell, figure: str, amount: int = 1) -> None:
        """Count something in a cell."""
        self._cells.setdefault(cell, Counter())[figure] += amount

    def get(self, cell: Cell, figure: str) -> int:
        """Return a figure."""
        return self._cells.get(cell, Counter())[figure]

    def cells(self) -> Iterable[Cell]:
        """Return the cells in which anything was counted."""
        return self._cells.keys()
