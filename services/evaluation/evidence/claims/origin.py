"""What a claim was made from, so that the same claim can be made again and a choice made later is seen.

Guards that two claims of the same cells which differ say in what: comparison, instrument, scale, declaration, seed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from pydantic import ConfigDict

from services.evaluation.evidence.cells import CellTable, written
from services.evaluation.evidence.claims.declaration import Declaration
from services.evaluation.evidence.claims.guessing import BITS, bits
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.words import hidden

UNNAMED = "unnamed instrument"
"""Stands for an instrument's name that holds a word which no claim may say."""
_LIBRARIES = ("numpy", "pandas", "scipy")
WITHHELD = "withheld"
"""Stands for a fingerprint from which answers could be guessed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Fingerprints are SHA-256 of JSON with sorted keys and no spaces, cells in the order of their keys.

    `cells` and `others` are left out at level 0, and `withheld` where so few answers are behind one that they could be
    guessed from it.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    cells: str | None
    others: tuple[str, ...]
    """The files of the other outcomes that were looked at."""
    declaration: str | None
    """None where nothing was declared."""
    lottery_at: str | None
    """Topic, partition and offset at which the declaration says that the lottery is recorded; not verified."""
    instrument: str
    left_out: int | None
    """People of the file who answered another instrument, to the nearest k and at least k; None where nobody did."""
    control: str
    """`never_treated`, `not_yet_treated`, or empty where nothing was estimated."""
    k: int
    scale: tuple[int, int]
    versions: Mapping[str, str]


def origin(
    table: CellTable, declared: Declaration, *, control: str, cells: str | None, others: tuple[str, ...] = ()
) -> Origin:
    """Return what a claim is made from; `cells` and `others` are fingerprints, None where no figure may be said."""
    instrument = ", ".join(table.instruments)
    at = declared.lottery.recorded_at if declared.lottery else None
    return Origin(
        cells=cells,
        others=tuple(sorted(others)) if cells else (),
        declaration=None if declared == Declaration.nothing() else _hash(declared.model_dump(mode="json")),
        lottery_at=str(at) if at else None,
        instrument=UNNAMED if hidden(instrument, ladder().may_not(1)) else instrument,
        left_out=None,
        control=control,
        k=table.k,
        scale=(table.outcome.low, table.outcome.high),
        versions={name: version(name) for name in _LIBRARIES},
    )


def fingerprint(table: CellTable) -> str:
    """Return the SHA-256 of a table as it is written, the same in whatever order its cells came."""
    return _hash(written(table))


def told(table: CellTable) -> str:
    """Return the fingerprint, or that it is withheld: whoever knows all of one organisation could guess the rest.

    Counted are the likely ways in which the others can have answered; fewer than 2¹²⁸ can be tried.
    """
    return fingerprint(table) if bits(table) >= BITS else WITHHELD


def seed_of(table: CellTable) -> int:
    """Return the bootstrap's seed (32 bits) that follows from how many waves the cells have, and organisations that can
    be compared: others, whose programme had begun at the first wave, are declared nowhere and could be added at will.

    Nobody can try seeds until one suits them without its being seen. From answers it may not follow: it is printed, and
    whoever knows nearly all answers could guess the others from it. Nor from a name, which can be spelt in many ways.
    """
    compared = {cell.organisation for cell in table.cells if cell.cohort != 1}
    return int(_hash([len(table.waves), len(compared)])[:8], 16)


def _hash(plain: Any) -> str:
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
