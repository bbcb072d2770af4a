"""Many people at once: a grid of answers becomes cells, the same cells that adding person by person would give.

Guards exactness at speed: numpy's 64-bit integers are used only where no sum of products can leave them.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.evaluation.evidence.cells.cell import Cell, Histogram, Key, pairs
from services.evaluation.evidence.errors import EvidenceError

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
_LARGEST = 10**6
"""20 million people with scores of a million still fit 64 bits."""


def fold(
    organisations: Sequence[str], cohorts: Sequence[int], answers: Whole, answered: Mask, instrument: str = ""
) -> Iterator[Cell]:
    """Yield the cells of people; `answers` and `answered` are people by waves, what was not answered is ignored.

    Raises EvidenceError for scores beyond a million, which whole-number sums on 64 bits would not hold.
    """
    if answers.size and int(np.abs(np.where(answered, answers, 0)).max()) > _LARGEST:
        raise EvidenceError("a score is beyond a million", field="answers")
    names, places = np.unique(np.asarray(organisations, dtype=str), return_inverse=True)
    columns = np.column_stack([places, np.asarray(cohorts, dtype=np.int64), answered.astype(np.int64)])
    keys, groups = _groups(columns)
    for key, people in zip(keys, groups, strict=True):
        waves = np.flatnonzero(key[2:])
        if len(waves):
            pattern = tuple(int(wave) + 1 for wave in waves)
            name = Key(str(names[key[0]]), int(key[1]), pattern, instrument)
            yield _cell(name, answers[np.ix_(people, waves)].astype(np.int64))


def _groups(columns: Whole) -> tuple[Whole, list[Whole]]:
    order = np.lexsort(columns.T[::-1])
    ordered = columns[order]
    starts = np.flatnonzero(np.r_[True, np.any(ordered[1:] != ordered[:-1], axis=1)]) if len(ordered) else order
    return ordered[starts], np.split(order, starts[1:]) if len(ordered) else []


def _cell(key: Key, answers: Whole) -> Cell:
    products = answers.T @ answers
    places = {wave: column for column, wave in enumerate(key.pattern)}
    return Cell(
        *key,
        n=len(answers),
        sums=tuple(answers.sum(axis=0).tolist()),
        products=tuple(tuple(row) for row in products.tolist()),
        scores={wave: _counts(answers[:, column]) for wave, column in places.items()},
        changes={
            (early, late): _counts(answers[:, places[late]] - answers[:, places[early]])
            for early, late in pairs(key.pattern)
        },
    )


def _counts(values: Whole) -> Histogram:
    low = int(values.min())
    counts = np.bincount(values - low) if int(values.max()) - low < _LARGEST // 1000 else None
    if counts is None:
        found, many = np.unique(values, return_counts=True)
        return dict(zip(found.tolist(), many.tolist(), strict=True))
    return {low + value: count for value, count in enumerate(counts.tolist()) if count}
