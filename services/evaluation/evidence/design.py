"""Before a programme starts: what could be detected with so many organisations and people, and who starts when.

Guards that an order of starting is fair and can be repeated: it depends on the recorded seed and on the names, and on
nothing that anybody could arrange.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt

from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import chosen, detectable

_FEWEST = 3
"""Organisations that leave one degree of freedom, the least from which chance can be judged."""


@dataclass(frozen=True, slots=True)
class Power:
    """What a design can find: `detectable` in standard deviations between people, four times in five.

    `organisations` is the total, half of it with the programme; `people` are those of one organisation who answer
    before and after. `stability` is the correlation of the two, `icc` the variance between organisations' part.
    """

    organisations: int
    people: int
    stability: float
    icc: float
    detectable: float
    inference: str


@dataclass(frozen=True, slots=True)
class Order:
    """A draw: the wave (1-based) at which each organisation starts, 0 for those that only compare, and its seed."""

    seed: int
    starts: dict[str, int]


def power(organisations: int, people: int, stability: float = 0.6, icc: float = 0.05) -> Power:
    """Return the smallest standardised effect that a comparison of changes would find four times in five.

    The change of an organisation's mean varies by 2(1 - stability)(icc + (1 - icc)/people). Raises EvidenceError for
    a design that leaves nothing to judge chance by.
    """
    _check(organisations, people, stability, icc)
    treated = (organisations + 1) // 2
    spread = 2 * (1 - stability) * (icc + (1 - icc) / people)
    error = sqrt(spread * (1 / treated + 1 / (organisations - treated)))
    found = detectable(error, organisations - 2)
    return Power(organisations, people, stability, icc, found, chosen(organisations // 2))


def order(names: Sequence[str], starts: Sequence[int], seed: int) -> Order:
    """Return who starts when: organisations in the order of a hash of seed and name, dealt out to `starts` in turn.

    Anybody can repeat it from the seed; the order in which names are given plays no part. Every start gets as many
    organisations as every other, or one more.
    """
    if len(set(names)) != len(names):
        raise EvidenceError("the same organisation twice", field="names")
    if not starts or min(starts) < 0:
        raise EvidenceError("waves to start at are 1, 2, …, or 0 for those who only compare", field="starts")
    drawn = sorted(names, key=lambda name: sha256(f"{seed}\n{name}".encode()).digest())
    return Order(seed, {name: starts[place % len(starts)] for place, name in enumerate(drawn)})


def _check(organisations: int, people: int, stability: float, icc: float) -> None:
    wrong = {
        "organisations": organisations < _FEWEST,
        "people": people < 1,
        "stability": not 0 <= stability < 1,
        "icc": not 0 <= icc <= 1,
    }
    for field in (name for name, bad in wrong.items() if bad):
        raise EvidenceError("nothing could be detected with this", field=field)
