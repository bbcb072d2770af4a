"""All that a return says by a standard, what is too small in it decided once for everything.

Guards that indicators, changes and what is said of all of it hide the same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.evaluation.evidence.wres.counted import Return
from services.evaluation.evidence.wres.indicators import Row, changes, rows
from services.evaluation.evidence.wres.overlap import MOST
from services.evaluation.evidence.wres.small import Hidden, small, untried
from services.evaluation.evidence.wres.standard import Indicator, Standard


@dataclass(frozen=True)
class Read:
    """What a return says: its indicators, how likelihoods changed, and what there is to say of all of it."""

    rows: tuple[Row, ...]
    changes: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    returns: tuple[tuple[str, int], ...] = ()
    """Organisation and year of each; of one that has no indicator, as of a workforce alone, there is no row."""


def read(returned: Return, by: Standard, *, internal: bool = False, apart: bool = False) -> Read:
    """Return what a return says; `internal` shows what is below k, to those who may see it.

    `apart` says that no organisation of the return holds people of another (`small`).
    """
    known = {indicator.indicator: indicator for indicator in by.indicators}
    hidden: Hidden = frozenset() if internal else small(returned, known, by.k, apart=apart)
    notes = () if internal or apart else _together(returned, known, hidden)
    returns = tuple(dict.fromkeys(key[:2] for key in returned.counted))
    return Read(rows(returned, by, hidden, internal=internal), changes(returned, known, hidden), notes, returns)


def _together(returned: Return, known: Mapping[str, Indicator], hidden: Hidden) -> tuple[str, ...]:
    """Say where all organisations are hidden because they are too many to see whether some are the sum of others."""
    found = untried(returned, known, hidden)
    named = ", ".join(f"{indicator}{f' ({part})' if part else ''} of {year}" for year, indicator, part in found)
    said = (
        f"Indicators of more than {MOST} organisations, one of them hidden: all are, because some may be the sum of "
        f"others. Say --apart if no organisation here has people of another. They are: {named}."
    )
    return (said,) if found else ()
