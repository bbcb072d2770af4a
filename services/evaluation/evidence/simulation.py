"""A region whose truth is known: cells of made-up people, for checking what the engine says of them.

Guards the calibration: trends are ordinary (the same for all), organisations differ and drift a little by chance, the
effect is exactly what was asked for, and the same seed gives the same region.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.errors import EvidenceError

OUTCOME = Outcome(name="confidence to challenge", unit="points", low=0, high=100)
_MANY = 100_000
_ANSWERS = 10_000_000
"""Organisations times people times waves: what a few hundred megabytes hold."""
MIDDLE, SPREAD = 50.0, 10.0
"""Mean and standard deviation of scores at the first wave: far from both ends, so that nothing is cut off."""


@dataclass(frozen=True, slots=True)
class Region:
    """What is true of a region; effects and trends in standard deviations between people (10 points).

    `starts` are the waves at which organisations with the programme begin, in turn; half of the organisations have
    it, or as many as `taking_part` says. `people` are those of one organisation, or its `sizes` in turn. `icc` is
    the part of the variance that lies between organisations, `stability` the correlation of two waves, `dropout` the
    part of those who are left that leaves after each wave.
    """

    effect: float = 0.0
    trend: float = 0.0
    organisations: int = 20
    people: int = 25
    waves: int = 6
    starts: tuple[int, ...] = (4,)
    icc: float = 0.05
    stability: float = 0.6
    dropout: float = 0.05
    seed: int = 0
    taking_part: int = 0
    sizes: tuple[int, ...] = ()

    @property
    def everybody(self) -> list[int]:
        """Return the people of each organisation."""
        sizes = self.sizes or (self.people,)
        return [sizes[number % len(sizes)] for number in range(self.organisations)]

    @property
    def truth(self) -> float:
        """Return the effect in points."""
        return self.effect * SPREAD


def region(truth: Region) -> CellTable:
    """Return the cells of a region; raises EvidenceError for one that cannot be."""
    _check(truth)
    random = np.random.default_rng(truth.seed)
    organisation = np.repeat(np.arange(truth.organisations), truth.everybody)
    cohort = _cohorts(truth)[organisation]
    scores = _scores(truth, organisation, random)
    scores += truth.truth * ((cohort[:, None] > 0) & (np.arange(1, truth.waves + 1) >= cohort[:, None]))
    left = random.random(scores.shape) < truth.dropout
    stays = ~np.roll(np.logical_or.accumulate(left, axis=1), 1, axis=1)
    stays[:, 0] = True
    answers = np.clip(np.rint(scores), OUTCOME.low, OUTCOME.high).astype(np.int64)
    names = np.array([f"Organisation {number + 1:03}" for number in range(truth.organisations)])
    return CellTable.of(
        OUTCOME, _dates(truth.waves), fold(names[organisation].tolist(), cohort.tolist(), answers, stays)
    )


def _cohorts(truth: Region) -> NDArray[np.int64]:
    having = truth.taking_part or (truth.organisations + 1) // 2
    starts = [truth.starts[number % len(truth.starts)] for number in range(having)]
    return np.array([*starts, *[0] * (truth.organisations - having)], dtype=np.int64)


def _scores(truth: Region, organisation: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """A lasting part and one that is new each wave, for organisations and for people; and the trend for all."""
    lasting, fresh = np.sqrt(truth.stability), np.sqrt(1 - truth.stability)
    many, waves = truth.organisations, truth.waves
    places = lasting * random.standard_normal((many, 1)) + fresh * random.standard_normal((many, waves))
    people = len(organisation)
    persons = lasting * random.standard_normal((people, 1)) + fresh * random.standard_normal((people, waves))
    standard = np.sqrt(truth.icc) * places[organisation] + np.sqrt(1 - truth.icc) * persons
    return np.asarray(MIDDLE + SPREAD * (standard + truth.trend * np.arange(waves)))


def _dates(waves: int) -> list[str]:
    months = [9 + 4 * number for number in range(waves)]
    return [f"{2023 + (month - 1) // 12}-{(month - 1) % 12 + 1:02}" for month in months]


def _check(truth: Region) -> None:
    many = f"from 1 to {_MANY:,}"
    wrong = {
        "organisations": (not 2 <= truth.organisations <= 1000, "from 2 to 1,000"),  # noqa: PLR2004 # one a side
        "people": (not 1 <= truth.people <= _MANY, many),
        "sizes": (not all(1 <= size <= _MANY for size in truth.sizes), many),
        "taking_part": (not 0 <= truth.taking_part <= truth.organisations, "from 0 to the number of organisations"),
        "seed": (truth.seed < 0, "0 or more"),
        "waves": (not 2 <= truth.waves <= 60, "from 2 to 60"),  # noqa: PLR2004 # a change needs two
        "starts": (
            not truth.starts or not all(2 <= start <= truth.waves for start in truth.starts),  # noqa: PLR2004 # after the first
            "from the second wave to the last; who takes no part begins never",
        ),
        "icc": (not 0 <= truth.icc <= 1, "a part from 0 to 1"),
        "stability": (not 0 <= truth.stability <= 1, "a correlation from 0 to 1"),
        "dropout": (not 0 <= truth.dropout < 1, "a part from 0 to below 1"),
        "effect": (not abs(truth.effect) < 5, "less than 5 deviations"),  # noqa: PLR2004 # the scale ends there
        "trend": (not abs(truth.trend) * truth.waves < 5, "less than 5 deviations in all"),  # noqa: PLR2004 # as above
    }
    for field, said in ((name, said) for name, (bad, said) in wrong.items() if bad):
        raise EvidenceError(f"has to be {said}", field=field)
    if sum(truth.everybody) * truth.waves > _ANSWERS:
        raise EvidenceError(f"more than {_ANSWERS} answers in all: take fewer people or waves", field="people")
