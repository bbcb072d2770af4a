"""A lottery as it is declared: its draw, and where in the stream that is recorded.

Guards that what no seed could draw, or no file of cells could name, is refused with its field when it is read, and not
when a claim is made of it.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from services.evaluation.evidence.design import check_names, check_starts, order
from services.evaluation.evidence.errors import EvidenceError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST = 2000


def _day(value: object) -> object:
    """A day as JSON writes one; a number is none, though it could be read as days since 1970."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except ValueError:
            value = None
    if type(value) is not date or value.year < _EARLIEST:
        raise ValueError(f"must be a day of the calendar since {_EARLIEST}, such as 2024-05-02")
    return value


def said(check: Callable[[tuple[Any, ...]], None], given: tuple[Any, ...]) -> None:
    """Say what is wrong with a draw of its field, and thereby of its file."""
    try:
        check(given)
    except EvidenceError as error:
        raise ValueError(error.what) from None


Start = Annotated[int, Field(ge=0, le=60)]
Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    """What is declared is as it was written: no field more, nothing turned into another kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Place(Strict):
    """Where in the stream something is recorded, so that anybody can look it up and see when it was."""

    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,120}$")
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)

    def __str__(self) -> str:
        """Return it as one word, as claims carry it."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class Lottery(Strict):
    """A draw, as `design` made it: its seed, what was dealt out, and each organisation's wave (1-based) or 0."""

    recorded: Day
    seed: int
    dealt: tuple[Start, ...] = Field(default=(), max_length=60)
    """The waves that were dealt out in turn, rising and 0 last, such as 4, 0: `--starts` of the design."""
    starts: dict[Name, Start] = Field(min_length=2)
    recorded_at: Place | None = None
    """Where the draw is recorded; without it nobody can check that it was made before the outcomes."""

    @field_validator("dealt")
    @classmethod
    def _can_be_dealt(cls, dealt: tuple[int, ...]) -> tuple[int, ...]:
        if dealt:
            said(check_starts, dealt)
        return dealt

    @field_validator("starts")
    @classmethod
    def _well_named(cls, starts: dict[str, int]) -> dict[str, int]:
        said(check_names, tuple(starts))
        return starts

    def is_what_the_seed_draws(self) -> bool:
        """Return whether the seed, dealt to these organisations, gives these starts."""
        return order(tuple(self.starts), self.dealt, self.seed).starts == self.starts
