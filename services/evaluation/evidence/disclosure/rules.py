"""Disclosure rules, held as data: what is hidden, how the rest is rounded, and how weak a rule was measured to be.

Guards that a figure says the same of the same count under the same rule, and that what it says is known: `interval` is
exactly the set of counts that `figure` shows alike.
"""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.evaluation.evidence import standards
from services.evaluation.evidence.errors import EvidenceError

Margins = Literal["all", "grand_total", "none"]
"""Which totals stand beside a table's cells."""


class Hide(BaseModel):
    """The counts that are hidden, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: int = Field(alias="from", ge=0)
    high: int = Field(alias="to", ge=1)


class Measured(BaseModel):
    """Per cent over all 2 x 2 tables with cells 0 to 20 and all margins, the rule alone: the tests measure it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recovered: float
    narrowed: float
    refused: float


class Rule(BaseModel):
    """One rule. `k` is also the number of people by which a cell must move between releases, if it moves.

    `apart` says how far from the ends of its scale the mean of a small base is shown (`ends`); what was released before
    there was such a rule has 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    title: str
    source: str
    k: int = Field(ge=2)
    hide: Hide
    round: dict[Margins, int]
    totals_over_hidden: Literal["shown", "hidden"] = "shown"
    keeps: int = Field(ge=2)
    small_base: int = Field(ge=0)
    apart: int = Field(default=0, ge=0)
    measured: Measured

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.round) != {"all", "grand_total", "none"} or min(self.round.values()) < 1:
            raise ValueError("round needs all, grand_total and none, each 1 or more")
        if self.hide.low > 1 or self.hide.high < self.keeps - 1:
            raise ValueError("hide begins at 0 or 1 and holds at least as many values as are kept")
        return self


class Rules(BaseModel):
    """All rules and the version of their file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    rules: tuple[Rule, ...]


def rules() -> Rules:
    """Return every rule there is."""
    return standards.load("disclosure", Rules)


def rule(name: str) -> Rule:
    """Return a rule by its name; EvidenceError names those there are."""
    found = {known.rule: known for known in rules().rules}
    if name not in found:
        raise EvidenceError(f"no rule {name!r}; there are {', '.join(found)}", field="rule")
    return found[name]


@dataclass(frozen=True)
class Figure:
    """A published figure: a value, or hidden; hidden first and in consequence look alike; never 0, never blank."""

    value: float | None

    @property
    def suppressed(self) -> bool:
        """Say whether there is no value to be seen."""
        return self.value is None


HIDDEN = Figure(None)


def figure(count: int, by: Rule, margins: Margins) -> Figure:
    """Return what is published of a count of people."""
    if by.hide.low <= count <= by.hide.high:
        return HIDDEN
    step = by.round[margins]
    return Figure((count + step // 2) // step * step)


def interval(shown: Figure, by: Rule, margins: Margins) -> tuple[int, int]:
    """Return the least and the greatest count that is published as this figure; both ends included."""
    if shown.value is None:
        return by.hide.low, by.hide.high
    low = int(shown.value) - by.round[margins] // 2
    high = low + by.round[margins] - 1
    if by.hide.low > 0 and shown.value == 0:
        return 0, 0
    return max(low, by.hide.high + 1), high
