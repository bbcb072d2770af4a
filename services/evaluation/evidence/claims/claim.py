"""A claim: every figure that may be shown, the sentence, and what it takes to reproduce it byte for byte.

Guards that no claim exists that says more than its level: words, digits and suppression are checked whoever builds it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from pydantic import ConfigDict

from services.evaluation.evidence.claims.ladder import Level
from services.evaluation.evidence.claims.origin import Origin
from services.evaluation.evidence.claims.sentences import checked
from services.evaluation.evidence.errors import EvidenceError

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be said of one outcome. Figures are in `unit`, rounded for showing; None is "not said", never 0.

    At level 1 `interval`, `smallest_detectable` and `detected` are those of `observed`, from level 2 on those of
    `difference`. `expected_without` is said from level 3 on. At level 0 all figures are None and `suppressed` is True.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    outcome: str
    unit: str
    better: str
    observed: float | None
    expected_without: float | None
    difference: float | None
    interval: Interval | None
    smallest_detectable: float | None
    detected: bool | None
    attrition: Interval | None
    """Between which differences those who left could have moved it; from level 2 on, and not of fewer than k people."""
    method: str
    level: Level
    strength: str
    maryland: int | None
    """The Maryland scale, 1 to 5; None where nothing is said."""
    people: int | None
    """Of the programme, to the nearest k."""
    people_comparison: int | None
    organisations: int | None
    organisations_comparison: int | None
    suppressed: bool
    assumptions: tuple[str, ...]
    limits: tuple[str, ...]
    """What keeps it from saying more."""
    cut_off: Mapping[str, int]
    """Position of the stream up to which cells were counted, by partition."""
    rule: str
    standards: Mapping[str, str]
    library: str
    seed: int
    """Of the bootstrap, which follows from no answer; 0 where nothing was drawn at random."""
    internal: str
    """That it is made from live cells and not for publication; empty at level 0, which says nothing of them."""
    made_from: Origin
    sentence: str

    def __post_init__(self) -> None:
        """Refuse a claim that says more than its level."""
        for text in (self.sentence, self.method, self.strength, self.internal, *self.assumptions, *self.limits):
            checked(text, self.level)
        said = [name for name, value in _figures(self) if value is not None]
        if self.suppressed != (self.level == 0) or (self.level == 0 and said):
            raise EvidenceError("a suppressed claim has no figures, and only it is of level 0", field=",".join(said))


def canonical(claim: Claim) -> bytes:
    """Return the claim as JSON: keys sorted, no spaces, UTF-8; the same claim gives the same bytes."""
    text = json.dumps(asdict(claim), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _figures(claim: Claim) -> Iterator[tuple[str, object]]:
    names = ("observed", "expected_without", "difference", "interval", "smallest_detectable", "detected", "attrition")
    counts = ("people", "people_comparison", "organisations", "organisations_comparison", "maryland")
    return ((name, getattr(claim, name)) for name in (*names, *counts))
