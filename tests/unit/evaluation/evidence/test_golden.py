"""What others published of the same data: each figure to the digits that were printed."""

from functools import cache
from math import inf

import numpy as np
import pytest

from services.evaluation.evidence.estimate import Estimate, Options, from_moments
from services.evaluation.evidence.estimate.averages import Kind, average
from services.evaluation.evidence.estimate.bands import critical_value
from services.evaluation.evidence.estimate.library import Fit, fit
from services.evaluation.evidence.panel import panel
from tests.unit.evaluation.evidence.published import counties, wave


@cache
def fitted() -> Fit:
    return fit(panel(counties()), "never_treated")


@cache
def estimated() -> Estimate:
    return from_moments(counties(), 5, Options(clustered=False, bends=()))


PUBLISHED = {(2004, 2004): -0.0105, (2004, 2006): -0.1373, (2006, 2007): -0.0412, (2007, 2007): -0.0261}


@pytest.mark.parametrize(("pair", "figure"), PUBLISHED.items())
def test_each_cohort_and_year_has_the_published_effect(pair: tuple[int, int], figure: float) -> None:
    """MCR-30: the library gives for the artificial panel what the R package `did` gives for the counties."""
    found = dict(zip(fitted().pairs, fitted().effects, strict=True))
    assert found[wave(pair[0]), wave(pair[1])] == pytest.approx(figure, abs=5e-5)


AVERAGES: dict[Kind, tuple[float, float, float]] = {
    "simple": (-0.0400, 0.012034, 5e-7),
    "dynamic": (-0.0772, 0.019965, 5e-7),
    "group": (-0.0310, 0.012446, 5e-7),
    "calendar": (-0.0417, 0.0160, 5e-5),
}


@pytest.mark.parametrize(("kind", "figures"), AVERAGES.items())
def test_each_average_has_the_published_effect_and_error(kind: Kind, figures: tuple[float, float, float]) -> None:
    """MCR-30: errors count that the shares of cohorts are estimated."""
    effect, error = average(fitted(), kind)
    assert effect == pytest.approx(figures[0], abs=5e-5)
    assert error == pytest.approx(figures[1], abs=figures[2])


def test_the_simple_average_is_the_librarys_own() -> None:
    assert average(fitted(), "simple") == pytest.approx(fitted().simple, rel=1e-9)


def test_the_test_of_the_years_before_has_the_published_p_value() -> None:
    """MCR-30: five pairs before the start, one Wald statistic."""
    assert estimated().pre_test_p == pytest.approx(0.168, abs=5e-4)
    assert len([pair for pair in fitted().pairs if pair[1] < pair[0]]) == 5


def test_the_event_study_has_the_published_effects() -> None:
    """MCR-30: from three years before to three years after."""
    figures = (0.030507, -0.000563, -0.024459, -0.019932, -0.050957, -0.137259, -0.100811)
    assert [line[0] for line in estimated().event_study] == [-3, -2, -1, 0, 1, 2, 3]
    assert [line[1] for line in estimated().event_study] == pytest.approx(figures, abs=5e-7)


def test_the_band_over_all_years_is_wider_than_that_of_one() -> None:
    """MCR-30: published with 999 draws as about 2.56; with many draws it settles a little higher."""
    _, _, covariance = fitted().event_study
    found = critical_value(covariance, inf, 0)
    assert found == pytest.approx(2.56, abs=0.12)
    assert found > 1.96
    assert found == pytest.approx(fitted().multiplier_critical_value(draws=9999, seed=0), abs=0.06)


def test_the_sensitivity_has_the_published_intervals() -> None:
    """MCR-30: first year after the start; no claim survives, for each interval holds 0."""
    figures = {0.0: (-0.0513, 0.0065), 0.01: (-0.0456, 0.0368), 0.02: (-0.0499, 0.0567)}
    found = {bend: fitted().sensitivity(bend) for bend in figures}
    assert found == {bend: pytest.approx(interval, abs=5e-5) for bend, interval in figures.items()}


def test_without_clusters_the_estimate_is_the_simple_average_with_its_normal_interval() -> None:
    found = estimated()
    assert found.attempted
    assert (found.effect, found.error) == pytest.approx((-0.039951, 0.012034), abs=5e-7)
    assert found.interval == pytest.approx((-0.039951 - 1.959964 * 0.012034, -0.039951 + 1.959964 * 0.012034), abs=2e-6)
    assert found.smallest_detectable == pytest.approx(2.8016 * 0.012034, abs=1e-5)
    assert found.inference == "people"
    assert (found.people_treated, found.people_comparison, found.pre_periods) == (191, 309, 1)
    assert np.isfinite([line[3] for line in found.group_time]).all()
