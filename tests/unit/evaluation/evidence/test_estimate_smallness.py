"""Few and uneven organisations: what is said of the time before and since is as unsure as they make it."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from scipy import stats

from services.evaluation.evidence.cells import Cell
from services.evaluation.evidence.estimate import Options, estimate
from services.evaluation.evidence.estimate.bending import shortest
from services.evaluation.evidence.estimate.library import Fit, fit
from services.evaluation.evidence.estimate.smallness import Side, Smallness, smallness
from services.evaluation.evidence.kish import effective, judged
from services.evaluation.evidence.panel import Moments, means
from services.evaluation.evidence.simulation import Region, region

UNEVEN = (5, 5, 5, 10, 10, 60) * 2


def fitted(truth: Region) -> Fit:
    return fit(means(Moments.of(cell) for cell in region(truth).cells), "never_treated")


def side(sizes: tuple[int, ...], influence: float, *, own: bool) -> Side:
    return Side((4, 5), own, np.array(sizes, dtype=float), np.full(len(sizes), influence))


def test_organisations_of_one_size_are_worth_their_number() -> None:
    assert effective((30,) * 6) == pytest.approx(6)
    assert judged((30,) * 6) == pytest.approx((6 / 5, 5))
    assert effective(()) == 0


@pytest.mark.parametrize("sizes", [UNEVEN, (100, 60, 60, 60, 20), (20, 30, 40, 60, 90, 140)])
def test_a_mean_of_people_is_as_unsure_as_its_largest_organisations_make_it(sizes: tuple[int, ...]) -> None:
    """MCR-30: n/(n - 1) and n - 1 held the true mean in 80 of 100 such draws."""
    random, weights = np.random.default_rng(len(sizes)), np.array(sizes) / sum(sizes)
    draws = random.normal(size=(4000, len(sizes)))
    middle = draws @ weights
    short, freedom = judged(sizes)
    errors = np.sqrt(short * ((draws - middle[:, None]) ** 2 @ weights**2))
    assert np.mean(np.abs(middle) <= stats.t.ppf(0.975, freedom) * errors) >= 0.93


def test_sides_alike_lose_one_degree_for_each_cohort_and_the_comparison() -> None:
    alike = [side((25,) * 6, 1.0, own=True), side((25,) * 6, 1.0, own=False)]
    found = smallness(alike, 12, 1)
    assert (found.correction, found.freedom) == pytest.approx((11 / 10, 10))


def test_few_beside_many_are_judged_as_few() -> None:
    """MCR-30: six of five people beside thirty of fifty had 34 degrees of freedom; a band held 64 of 80 truths."""
    found = smallness([side((5,) * 6, 5.0, own=True), side((50,) * 30, 0.5, own=False)], 36, 1)
    assert found.freedom < 6
    assert found.correction > 1.1


def test_the_time_before_is_judged_by_those_who_answered_it() -> None:
    found = fitted(Region(organisations=24, dropout=0.0))
    early = found.sides[0].pair
    assert early[1] < early[0]
    assert found.small_before.freedom <= 22
    few = [one for one in found.sides if one.pair == early]
    kept = [Side(one.pair, one.own, one.people[:6], one.influence[:6]) for one in few]
    assert smallness(kept, 24, 1).freedom <= 10 + 1e-9


def test_a_slope_that_was_fitted_is_less_sure_than_one_that_was_given() -> None:
    """MCR-30: the weights of the slopes before suit the covariance that judges them: 176 of 200 held the truth."""
    random, before, runs = np.random.default_rng(6), 3, 300
    plain = Smallness(1.0, 10.0)
    honest = plain.fitted(before - 1)
    assert honest is not None
    held = {plain: 0, honest: 0}
    for _ in range(runs):
        waves = random.normal(size=(12, before + 2))
        changes = np.delete(waves - waves[:, [before]], before, axis=1)
        sides = changes[:6], changes[6:]
        effects = sides[0].mean(axis=0) - sides[1].mean(axis=0)
        covariance = sum(np.cov(one.T) / 6 for one in sides)
        for one in held:
            low, high = shortest(effects, one.correction * covariance, before, 0.0, one.freedom)
            held[one] += low <= 0 <= high
    assert held[plain] / runs < 0.92
    assert 0.93 <= held[honest] / runs <= 0.985


def test_where_nothing_is_fitted_or_people_are_many_nothing_is_lost() -> None:
    assert Smallness(1.1, 10.0).fitted(0) == Smallness(1.1, 10.0)
    assert Smallness(1.0, inf).fitted(5) == Smallness(1.0, inf)
    assert Smallness(1.1, 5.0).fitted(3) is None


@pytest.mark.parametrize("truth", [Region(organisations=24, sizes=UNEVEN[:6], waves=8, starts=(5,), icc=0.2)])
def test_bends_are_not_judged_where_uneven_organisations_leave_nothing_to_judge_by(truth: Region) -> None:
    """MCR-30: of twelve a side two had most people; 55 of 80 intervals held the truth."""
    assert fitted(truth).sensitivity(0.1) is None


def test_bends_are_as_unsure_as_the_organisations_and_not_as_the_library_takes_them_for() -> None:
    """MCR-30: six and six had eleven degrees of freedom, uncorrected; without bending, 176 of 200 held the truth."""
    found = fitted(Region(organisations=12, waves=8, starts=(5,), dropout=0.0))
    ours, theirs = found.sensitivity(0.0), found.library_sensitivity(0.0)
    assert ours is not None
    assert theirs is not None
    assert sum(ours) == pytest.approx(sum(theirs), abs=1e-3)
    assert ours[1] - ours[0] > 1.3 * (theirs[1] - theirs[0])


def later(cell: Cell) -> Cell:
    """The same people, not asked at the first wave."""
    products = tuple(row[1:] for row in cell.products[1:])
    return replace(cell, pattern=cell.pattern[1:], sums=cell.sums[1:], products=products, scores=None, changes=None)


def test_where_few_organisations_were_asked_early_nothing_is_judged_by_their_spread() -> None:
    """MCR-30: all answered since the second wave, but two a side at the first."""
    whole = region(Region(organisations=16, people=12, waves=5, starts=(4,), dropout=0.0))
    few = tuple(f"Organisation {number:03}" for number in (1, 2, 15, 16))
    cells = [cell if cell.organisation in few else later(cell) for cell in whole.cells]
    found = estimate(replace(whole, cells=tuple(cells)), Options(bends=(0.0,)))
    assert found.interval is not None
    assert (found.event_study, found.sensitivity, found.pre_test_p) == ((), (), None)
    asked = estimate(whole, Options(bends=(0.0,)))
    assert len(asked.event_study) == 4
    assert asked.sensitivity
