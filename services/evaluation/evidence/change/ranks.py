"""Ranks: how much further one side moves than the other where all move as those of their own rank do.

Guards that steps and ends of a rating scale are not read as a programme: sides alike beneath the scale, one of which
stands a little higher, are let move differently by it, however near each other they began.
"""

import numpy as np

from services.evaluation.evidence.cells import CellTable, Histogram
from services.evaluation.evidence.change.compared import Scored, averaged, scored
from services.evaluation.evidence.panel import Numbers


def by_rank(table: CellTable, control: str) -> float:
    """Return by how much the programme's side would have moved further than the comparison, in the outcome's unit, had
    whoever gave a score moved as those of the comparison did who stood at the same one.

    Averaged over starts and waves by the people who begin (Athey and Imbens 2006: changes in changes). Without end
    where cells do not say how many gave which score, or nobody is compared.
    """
    return averaged(scored(table, control), _further)


def _further(one: Scored) -> float:
    moves = _moves(one.before, one.after)
    scores, many = _scores(one.own)
    known, comparison = _scores(one.before)
    each = np.interp(scores, known, moves)
    return float(each @ many / many.sum() - moves @ comparison / comparison.sum())


def _moves(before: Histogram, after: Histogram) -> Numbers:
    """Return how far those of each score moved on average, were everybody's rank afterwards what it was before."""
    scores, many = _scores(before)
    later, then = _scores(after)
    ranks = np.concatenate([[0.0], np.cumsum(many) / many.sum()])
    passed = np.concatenate([[0.0], np.cumsum(then) / then.sum()])
    summed = np.concatenate([[0.0], np.cumsum(later * then) / then.sum()])
    return np.asarray(np.diff(np.interp(ranks, passed, summed)) / np.diff(ranks) - scores)


def _scores(counts: Histogram) -> tuple[Numbers, Numbers]:
    """Return scores that somebody gave, rising, and how many did."""
    given = sorted(score for score, many in counts.items() if many)
    return np.array(given, dtype=float), np.array([counts[score] for score in given], dtype=float)
