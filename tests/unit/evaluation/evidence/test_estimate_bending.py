"""Our walk along the path of least bias and the library's search end at the same interval."""

import numpy as np
import pytest

from services.evaluation.evidence.estimate import estimate
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


@pytest.mark.parametrize("freedom", [163.0, 200.0, 216.0, 318.5, 640.0, 999.0, 1998.0])
def test_many_organisations_are_judged_nearly_as_if_there_were_no_end_of_them(freedom: float) -> None:
    """MCR-30: for some degrees of freedom above 160 the law of t has tails without a number, and nothing was said."""
    effects, covariance = np.array([0.1, -0.1, 0.05, 1.0]), np.diag([1.0, 1.2, 0.8, 1.1])
    for bend in (0.0, 0.5, 2.0):
        few, endless = (shortest(effects, covariance, 3, bend, degrees) for degrees in (freedom, np.inf))
        assert few == pytest.approx(endless, abs=10 / freedom)
        assert endless[1] - endless[0] < few[1] - few[0]


def test_a_region_of_two_hundred_and_forty_organisations_has_bends() -> None:
    """MCR-30: every second region of that size ended with a traceback."""
    found = estimate(region(Region(organisations=240, people=5, waves=4, starts=(3,), seed=1)))
    assert found.sensitivity[0][1] < found.sensitivity[0][2]
