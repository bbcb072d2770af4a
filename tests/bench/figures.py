"""One figure of the benchmark: what was measured, against what, and what it should reach.

Guards that a figure that misses its aim says so in the table, in the file and in the exit status.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A ratio or a count; `least` or `most` is what it has to reach."""

    name: str
    value: float
    unit: str
    note: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the aim was reached; None without one."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def as_row(self) -> list[str]:
        """Return the figure as texts for a table."""
        aim = "" if self.least is None else f">= {self.least:g}"
        aim = aim if self.most is None else f"<= {self.most:g}"
        told = {True: "reached", False: "MISSED", None: ""}[self.reached]
        return [self.name, f"{self.value:.3g} {self.unit}".strip(), aim, told, self.note]

    def as_json(self) -> dict[str, Any]:
        """Return the figure for the file."""
        return {**asdict(self), "reached": self.reached}


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    rows = [["figure", "measured", "aim", "", "note"], *(figure.as_row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
