"""Moments become an artificial panel: made-up rows with exactly the cells' numbers, means and covariances.

Guards that nobody's row is needed for an estimate: whatever depends on a panel only through these moments, as every
estimator behind our door does, answers for the artificial panel what it answers for the real one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from services.evaluation.evidence.cells import Cell

Numbers = NDArray[np.float64]
Parts = Sequence[NDArray[Any]]
COLUMNS = ("unit", "organisation", "cohort", "wave", "score")


@dataclass(frozen=True, slots=True)
class Moments:
    """People who share organisation, cohort and waves: `mean` per wave, `cov` divided by n, not by n - 1."""

    organisation: str
    cohort: int
    pattern: tuple[int, ...]
    n: int
    mean: Numbers
    cov: Numbers

    @classmethod
    def of(cls, cell: Cell) -> "Moments":
        """Return a cell's moments; n² times the covariance is computed in whole numbers, so nothing cancels."""
        n, size = cell.n, len(cell.sums)
        exact = [[n * cell.products[i][j] - cell.sums[i] * cell.sums[j] for j in range(size)] for i in range(size)]
        cov = np.array([[entry / n**2 for entry in row] for row in exact])
        mean = np.array([total / n for total in cell.sums])
        return cls(cell.organisation, cell.cohort, cell.pattern, n, mean, cov)


def rows(moments: Moments) -> Numbers:
    """Return n rows, one column per wave, whose mean and covariance are the moments to the last few bits.

    mean + √n · B · diag(√λ) · Uᵀ with the covariance's eigenvectors U and eigenvalues λ, and B orthonormal cosines
    that are orthogonal to the constant; at most n - 1 of them exist, and a covariance of n rows needs no more.
    """
    n, size = moments.n, len(moments.mean)
    rank = min(size, n - 1)
    values, vectors = np.linalg.eigh(moments.cov)
    kept, axes = np.clip(values[::-1][:rank], 0, None), vectors[:, ::-1][:, :rank]
    basis = np.cos(np.pi * np.outer(np.arange(n) + 0.5, np.arange(1, rank + 1)) / n) * np.sqrt(2 / n)
    spread: Numbers = np.sqrt(n) * (basis * np.sqrt(kept)) @ axes.T
    return np.asarray(moments.mean + spread, dtype=np.float64)


def panel(groups: Iterable[Moments]) -> pd.DataFrame:
    """Return the long panel of all groups, columns `COLUMNS`; a wave that was not answered has no row.

    Units are whole numbers and organisations the number of their name in sorted order.
    """
    wanted = list(groups)
    counts = [group.n for group in wanted]
    starts = np.cumsum([0, *counts[:-1]])
    units = [
        np.repeat(np.arange(start, start + group.n), len(group.mean))
        for start, group in zip(starts, wanted, strict=True)
    ]
    waves = [np.tile(group.pattern, group.n) for group in wanted]
    return _long(wanted, counts, units, waves, [rows(group).ravel() for group in wanted])


def means(groups: Iterable[Moments]) -> pd.DataFrame:
    """Return one unit per group with its means, columns `COLUMNS` and `people`, the unit's weight.

    An estimate clustered by organisation sees people only as sums within groups, so it is the same number as from the
    whole panel, at a small part of the rows. Without clustering it would not be: use `panel`.
    """
    wanted = list(groups)
    units = [np.full(len(group.mean), number) for number, group in enumerate(wanted)]
    waves = [np.array(group.pattern) for group in wanted]
    long = _long(wanted, [1] * len(wanted), units, waves, [group.mean for group in wanted])
    return long.assign(people=np.repeat([float(group.n) for group in wanted], [len(group.mean) for group in wanted]))


def _long(groups: list[Moments], counts: list[int], units: Parts, waves: Parts, scores: Parts) -> pd.DataFrame:
    names = {name: number for number, name in enumerate(sorted({group.organisation for group in groups}))}
    lines = [count * len(group.mean) for count, group in zip(counts, groups, strict=True)]
    columns = (
        np.concatenate(units),
        np.repeat([names[group.organisation] for group in groups], lines),
        np.repeat([group.cohort for group in groups], lines),
        np.concatenate(waves),
        np.concatenate(scores),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
