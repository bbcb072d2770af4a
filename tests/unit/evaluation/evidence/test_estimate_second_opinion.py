"""A second estimator, written from the paper and from sums alone, agrees with the library on 200 random designs."""

import pytest

from services.evaluation.evidence.estimate.library import Fit, fit
from services.evaluation.evidence.panel import Moments, means, panel
from tests.unit.evaluation.evidence.crowds import Crowd, crowd
from tests.unit.evaluation.evidence.moments_estimator import Opinion, second_opinion

BATCHES = range(10)


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("not_yet", [False, True])
@pytest.mark.parametrize("batch", BATCHES)
def test_the_second_opinion_agrees_with_the_library(batch: int, *, clustered: bool, not_yet: bool) -> None:
    """MCR-30: five designs a batch, 200 in all, most of them with answers missing."""
    for seed in range(5 * batch, 5 * batch + 5):
        people = _design(1000 * clustered + 100 * not_yet + seed)
        opinion = second_opinion(people.cells(), clustered=clustered, not_yet=not_yet)
        _agree(opinion, _by_library(people, clustered=clustered, not_yet=not_yet))


def _design(seed: int) -> Crowd:
    return crowd(seed, gaps=seed % 4 > 0, people=70 + seed % 60, waves=4 + seed % 3, organisations=9 + seed % 6)


def _by_library(people: Crowd, *, clustered: bool, not_yet: bool) -> Fit:
    groups = [Moments.of(cell) for cell in people.cells()]
    return fit(means(groups) if clustered else panel(groups), "not_yet_treated" if not_yet else "never_treated")


def _agree(opinion: Opinion, found: Fit) -> None:
    assert opinion.pairs == found.pairs
    assert opinion.effects == pytest.approx(found.effects, abs=1e-9)
    assert opinion.covariance == pytest.approx(found.covariance, abs=1e-9)
    assert opinion.simple == pytest.approx(found.simple, abs=1e-9)
