"""What an outcome may be called and counted in: the names and units of a standard, and no others.

Guards that a file of cells cannot put words into a claim: a name from outside could say in its own way what every list
of barred words would have to foresee.
"""

import unicodedata
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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


class Outcomes(_Strict):
    """All names and units that claims may say."""

    version: str
    units: tuple[_Text, ...]
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
    known = outcomes().units
    said = label(text, "unit", ladder().verdicts)
    if said not in known or hidden(said, ladder().may_not(1)):
        raise EvidenceError(f"is no unit that claims count in; write one of: {', '.join(known)}", field="outcome.unit")
    return said


def check_outcome(outcome: Outcome) -> None:
    """Raise EvidenceError for a name or a unit that no claim could carry."""
    shown(outcome.name)
    unit(outcome.unit)


@cache
def outcomes() -> Outcomes:
    """Return the standard that ships with the package; EvidenceError names file, line and field when it is wrong."""
    return standards.load("outcomes", Outcomes)


def _same(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(plain.split(" ")).strip().casefold()
