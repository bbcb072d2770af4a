"""Two arms: who left, and which comparison the design allows."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome
from services.evaluation.evidence.change import ancova, bounds, contrast
from services.evaluation.evidence.change.attrition import LEE, WORST
from services.evaluation.evidence.errors import EvidenceError

SCALE = Outcome(name="confidence", low=1, high=5)
WAVES = ("2023-09", "2024-03", "2024-09")

Answers = Mapping[int, int]


def table(treated: Sequence[Answers], comparison: Sequence[Answers], scale: Outcome = SCALE) -> CellTable:
    cells = []
    for cohort, arm in ((2, treated), (0, comparison)):
        for place, answers in enumerate(arm):
            waves = tuple(sorted(answers))
            name = f"{'T' if cohort else 'C'}{place % 6}"
            cells.append(Cell.person(Key(name, cohort, waves), [answers[wave] for wave in waves]))
    return CellTable.of(scale, WAVES, cells)


def both(before: int, after: int, count: int) -> list[Answers]:
    return [{1: before, 2: after}] * count


def only_before(before: int, count: int) -> list[Answers]:
    return [{1: before}] * count


def test_when_nobody_left_both_bounds_are_the_difference() -> None:
    complete = table(both(2, 4, 20), both(2, 3, 20))
    for lottery in (True, False):
        found = bounds(complete, lottery=lottery)
        assert (found.low, found.high) == (1, 1)
        assert not found.straddles_zero


def test_without_a_lottery_everybody_who_left_gets_the_worst_and_the_best_score() -> None:
    found = bounds(table(both(2, 4, 8) + only_before(3, 2), both(2, 3, 9) + only_before(1, 1)), lottery=False)
    # arms: (8·2 + 2·(1-3))/10 to (8·2 + 2·(5-3))/10, and (9·1 + (1-1))/10 to (9·1 + (5-1))/10
    assert found.low == pytest.approx(1.2 - 1.3)
    assert found.high == pytest.approx(2.0 - 0.9)
    assert found.method == WORST
    assert found.straddles_zero
    assert (found.answered_treated, found.answered_comparison) == (0.8, 0.9)


def test_lee_bounds_trim_a_fraction_of_a_scores_count() -> None:
    # 10 of 10 answered against 9 of 12: the treated keep three quarters of ten people, 7.5
    treated = both(1, 1, 2) + both(1, 2, 2) + both(1, 3, 3) + both(1, 5, 3)
    comparison = both(1, 2, 9) + only_before(1, 3)
    found = bounds(table(treated, comparison), lottery=True)
    lowest = (2 * 0 + 2 * 1 + 3 * 2 + 0.5 * 4) / 7.5
    highest = (3 * 4 + 3 * 2 + 1.5 * 1) / 7.5
    assert found.method == LEE
    assert (found.low, found.high) == pytest.approx((lowest - 1, highest - 1))


def test_lee_bounds_trim_the_comparison_where_it_answered_more() -> None:
    comparison = both(1, 1, 5) + both(1, 5, 5)
    found = bounds(table(both(1, 3, 5) + only_before(1, 5), comparison), lottery=True)
    assert (found.low, found.high) == pytest.approx((2 - 4, 2 - 0))


@pytest.mark.parametrize("lottery", [True, False])
def test_where_organisations_count_alike_so_do_those_who_left_them(lottery: bool) -> None:
    """One of two people of a small organisation is a quarter of a side of two, and a tenth of its people."""

    def side(cohort: int, moved: int) -> list[Cell]:
        large = Cell.person(Key(f"{cohort} large", cohort, (1, 2)), [3, 3 + moved])
        small = Cell.person(Key(f"{cohort} small", cohort, (1, 2)), [3, 3 + moved])
        return [*[large] * 8, small]

    left = Cell.person(Key("2 small", 2, (1,)), [3])
    cells = [*side(2, 1), left, *side(0, 0), Cell.person(Key("0 small", 0, (1, 2)), [3, 3])]
    found = bounds(CellTable.of(SCALE, WAVES, cells), lottery=lottery, alike=True)
    assert (found.left, found.answered_treated, found.uneven) == (0.25, 0.75, 0.25)
    # three quarters moved by 1, a quarter could have by 1 - 3 to 5 - 3
    assert found.worst == (0.75 - 0.5, 0.75 + 0.5)
    assert (found.low, found.high) == ((1, 1) if lottery else found.worst)
    assert (found.fewest, found.leavers) == (1, ((1,),))


def test_without_histograms_of_changes_even_a_lottery_gets_the_worst_case() -> None:
    kept = table(both(2, 4, 8) + only_before(3, 2), both(2, 3, 9) + only_before(1, 1))
    bare = CellTable.of(
        SCALE, WAVES, [Cell(*cell.key, n=cell.n, sums=cell.sums, products=cell.products) for cell in kept.cells]
    )
    assert bounds(bare, lottery=True) == bounds(kept, lottery=False)
    assert bounds(kept, lottery=True).method == LEE


@pytest.mark.parametrize("lottery", [True, False])
def test_a_wave_at_which_a_whole_arm_left_gets_the_worst_case(lottery: bool) -> None:
    """MCR-30: a wave that one arm answered and the other did not is no wave less, but an arm that left."""
    whole: list[Answers] = [{1: 2, 2: 4, 3: 5}] * 8
    gone: list[Answers] = [{1: 2, 2: 3}] * 8
    found = bounds(table(whole, gone), lottery=lottery)
    # wave 2: 2 - 1; wave 3: 3 less what the comparison could have moved by, from 1 - 2 to 5 - 2
    assert (found.low, found.high, found.method) == (0.5, 2.5, WORST)
    assert (found.answered_comparison, found.uneven) == (0.5, 1)
    other = bounds(table(gone, whole), lottery=lottery)
    assert (other.low, other.high, other.uneven) == (-2.5, -0.5, 1)


def test_a_wave_that_nobody_answered_is_none() -> None:
    short: list[Answers] = [{1: 2, 2: 3}] * 8
    assert bounds(table(short, short), lottery=True).uneven == 0


def test_a_cohort_without_a_comparison_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="no cohort and comparison"):
        bounds(table(both(2, 4, 8), []), lottery=False)


SCORES = st.integers(1, 5)
STAYED = st.fixed_dictionaries({1: SCORES, 2: SCORES})
ARM = st.lists(STAYED, min_size=1, max_size=8)
GONE = st.lists(STAYED, max_size=5)


@given(ARM, ARM, GONE, GONE)
def test_worst_case_holds_whatever_those_who_left_would_have_said(
    treated: list[dict[int, int]],
    comparison: list[dict[int, int]],
    left: list[dict[int, int]],
    gone: list[dict[int, int]],
) -> None:
    seen = table(treated + [{1: a[1]} for a in left], comparison + [{1: a[1]} for a in gone])
    truth = np.mean([a[2] - a[1] for a in treated + left]) - np.mean([a[2] - a[1] for a in comparison + gone])
    found = bounds(seen, lottery=False)
    assert found.low - 1e-12 <= truth <= found.high + 1e-12


@given(ARM, ARM, st.integers(0, 6))
def test_the_more_people_left_the_wider_the_bounds(
    treated: list[dict[int, int]], comparison: list[dict[int, int]], gone: int
) -> None:
    for lottery in (False, True):
        widths = []
        for count in range(gone + 1):
            found = bounds(table(treated, comparison + only_before(3, count)), lottery=lottery)
            widths.append(found.high - found.low)
        assert all(wider >= narrower - 1e-12 for narrower, wider in pairwise(widths))


Column = NDArray[np.float64]


def raw(gap: float, gain: float, seed: int, n: int) -> tuple[Column, Column, Column]:
    """Arm, before, after: a stable score with noise each time; the treated are `gap` apart and gain `gain`."""
    rng = np.random.default_rng(seed)
    arm = np.repeat([1.0, 0.0], n)
    stable = rng.normal(arm * gap, 10)
    return arm, np.rint(stable + rng.normal(0, 8, 2 * n)), np.rint(stable + rng.normal(arm * gain, 8))


def groups(gap: float, gain: float, seed: int, n: int = 600) -> CellTable:
    arm, before, after = raw(gap, gain, seed, n)
    answers = [{1: int(one), 2: int(two)} for one, two in zip(before, after, strict=True)]
    wide = Outcome(name="score", low=-1000, high=1000)
    return table(answers[: int(arm.sum())], answers[int(arm.sum()) :], wide)


def test_ancova_is_refused_without_a_lottery() -> None:
    with pytest.raises(EvidenceError, match="needs a lottery"):
        ancova(groups(0, 3, 1), 1, 2, lottery=False)


def test_with_a_stable_gap_ancova_is_biased_and_changes_are_not() -> None:
    chosen = groups(-12, 3, 2, 2000)
    assert contrast(chosen, 1, 2, lottery=False).answer.difference == pytest.approx(3, abs=0.8)
    assert ancova(chosen, 1, 2, lottery=True).difference < 0


def test_where_the_two_point_in_different_directions_both_are_shown() -> None:
    seen = contrast(groups(-12, 3, 2, 2000), 1, 2, lottery=False)
    assert seen.answer.method == "change scores"
    assert seen.opposed is not None
    assert seen.opposed.method == "ANCOVA"
    assert contrast(groups(0, 6, 3), 1, 2, lottery=True).opposed is None


def test_with_a_lottery_ancova_is_the_answer_and_the_more_precise_one() -> None:
    found = {"ANCOVA": [], "change scores": []}
    for seed in range(60):
        drawn = groups(0, 3, seed, 60)
        found["ANCOVA"].append(contrast(drawn, 1, 2, lottery=True).answer.difference)
        found["change scores"].append(contrast(drawn, 1, 2, lottery=False).answer.difference)
    assert np.std(found["ANCOVA"]) < np.std(found["change scores"])
    assert np.mean(found["ANCOVA"]) == pytest.approx(3, abs=0.6)


def test_the_slope_and_the_difference_are_those_of_ordinary_regression() -> None:
    drawn = groups(4, 3, 9, 30)
    arm, before, after = raw(4, 3, 9, 30)
    x = np.column_stack([np.ones(len(arm)), arm, before])
    expected = np.linalg.lstsq(x, after, rcond=None)[0][1]
    assert ancova(drawn, 1, 2, lottery=True).difference == pytest.approx(expected)


def test_with_fewer_than_three_organisations_a_side_the_difference_is_a_description() -> None:
    two_a_side = table(both(2, 4, 2), both(2, 3, 2))
    answer = contrast(two_a_side, 1, 2, lottery=False).answer
    assert (answer.difference, answer.error, answer.interval) == (1, None, None)


def test_a_side_without_people_who_answered_both_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="one side has nobody"):
        contrast(table(both(2, 4, 8), only_before(2, 8)), 1, 2, lottery=False)


def test_who_answered_once_before_the_start_has_left() -> None:
    """MCR-30: those who answered at the first wave only widen the bounds and lower the share who answered again."""
    both = [Cell.person(Key("A", cohort, (1, 2, 3)), (50, 50, 50)) for cohort in (0, 3) for _ in range(10)]
    once = [Cell.person(Key("A", 3, (1,)), (50,)) for _ in range(10)]
    outcome = Outcome(name="confidence", low=0, high=100)
    table = CellTable.of(outcome, ("2023-09", "2024-01", "2024-05"), [*both, *once])
    found = bounds(table, lottery=False)
    assert (found.answered_treated, found.answered_comparison, found.uneven) == (0.5, 1.0, 0.5)
    assert (found.low, found.high) == (-25, 25)
