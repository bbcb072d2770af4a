"""The indicators of a workforce race equality standard, as data: kind, direction, denominator rule.

Guards that directions are read from the standard and never remembered: in one standard above 1 is adverse for
appointment, in another below.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.evaluation.evidence import standards

Kind = Literal["representation", "likelihood", "percentages", "board"]
Side = Literal["above", "below"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(_Model):
    """One indicator. `numerator` belongs to likelihoods; `unknown` says whether unknown ethnicity is in the base."""

    indicator: str
    kind: Kind
    title: str
    adverse: Side
    unknown: Literal["in", "out"]
    numerator: Literal["white", "bme"] | None = None
    bands: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    """Of a representation: all there are, in order, each in its spellings; none where the standard names none."""
    among: Literal["workforce", "staff"] | None = None
    """Whose the base is: the whole workforce, or staff of it (who answered, who is registered); None for others."""

    @model_validator(mode="after")
    def _directed(self) -> Self:
        if (self.kind == "likelihood") != (self.numerator is not None):
            raise ValueError("a likelihood names its numerator group, nothing else does")
        if (self.unknown == "in") != (self.kind in ("representation", "board")):
            raise ValueError("shares of a workforce count unknown ethnicity in their base, nothing else does")
        if self.among is not None and self.kind in ("representation", "board"):
            raise ValueError(
                "the base of a share is its own groups together; `among` is of likelihoods and percentages"
            )
        return self


class Flag(_Model):
    """A ratio outside these is flagged, whatever its interval."""

    low: Decimal = Field(alias="from")
    high: Decimal = Field(alias="to")


class Years(_Model):
    """The years of the returns that a version is for, both ends included."""

    first: int = Field(alias="from")
    last: int = Field(alias="to")


class Standard(_Model):
    """A standard in one version; `k` is the smallest count that is shown."""

    standard: str
    version: str
    title: str
    source: str
    k: int = Field(ge=2)
    years: Years
    flag: Flag
    indicators: tuple[Indicator, ...]


def standard(name: str) -> Standard:
    """Return a standard: wres, wres-medical or wres-social-care."""
    return standards.load(name, Standard)


def names() -> tuple[str, ...]:
    """Return the standards there are."""
    return standards.names("wres")
