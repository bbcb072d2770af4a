"""Our walk along the path of least bias and the library's search end at the same interval."""

import numpy as np
import pytest

from services.evaluation.evidence.estimate.bending import shortest
from services.evaluation.evidence.estimate.library import Fit, fit
from services.evaluation.evidence.panel import Moments, panel
from services.evaluation.evidence.simulation import Region, region


def fitted(waves: int, start: int) -> Fit:
    """By person: few organisations are judged otherwise than by the library."""
    table = region(Region(effect=0.5, waves=waves, starts=(start,), seed=waves))
    return fit(panel(Moments.of(cell) for cell in table.cells), "never_treated")


@pytest.mark.parametrize(("waves", "start", "bend"), [(4, 3, 0.2), (6, 4, 0.5), (8, 6, 0.3)])
def test_the_interval_is_the_librarys(waves: int, start: int, bend: float) -> None:
    """MCR-30: one, two and four slopes before the start; the library's own search is only good to some digits."""
    found = fitted(waves, start)
    assert found.sensitivity(bend) == pytest.approx(found.library_sensitivity(bend), abs=2e-3)


def test_the_walk_begins_where_the_library_is_exact() -> None:
    """MCR-30: without bending, and with hardly any, it is the interval for straight drifts."""
    found = fitted(7, 5)
    exact = found.library_sensitivity(0.0)
    assert found.sensitivity(0.0) == pytest.approx(exact, abs=1e-5)
    assert found.sensitivity(1e-9) == pytest.approx(exact, abs=1e-4)


def test_no_interval_is_shorter_than_that_of_a_smaller_bend() -> None:
    """MCR-30: whoever allows more bending knows less."""
    random = np.random.default_rng(1)
    for before in range(1, 8):
        root = random.normal(size=(before + 3, before + 3))
        effects, covariance = random.normal(size=before + 3), root @ root.T
        ends = [shortest(effects, covariance, before, bend, 18.0) for bend in (0.01, 0.1, 0.5, 1.0, 4.0)]
        lengths = [high - low for low, high in ends]
        assert lengths == sorted(lengths)


def test_too_few_waves_before_the_start_give_no_interval() -> None:
    assert fitted(4, 2).sensitivity(0.5) is None
