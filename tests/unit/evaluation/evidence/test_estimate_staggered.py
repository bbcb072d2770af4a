"""Organisations that begin one after the other, and other ways in which few of them carry an estimate."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.estimate import Options, estimate
from services.evaluation.evidence.estimate.estimating import _sensitivity
from services.evaluation.evidence.estimate.inference import MEANS, WILD, by_means
from services.evaluation.evidence.estimate.organisations import Changes
from services.evaluation.evidence.simulation import Region, region

QUICK = Options(bends=())


def table(
    names: Sequence[str], cohorts: Sequence[int], answers: NDArray[np.int64], answered: NDArray[np.bool_] | None = None
) -> CellTable:
    there = np.ones(answers.shape, dtype=bool) if answered is None else answered
    waves = [f"{2020 + number}-09" for number in range(answers.shape[1])]
    outcome = Outcome(name="confidence", low=0, high=100)
    return CellTable.of(outcome, waves, fold(list(names), list(cohorts), answers, there))


def drawn(random: np.random.Generator, starts: Sequence[int], others: int, waves: int = 8) -> Changes:
    """Mean changes of organisations that nothing but chance tells apart: each wave's mean is its own."""
    cohort = np.array([*starts, *[0] * others])
    means = random.normal(size=(len(cohort), waves))
    tasks = [(start, wave) for start in sorted(set(starts)) for wave in range(start, waves + 1)]
    start, wave = (np.array(side) for side in zip(*tasks, strict=True))
    mean = means[:, wave - 1] - means[:, start - 2]
    control = np.repeat(cohort[:, None] == 0, len(tasks), axis=1)
    people = np.full(mean.shape, 20.0)
    return Changes(tuple(tasks), np.arange(len(cohort)), cohort, mean, people, cohort[:, None] == start, control)


@pytest.mark.parametrize(("others", "seed"), [(6, 1), (14, 2)])
def test_one_organisation_a_start_finds_no_effect_where_there_is_none_in_nineteen_of_twenty(
    others: int, seed: int
) -> None:
    """MCR-30: 1,500 draws, six organisations with six starts; the inference that the engine takes for them."""
    random = np.random.default_rng(seed)
    missed = 0
    for _ in range(1500):
        found = by_means(drawn(random, (3, 4, 5, 6, 7, 8), others))
        assert found is not None
        missed += not found.interval[0] <= 0 <= found.interval[1]
    assert missed / 1500 <= 0.065


@pytest.mark.parametrize(
    ("organisations", "starts", "inference"),
    [
        (12, (3, 4, 5, 6, 7, 8), MEANS),
        (12, (3, 3, 5, 5, 7, 7), MEANS),
        (12, (3, 5, 5, 5, 5, 5), MEANS),
        (12, (3, 6), MEANS),
        (16, (3, 6), WILD),
        (12, (4,), WILD),
    ],
)
def test_the_bootstrap_is_for_starts_of_four_organisations_or_more(
    organisations: int, starts: tuple[int, ...], inference: str
) -> None:
    """MCR-30: it sees no spread in a start of one, half of it in a start of two, too little of it in one of three."""
    made_up = Region(organisations=organisations, people=12, waves=8, starts=starts, dropout=0.0)
    found = estimate(region(made_up), QUICK)
    assert found.inference == inference


def test_where_one_organisation_makes_up_a_start_nothing_is_judged_by_its_spread() -> None:
    """MCR-30: no test of the time before, no bend and no band, so no claim of level three rests on them."""
    found = estimate(region(Region(organisations=12, waves=8, starts=(3, 4, 5, 6, 7, 8), dropout=0.0, seed=5)))
    assert found.interval is not None
    assert found.interval[0] <= 0 <= found.interval[1]
    assert (found.event_study, found.sensitivity, found.pre_test_p) == ((), (), None)


def test_an_organisation_among_much_smaller_ones_is_all_but_alone() -> None:
    random = np.random.default_rng(4)
    sizes = [600, 3, 3, 3, 3, 3, *[40] * 6]
    names = np.repeat([f"Trust {number:02}" for number in range(12)], sizes)
    cohorts = np.repeat([3] * 6 + [0] * 6, sizes)
    answers = np.rint(random.normal(50, 8, (len(names), 4))).clip(0, 100).astype(np.int64)
    found = estimate(table(names.tolist(), cohorts.tolist(), answers), QUICK)
    assert found.inference == MEANS
    assert (found.sizes_treated, found.sizes_comparison) == ((600, 3, 3, 3, 3, 3), (40,) * 6)


def test_organisations_with_people_on_both_sides_are_not_counted_twice() -> None:
    """MCR-30: six of them are six clusters, three a side."""
    random = np.random.default_rng(1)
    names = np.repeat([f"Trust {number}" for number in range(6)], 40)
    cohorts = np.tile(np.repeat([3, 0], 20), 6)
    answers = np.rint(random.normal(50, 8, (240, 4))).astype(np.int64)
    found = estimate(table(names.tolist(), cohorts.tolist(), answers), QUICK)
    assert (found.organisations_treated, found.organisations_comparison, found.clusters) == (6, 6, 6)
    assert found.inference == MEANS


@pytest.mark.parametrize("people", [3, 5, 7])
@pytest.mark.parametrize("comparison", [(2, 2, 2, 2), (2, 2, 2, 3)])
def test_where_everybody_of_a_side_answers_alike_chance_cannot_be_judged(
    people: int, comparison: tuple[int, ...]
) -> None:
    """MCR-30: no interval of no width, and nothing that "could have been detected" as 0."""
    names = [f"Trust {number:02}" for number in range(12) for _ in range(people)]
    cohorts = [3 * (number % 2) for number in range(12) for _ in range(people)]
    answers = np.array([(2, 2, 2, 3) if cohort else comparison for cohort in cohorts], dtype=np.int64)
    found = estimate(table(names, cohorts, answers), QUICK)
    assert not found.attempted
    assert "nothing to judge chance by" in found.reason
    assert (found.interval, found.smallest_detectable) == (None, None)


