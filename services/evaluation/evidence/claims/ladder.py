"""The ladder as data: what each level asks, says, assumes and may not say.

Guards that every sentence uses known figures only and passes the words of its own level before anybody fills it in.
"""

from functools import cache
from string import Formatter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.evaluation.evidence import standards
from services.evaluation.evidence.claims.words import found

Level = Literal[0, 1, 2, 3, 4]
Share = Annotated[float, Field(gt=0, lt=1)]
Deviations = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""Standard deviations between people."""
Times = Annotated[float, Field(ge=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
TOP = 4
_FIGURES = {"outcome", "unit", "observed", "comparison", "difference", "low", "high", "detectable", "change"}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rung(_Strict):
    """One level; `maryland` is the scale's value (Sherman and others 1997), 0 for none."""

    level: int
    strength: str
    maryland: int
    asks: str
    detected: str
    undetected: str
    described: str
    assumptions: tuple[str, ...]
    may_not: tuple[str, ...]

    @field_validator("detected", "undetected", "described")
    @classmethod
    def _known_figures(cls, template: str) -> str:
        return _checked(template)

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all that this level may say, figures still open."""
        return (self.strength, self.detected, self.undetected, self.described, *self.assumptions)


class Step(_Strict):
    """From how many people on a mean is shown with so many decimals."""

    people: Count
    decimals: int


class Ladder(_Strict):
    """All levels with their numbers; `may_not(level)` is what a text of that level must not contain."""

    version: str
    fewest_people: Count
    fewest_organisations: Count
    fewest_in_organisation: Count
    fewest_apart: Count
    dominant_share: Share
    own_share: Share
    fewest_pre_periods: Count
    fewest_returns: Count
    pre_test_alpha: Share
    asked_at_least: Share
    begin_as_one: Share
    elsewhere_at_most: Share
    apart_at_most: Deviations
    room_at_least: Deviations
    spread_at_most: Times
    spread_unseen: Times
    ends_within: Share
    significance: Share
    balanced_within: Share
    left_at_most: Share
    decimals: tuple[Step, ...]
    levels: tuple[Rung, ...]
    limits: dict[str, str]
    people_alone: str
    several: str
    left_out: str
    early: str
    enlarged: str
    internal: str
    dose: dict[Literal["more", "less", "none"], str]
    shift: dict[Literal["conventional", "retrospective", "yardstick", "kept_back"], str]
    verdicts: tuple[str, ...]

    @model_validator(mode="after")
    def _says_nothing_barred(self) -> "Ladder":
        if [rung.level for rung in self.levels] != list(range(TOP + 1)):
            raise ValueError("levels are 0 to 4, in order")
        for rung in self.levels:
            for text in rung.texts:
                _unsaid(text, self.may_not(rung.level))
        for text in (
            *self.dose.values(),
            *map(_checked, self.shift.values()),
            *self.limits.values(),
            self.people_alone,
            self.several,
            self.left_out,
            self.early,
            self.enlarged,
            self.internal,
        ):
            _unsaid(text, self.may_not(1))
        return self

    def may_not(self, level: int) -> tuple[str, ...]:
        """Return the words barred at a level: its own and those of every level above."""
        return tuple(words for rung in self.levels if rung.level >= level for words in rung.may_not)

    def shown_decimals(self, people: int) -> int:
        """Return how many decimals a mean of so many people is shown with."""
        return max((step.decimals for step in self.decimals if people >= step.people), default=0)


@cache
def ladder() -> Ladder:
    """Return the ladder that ships with the package; EvidenceError names file, line and field when it is wrong."""
    return standards.load("ladder", Ladder)


def _checked(template: str) -> str:
    unknown = {name for _, name, *_ in Formatter().parse(template) if name is not None} - _FIGURES
    if unknown:
        raise ValueError(f"no such figure: {', '.join(sorted(unknown))}")
    return template


def _unsaid(text: str, barred: tuple[str, ...]) -> None:
    if said := found(text, barred):
        raise ValueError(f"{text!r} says {said[0]!r}, which its level may not say")
