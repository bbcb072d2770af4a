"""Published data as moments: county teen employment and minimum wages, Callaway and Sant'Anna (2021).

`mpdta_moments.json` holds n, sums and cross-products of the log of teen employment of 500 counties, 2003 to 2007, by
the year in which a state raised its minimum wage (0: never); computed from the data set `mpdta` that the R package
`did` publishes. Guards that what we estimate from moments is what others published from rows.
"""

import json
from pathlib import Path

import numpy as np

from services.evaluation.evidence.panel import Moments, Numbers

FIRST_YEAR = 2003
_FILE = Path(__file__).with_name("mpdta_moments.json")


def counties() -> list[Moments]:
    data = json.loads(_FILE.read_text())
    return [_moments(cell) for cell in data["cells"]]


def wave(year: int) -> int:
    """The 1-based wave of a year."""
    return year - FIRST_YEAR + 1


def _moments(cell: dict[str, object]) -> Moments:
    n, cohort = int(str(cell["n"])), int(str(cell["cohort"]))
    mean = np.array(cell["S"], dtype=float) / n
    upper: Numbers = np.zeros((5, 5))
    upper[np.triu_indices(5)] = np.array(cell["P_upper"], dtype=float)
    products = upper + np.triu(upper, 1).T
    return Moments("", wave(cohort) if cohort else 0, (1, 2, 3, 4, 5), n, mean, products / n - np.outer(mean, mean))
