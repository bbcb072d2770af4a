"""Artificial panels: the same counts, means and covariances as the rows, and so the same estimates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation.evidence.cells import Cell, Key
from services.evaluation.evidence.estimate.library import Control, fit
from services.evaluation.evidence.panel import Moments, means, panel, rows
from tests.unit.evaluation.evidence.crowds import crowd

GROUPS = st.integers(1, 4).flatmap(
    lambda waves: st.lists(st.lists(st.integers(-50, 50), min_size=waves, max_size=waves), min_size=1, max_size=40)
)


def moments_of(people: list[list[int]]) -> Moments:
    key = Key("Trust", 0, tuple(range(1, len(people[0]) + 1)))
    cell = Cell.empty(key)
    for answers in people:
        cell = cell.add(answers)
    return Moments.of(cell)


@settings(max_examples=60)
@given(people=GROUPS)
def test_made_up_rows_have_the_numbers_means_and_covariances_of_the_people(people: list[list[int]]) -> None:
    """MCR-30: for any number of people, one included."""
    real, made_up = np.array(people, dtype=float), rows(moments_of(people))
    assert made_up.shape == real.shape
    scale = 1 + np.abs(real).max() ** 2
    assert np.abs(made_up.mean(axis=0) - real.mean(axis=0)).max() <= 1e-10 * scale
    assert np.abs(np.cov(made_up.T, bias=True) - np.cov(real.T, bias=True)).max() <= 1e-10 * scale


def test_one_person_is_the_row_itself() -> None:
    assert rows(moments_of([[3, 7, 1]])) == pytest.approx(np.array([[3, 7, 1]]))


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("seed", range(6))
def test_an_artificial_panel_gives_the_estimate_error_and_covariance_of_the_raw_one(
    seed: int, control: Control
) -> None:
    """MCR-30: equal to ten digits, answers missing here and there included."""
    people = crowd(seed, gaps=bool(seed % 2))
    groups = [Moments.of(cell) for cell in people.cells()]
    real, made_up = fit(people.rows(), control), fit(panel(groups), control)
    assert made_up.pairs == real.pairs
    assert made_up.effects == pytest.approx(real.effects, abs=1e-10)
    assert made_up.covariance == pytest.approx(real.covariance, abs=1e-10)
    assert made_up.simple == pytest.approx(real.simple, abs=1e-10)
    assert made_up.event_study[2] == pytest.approx(real.event_study[2], abs=1e-10)
    assert made_up.sensitivity(0.0) == pytest.approx(real.sensitivity(0.0), abs=1e-9)


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("seed", range(6))
def test_means_weighted_by_people_give_the_clustered_estimate_of_the_raw_panel(seed: int, control: Control) -> None:
    """MCR-30: clustered by organisation, one row for each cell is as good as all people."""
    people = crowd(seed, gaps=bool(seed % 2))
    thin = fit(means(Moments.of(cell) for cell in people.cells()), control)
    real = fit(people.rows().assign(people=1.0), control)
    assert thin.effects == pytest.approx(real.effects, abs=1e-10)
    assert thin.covariance == pytest.approx(real.covariance, abs=1e-10)
    assert thin.simple == pytest.approx(real.simple, abs=1e-10)
    assert thin.event_study[2] == pytest.approx(real.event_study[2], abs=1e-10)
    assert thin.clusters == 14
