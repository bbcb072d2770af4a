"""What an outcome may be called and counted in: the names and units of a standard, and no others.

Guards that a file of cells cannot put words into a claim: a name from outside could say in its own way what every list
of barred words would have to foresee. Nor may it count scores in a unit that they cannot have: yes and no, scored 0 and
10000, rose by 1379 percentage points.
"""

import unicodedata
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.evaluation.evidence import standards
from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.words import hidden, label
from services.evaluation.evidence.errors import EvidenceError

UNREGISTERED = "unregistered outcome"
_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registered(_Strict):
    """One outcome that may be named; `source` is the requirement or the instrument it comes from."""

    name: _Text
    source: _Text


class Unit(_Strict):
    """One unit, and the scales it can have: from `lowest` to `highest` or within, and none of `never`."""

    unit: _Text
    said: _Text | None = None
    """What claims call it, where that is another word."""
    lowest: int | None = None
    highest: int | None = None
    never: tuple[tuple[int, int], ...] = ()
    instead: str = ""
    """What to do where the scale is another."""

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Self:
        if (self.lowest, self.highest, self.never) != (None, None, ()) and not self.instead:
            raise ValueError("a unit that not every scale can have says what to do instead")
        return self

    def fits(self, low: int, high: int) -> bool:
        """Return whether scores from `low` to `high` can be counted in it."""
        within = (self.lowest is None or self.lowest <= low) and (self.highest is None or high <= self.highest)
        return within and (low, high) not in self.never


class Outcomes(_Strict):
    """All names and units that claims may say."""

    version: str
    units: tuple[Unit, ...]
    outcomes: tuple[Registered, ...]


def registered(name: str) -> bool:
    """Return whether an outcome may be named in a claim."""
    return _same(name) in {_same(one.name) for one in outcomes().outcomes}


def shown(name: str) -> str:
    """Return what a claim calls an outcome; raises EvidenceError for a name that is a verdict or no label."""
    said = label(name, "name", ladder().verdicts)
    return said if registered(said) else UNREGISTERED


def unit(text: str) -> str:
    """Return a unit as claims say it; raises EvidenceError for one that is not in the standard."""
    known = _known(text)
    return known.said or known.unit


def unit_on(text: str, low: int, high: int) -> str:
    """Return a unit as claims say it of such a scale; raises EvidenceError for one that the scale cannot have."""
    known = _known(text)
    if not known.fits(low, high):
        what = f"a scale from {low} to {high} cannot be counted in {known.unit!r}: {known.instead}"
        raise EvidenceError(what, field="outcome.unit")
    return known.said or known.unit


def check_outcome(outcome: Outcome) -> None:
    """Raise EvidenceError for a name or a unit that no claim could carry."""
    shown(outcome.name)
    unit_on(outcome.unit, outcome.low, outcome.high)


@cache
def outcomes() -> Outcomes:
    """Return the standard that ships with the package; EvidenceError names file, line and field when it is wrong."""
    return standards.load("outcomes", Outcomes)


def _known(text: str) -> Unit:
    known = {one.unit: one for one in outcomes().units}
    written = label(text, "unit", ladder().verdicts)
    if written not in known or hidden(written, ladder().may_not(1)):
        raise EvidenceError(f"is no unit that claims count in; write one of: {', '.join(known)}", field="outcome.unit")
    return known[written]


def _same(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(plain.split(" ")).strip().casefold()
