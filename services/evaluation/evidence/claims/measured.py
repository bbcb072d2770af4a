"""How one outcome is measured, as it is declared: the scale of its scores, their unit, and which end is better.

Guards that the same answers cannot be scored in many ways until one of them suits without its being seen, and that a
declaration names no unit which its scale cannot have.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.claims.lottery import Strict
from services.evaluation.evidence.claims.registry import unit_on
from services.evaluation.evidence.errors import EvidenceError


class Measured(Strict):
    """What a file of cells says of its outcome beside the name, written as it is there."""

    scale: tuple[int, int]
    """The lowest and the highest score: `low` and `high` of the cells."""
    unit: str = Field(default="points", min_length=1, max_length=60)
    better: Literal["higher", "lower"] = "higher"

    @classmethod
    def of(cls, outcome: Outcome) -> "Measured":
        """Return how an outcome of cells is measured."""
        return cls(scale=(outcome.low, outcome.high), unit=outcome.unit, better=outcome.better)

    def is_that_of(self, outcome: Outcome) -> bool:
        """Return whether an outcome of cells is measured in this way."""
        return (self.scale, self.unit, self.better) == ((outcome.low, outcome.high), outcome.unit, outcome.better)

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        low, high = self.scale
        if low >= high:
            raise ValueError("the first number of a scale, the lowest score, must be below the second")
        try:
            unit_on(self.unit, low, high)
        except EvidenceError as error:
            raise ValueError(error.what) from None
        return self
