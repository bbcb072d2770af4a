"""Organisations of different size: how many alike they are worth, and how sure their spread makes a mean of people.

Guards that one large organisation among small ones is not taken for many: a mean of people follows the large one, and
the deviations around it come out too small.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

THIN = 4
"""Organisations, as if all were of one size, that a mean must rest on for its spread to be judged. With three the
bootstrap found an effect that was not there in 9 of 100 regions, with four in 7."""


def effective(sizes: Sequence[float] | NDArray[np.float64]) -> float:
    """Return Kish's effective number (Σn)²/Σn² of organisations of so many people each; 0 of none."""
    people = np.asarray(sizes, dtype=np.float64)
    squares = float(people @ people)
    return float(people.sum()) ** 2 / squares if squares else 0.0


def judged(sizes: Sequence[float] | NDArray[np.float64]) -> tuple[float, float]:
    """Return by how much Σ (n/N)² · (mean - mean of all)² falls short of the variance of the mean of all, and its
    degrees of freedom (Satterthwaite).

    Exact where the organisations' means vary alike; n/(n - 1) and n - 1 where they are of one size too. Source: Bell
    and McCaffrey 2002, Survey Methodology 28, 169-181. Needs two organisations that have people.
    """
    people = np.asarray(sizes, dtype=np.float64)
    weights = people[people > 0] / people.sum()
    squares = weights**2
    form = np.diag(squares) - np.outer(squares, weights) - np.outer(weights, squares)
    form += squares.sum() * np.outer(weights, weights)
    expected = float(np.trace(form))
    return float(squares.sum()) / expected, expected**2 / float((form * form).sum())
