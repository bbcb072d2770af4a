"""Described: an estimate of few organisations, one of them small, with people counted alike and nothing said of chance.

Guards that one organisation's people are not told by the others' figure. A mean of organisations' means is a sum of
parts of unlike wholes: fifths, sevenths and ninths add up to one figure in one way only, whoever knows the fifths.
"""

from dataclasses import replace

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import fewest
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.recognising import told_by_spread
from services.evaluation.evidence.estimate import MEANS, METHODS, NONE, Estimate


def described(table: CellTable, estimate: Estimate) -> Estimate:
    """Return the estimate as it may be said: where organisations count alike and would tell of one with fewer than k
    people, the description by people, without an interval and without a wave since the start.
    """
    k = max(table.k, ladder().fewest_people)
    sides = fewest(table, estimate.control) if estimate.inference == MEANS else ()
    if estimate.by_people is None or not any(told_by_spread(tuple(side.values()), k) for side in sides):
        return estimate
    effect, observed = estimate.by_people
    return replace(
        estimate,
        effect=effect,
        observed=observed,
        error=None,
        interval=None,
        smallest_detectable=None,
        method=METHODS[NONE],
        inference=NONE,
        sensitivity=(),
        event_study=tuple(wave for wave in estimate.event_study if wave[0] < 0),
    )


def is_described(estimate: Estimate) -> bool:
    """Return whether `described` took how sure it is out of an estimate."""
    return estimate.by_people is not None and estimate.inference == NONE
