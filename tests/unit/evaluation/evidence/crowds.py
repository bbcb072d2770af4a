"""Random people with organisations, cohorts and gaps in their answers, as rows and as cells.

Guards that tests of what cells keep start from rows that a test can look at.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from services.evaluation.evidence.cells import Cell, fold


@dataclass(frozen=True)
class Crowd:
    organisations: list[str]
    cohorts: list[int]
    answers: NDArray[np.int64]
    answered: NDArray[np.bool_]

    def cells(self, instrument: str = "") -> list[Cell]:
        return list(fold(self.organisations, self.cohorts, self.answers, self.answered, instrument))

    def rows(self) -> pd.DataFrame:
        """The long panel of the real rows, as `panel.panel` gives it for artificial ones."""
        person, wave = np.nonzero(self.answered)
        places = np.unique(self.organisations, return_inverse=True)[1]
        return pd.DataFrame(
            {
                "unit": person,
                "organisation": places[person],
                "cohort": np.array(self.cohorts)[person],
                "wave": wave + 1,
                "score": self.answers[person, wave].astype(float),
            }
        )


def crowd(seed: int, *, gaps: bool = True, people: int = 160, waves: int = 5, organisations: int = 14) -> Crowd:
    """Cohorts go by organisation; everyone answered the first two waves of three, so that no side is empty."""
    random = np.random.default_rng(seed)
    place = np.concatenate([np.arange(organisations), random.integers(0, organisations, people - organisations)])
    starts = np.array([0, *random.choice(np.arange(2, waves + 1), 2, replace=False)])
    cohort = starts[place % 3]
    drift = random.normal(0, 3, (organisations, waves))
    scores = 50 + drift[place] + random.normal(0, 8, (people, waves)) + 4 * (cohort[:, None] > 0)
    answered = random.random((people, waves)) < (0.8 if gaps else 2.0)
    answered[: 2 * organisations] = True
    keep = answered.any(axis=1)
    names = [f"Trust {number:02}" for number in place[keep]]
    return Crowd(names, cohort[keep].tolist(), np.rint(scores[keep]).astype(np.int64), answered[keep])
