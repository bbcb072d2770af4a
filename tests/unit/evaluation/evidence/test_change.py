"""Paired change, response shift, several outcomes, attendance: golden figures and what may never be merged."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome
from services.evaluation.evidence.change import adjusted, dose, paired, shift, since_start
from services.evaluation.evidence.errors import EvidenceError

# Student 1908, hours of sleep gained by ten patients with two drugs, in tenths of an hour.
DRUG_ONE = (7, -16, -2, -12, -1, 34, 37, 8, 0, 20)
DRUG_TWO = (19, 8, 11, 1, -1, 44, 55, 16, 46, 34)
SLEEP = Outcome(name="sleep", unit="tenths of an hour", low=-100, high=100)
WAVES = ("2023-09", "2024-03", "2024-09", "2025-03")

Person = tuple[str, int, dict[int, int]]
"""Organisation, cohort, answers by wave."""


def people(*everybody: Person) -> CellTable:
    cells = [Cell.person(Key(o, cohort, tuple(sorted(a))), [a[w] for w in sorted(a)]) for o, cohort, a in everybody]
    return CellTable.of(SLEEP, WAVES, cells)


def two_waves(before: Sequence[int], after: Sequence[int], organisations: Sequence[str] = ("A",)) -> CellTable:
    rows = enumerate(zip(before, after, strict=True))
    return people(*((organisations[i % len(organisations)], 2, {1: one, 2: two}) for i, (one, two) in rows))


def test_students_sleep_data_give_the_published_standardised_change() -> None:
    change = paired(two_waves(DRUG_ONE, DRUG_TWO), 1, 2)
    assert change.g == pytest.approx(0.7605, abs=5e-5)
    assert change.interval_d == pytest.approx((0.284, 1.380), abs=5e-4)
    assert change.difference == pytest.approx(15.8)
    test = stats.ttest_rel(DRUG_TWO, DRUG_ONE)
    assert change.p_value == pytest.approx(test.pvalue)
    assert change.interval == pytest.approx(tuple(test.confidence_interval()))


def test_the_standardised_change_has_no_unit() -> None:
    tenths = paired(two_waves(DRUG_ONE, DRUG_TWO), 1, 2)
    hundredths = paired(
        CellTable.of(
            SLEEP,
            WAVES,
            [Cell.person(Key("A", 2, (1, 2)), pair) for pair in np.array([DRUG_ONE, DRUG_TWO]).T * 10],
        ),
        1,
        2,
    )
    assert hundredths.g == pytest.approx(tenths.g)
    assert hundredths.difference == pytest.approx(10 * tenths.difference)


def test_only_those_who_answered_both_count() -> None:
    rows: list[Person] = [("A", 2, {1: 10, 2: 20}), ("A", 2, {1: 12, 2: 25}), ("B", 2, {1: 11, 2: 19})]
    alone = paired(people(*rows), 1, 2)
    with_others = paired(people(*rows, ("A", 2, {1: -90}), ("B", 2, {2: 90}), ("A", 2, {3: 50})), 1, 2)
    assert with_others == alone
    assert alone.n == 3


def test_colleagues_who_resemble_each_other_widen_the_interval() -> None:
    change = paired(two_waves((0,) * 32, (30, 1, 2, 3) * 8, tuple("ABCD")), 1, 2)
    alone = paired(two_waves((0,) * 32, (30, 1, 2, 3) * 8), 1, 2)
    assert change.clustered
    assert not alone.clustered
    assert change.error is not None
    assert alone.error is not None
    assert change.error > alone.error


def test_clustering_never_narrows_the_interval() -> None:
    # every organisation has the same mean change: between organisations there is no spread at all
    change = paired(two_waves((0,) * 16, (4,) * 4 + (6,) * 4 + (5,) * 4 + (7,) * 4, tuple("ABCD")), 1, 2)
    assert not change.clustered
    assert change.error == pytest.approx(np.std((4, 6, 5, 7) * 4, ddof=1) / np.sqrt(16))


def test_scores_that_are_all_the_same_give_a_change_and_nothing_that_needs_spread() -> None:
    change = paired(two_waves((3,) * 20, (3,) * 20), 1, 2)
    assert (change.difference, change.g, change.interval, change.p_value) == (0, None, None, None)
    moved = paired(two_waves((3,) * 20, (4,) * 20), 1, 2)
    assert (moved.difference, moved.g, moved.interval, moved.smallest_detectable) == (1, None, None, None)


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_people_have_no_interval(count: int) -> None:
    change = paired(two_waves(DRUG_ONE[:count], DRUG_TWO[:count]), 1, 2)
    assert change.n == count
    assert change.interval is None
    assert change.g is None


def test_nobody_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(EvidenceError, match="nobody answered both"):
        paired(people(("A", 2, {1: 3}), ("A", 2, {2: 3})), 1, 2)
    with pytest.raises(EvidenceError, match="no change from wave 2 to 1"):
        paired(two_waves(DRUG_ONE, DRUG_TWO), 2, 1)


def test_since_the_start_a_person_counts_once_however_often_they_answered() -> None:
    table = people(
        ("A", 2, {1: 10, 2: 14, 3: 16}), ("B", 2, {1: 20, 2: 26}), ("C", 3, {2: 5, 4: 8}), ("D", 0, {1: 1, 2: 9})
    )
    change = since_start(table)
    assert change.n == 3
    assert change.difference == pytest.approx((4 + 6 + 6 + 3) / 4)
    assert change.organisations == 3


def test_since_the_start_with_one_wave_after_is_the_paired_change() -> None:
    table = two_waves(DRUG_ONE, DRUG_TWO, ("A", "B", "C", "D"))
    assert since_start(table) == paired(table, 1, 2)


def test_the_error_of_repeated_answers_is_that_of_each_persons_sum() -> None:
    rng = np.random.default_rng(5)
    y = rng.integers(0, 20, (40, 4))
    change = since_start(people(*(("A", 2, {w + 1: int(v) for w, v in enumerate(row)}) for row in y)))
    means = (y[:, 1:] - y[:, :1]).mean(axis=1)
    assert change.error == pytest.approx(means.std(ddof=1) / np.sqrt(40))


@given(st.permutations(range(10)), st.integers(1, 9))
def test_order_and_partition_of_people_change_nothing(order: list[int], cut: int) -> None:
    rows: list[Person] = [
        (name, 2, {1: one, 2: two}) for name, one, two in zip("ABCABCABCA", DRUG_ONE, DRUG_TWO, strict=True)
    ]
    shuffled = [rows[place] for place in order]
    merged = people(*shuffled[:cut]).merge(people(*shuffled[cut:]))
    assert paired(merged, 1, 2) == paired(people(*rows), 1, 2)


def test_bonett_covers_the_true_change_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    covered, runs, true = 0, 400, 0.5
    for _ in range(runs):
        raw = rng.multivariate_normal((0, true), [[1, 0.6], [0.6, 1]], 30)
        cell = np.rint(raw * 1000).astype(int)
        sums, products = cell.sum(axis=0), cell.T @ cell
        one = Cell("A", 2, (1, 2), "", 30, tuple(sums.tolist()), tuple(map(tuple, products.tolist())))
        interval = paired(CellTable.of(SLEEP, WAVES, [one]), 1, 2).interval_d
        covered += interval is not None and interval[0] <= true <= interval[1]
    assert 0.91 <= covered / runs <= 0.985


def test_response_shift_shows_three_changes_and_merges_none() -> None:
    # people rate themselves 7, learn what they did not know, say "I was a 2 then" and are a 6 now
    table = people(*(("A", 2, {1: 7 + i % 2, 2: 3 - i % 3, 3: 5 + i % 4}) for i in range(24)), ("A", 2, {1: 1, 3: 9}))
    seen = shift(table, 1, 2, 3)
    assert seen.conventional.difference < 0 < seen.retrospective.difference
    assert seen.opposed
    total = seen.retrospective.difference + seen.yardstick.difference
    assert seen.conventional.difference == pytest.approx(total)
    assert {seen.conventional.n, seen.retrospective.n, seen.yardstick.n} == {24}
    assert set(seen.__slots__) == {"conventional", "retrospective", "yardstick"}


def test_response_shift_that_agrees_is_not_opposed() -> None:
    table = people(*(("A", 2, {1: 4 + i % 2, 2: 3 - i % 3, 3: 6 + i % 4}) for i in range(24)))
    assert not shift(table, 1, 2, 3).opposed


def test_secondary_outcomes_are_adjusted_together() -> None:
    assert adjusted({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.8}) == pytest.approx(
        {"a": 0.04, "b": 4 / 3 * 0.04, "c": 4 / 3 * 0.04, "d": 0.8}
    )
    assert adjusted({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8))
def test_adjusting_never_makes_anything_look_surer(p_values: dict[str, float]) -> None:
    after = adjusted(p_values)
    assert all(after[name] >= value or after[name] == pytest.approx(value) for name, value in p_values.items())
    assert all((after[a] <= after[b]) or p_values[a] >= p_values[b] for a, b in combinations(p_values, 2))


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_not_a_probability_is_refused(wrong: float) -> None:
    with pytest.raises(EvidenceError, match="between 0 and 1"):
        adjusted({"a": wrong})


def band(gain: int) -> CellTable:
    return two_waves([0] * 30, [gain + i % 5 for i in range(30)])


def test_attendance_says_a_direction_and_no_figure_per_hour() -> None:
    more = dose([(2.0, paired(band(1), 1, 2)), (8.0, paired(band(4), 1, 2)), (20.0, paired(band(9), 1, 2))])
    assert (more.direction, more.fewest) == ("higher", 30)
    less = dose([(2.0, paired(band(9), 1, 2)), (20.0, paired(band(1), 1, 2))])
    assert less.direction == "lower"
    same = dose([(2.0, paired(band(4), 1, 2)), (20.0, paired(band(4), 1, 2))])
    assert same.direction == "none"
    assert set(more.__slots__) == {"direction", "p_value", "fewest"}


def test_one_band_or_a_band_without_spread_says_nothing() -> None:
    change = paired(band(3), 1, 2)
    with pytest.raises(EvidenceError, match="two bands"):
        dose([(4.0, change), (4.0, change)])
    with pytest.raises(EvidenceError, match="too few people or no spread"):
        dose([(4.0, change), (8.0, paired(two_waves([1] * 9, [2] * 9), 1, 2))])