def test_waves_before_the_start_are_those_that_a_cohort_answered() -> None:
    """MCR-30: one cohort that was never seen before its last wave keeps all from having two."""
    random = np.random.default_rng(12)
    names = [f"Trust {number:02}" for number in range(24) for _ in range(10)]
    cohorts = [3 if number < 7 else 6 if number < 14 else 0 for number in range(24) for _ in range(10)]
    answers = np.rint(random.normal(50, 8, (240, 7))).astype(np.int64)
    answered = np.ones(answers.shape, dtype=bool)
    assert estimate(table(names, cohorts, answers, answered), QUICK).pre_periods == 2
    answered[np.array(cohorts) == 3, 0] = False
    assert estimate(table(names, cohorts, answers, answered), QUICK).pre_periods == 1


def test_the_change_and_the_difference_rest_on_the_same_people_and_waves() -> None:
    """MCR-30: effects that grow while people leave; the comparison does not move, and that is what is expected."""
    random = np.random.default_rng(8)
    names = [f"Trust {number:02}" for number in range(12) for _ in range(40)]
    cohorts = [3 if number < 6 else 0 for number in range(12) for _ in range(40)]
    base = random.integers(40, 60, 480)
    grown = np.where(np.array(cohorts)[:, None] > 0, [0, 0, 0, 10, 30], 0)
    answers = base[:, None] + grown + random.integers(-2, 3, (480, 5)) * np.array([0, 0, 1, 1, 1])
    answered = np.column_stack([np.tile(np.arange(40) < many, 12) for many in (40, 40, 40, 24, 8)])
    found = estimate(table(names, cohorts, answers, answered), QUICK)
    assert found.observed is not None
    assert found.effect is not None
    assert found.observed - found.effect == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("organisations", [10, 26])
def test_a_name_decides_nothing(organisations: int) -> None:
    """Signs and normal draws go by what organisations hold, not by the order of their names."""
    first = region(Region(organisations=organisations, people=10, effect=0.3, seed=6))
    renamed = [replace(cell, organisation=f"Z{1000 - int(cell.organisation[-3:])}") for cell in first.cells]
    assert estimate(CellTable.of(first.outcome, first.waves, renamed), QUICK) == estimate(first, QUICK)


def test_the_smallest_detectable_effect_goes_by_the_interval_that_is_given() -> None:
    found = estimate(region(Region(organisations=14, people=12, seed=3)), QUICK)
    assert found.inference == WILD
    assert found.interval is not None
    half = (found.interval[1] - found.interval[0]) / 2
    assert found.smallest_detectable == pytest.approx(half * (1 + stats.t.ppf(0.8, 12) / stats.t.ppf(0.975, 12)))


def test_a_bend_without_an_answer_holds_everything() -> None:
    """MCR-30: an interval that is not known is not one that leaves out zero."""
    fitted: Any = SimpleNamespace(sensitivity=lambda bend, _: (1.0, 2.0) if bend < 0.15 else None)
    assert _sensitivity(fitted, Options(), 10.0, np.arange(6)) == ((0.0, 1.0, 2.0), (0.1, 1.0, 2.0), (0.2, -inf, inf))
    nothing: Any = SimpleNamespace(sensitivity=lambda *_: None)
    assert _sensitivity(nothing, Options(), 10.0, np.arange(6)) == ()


def test_a_large_effect_does_not_vouch_for_the_test_of_the_time_before() -> None:
    """MCR-30: power is against a fifth of a deviation a wave, or less; organisations here move by more than that."""
    truth = Region(organisations=12, people=5, icc=0.3, effect=4.0, dropout=0.0, starts=(3,))
    found = estimate(region(truth), QUICK)
    assert found.pre_test_p is not None
    assert not found.pre_test_powered


@pytest.mark.parametrize(
    ("later", "months"),
    [(7, (0, 4, 8, 12, 16, 20, 24)), (5, (0, 1, 13, 25, 37, 49))],
    ids=["evenly", "one soon after the other, then yearly"],
)
def test_a_start_that_stayed_alike_does_not_vouch_for_one_that_parts_in_a_straight_line(
    later: int, months: tuple[int, ...]
) -> None:
    """MCR-30: no effect; who begins first parts from the comparison by the calendar, who begins later does not. Slopes
    of the later start were taken for those of both: 15 of 60 such regions were level 3.
    """
    random = np.random.default_rng(0)
    cohorts = np.repeat([*[3] * 18, *[later] * 6, *[0] * 24], 20)
    scores = 40 + random.normal(0, 2, (len(cohorts), len(months))) + np.outer(cohorts == 3, months) / 2
    names = [f"Trust {number // 20:02}" for number in range(len(cohorts))]
    waves = [f"{2020 + month // 12}-{month % 12 + 1:02}" for month in months]
    drifting = replace(table(names, cohorts.tolist(), np.rint(scores).astype(np.int64)), waves=tuple(waves))
    found = estimate(drifting)
    assert found.effect is not None
    assert found.effect > 5
    assert len(found.sensitivity) == 1
    assert found.sensitivity[0][1] <= 0 <= found.sensitivity[0][2]


def test_a_start_with_nothing_before_but_the_last_wave_leaves_bends_unknown() -> None:
    """What the other start did before is no news of it."""
    made_up = Region(organisations=24, people=12, waves=6, starts=(2, 5), effect=0.8, dropout=0.0)
    assert estimate(region(made_up)).sensitivity == ()
