"""The estimate: who is compared by which inference, and what is said when data are too little."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from services.evaluation.evidence.cells import Cell, CellTable, Key
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import Options, detectable, estimate
from services.evaluation.evidence.estimate.inference import MEANS, NONE, WILD, by_means, by_wild, chosen
from services.evaluation.evidence.estimate.library import Control, fit
from services.evaluation.evidence.estimate.organisations import changes
from services.evaluation.evidence.panel import Moments, means
from services.evaluation.evidence.simulation import OUTCOME, Region, region
from tests.unit.evaluation.evidence.crowds import crowd

QUICK = Options(bends=())


@pytest.mark.parametrize(("a_side", "inference"), [(1, NONE), (2, NONE), (3, MEANS), (5, MEANS), (6, WILD), (40, WILD)])
def test_the_inference_goes_by_the_number_of_organisations(a_side: int, inference: str) -> None:
    """MCR-30: fewer than three a side description only, three to five t on means, six or more the bootstrap."""
    assert chosen(a_side) == inference
    assert estimate(region(Region(organisations=2 * a_side, people=12)), QUICK).inference == inference


def test_a_description_has_an_effect_and_nothing_that_judges_it() -> None:
    found = estimate(region(Region(organisations=4, effect=1.0)))
    assert found.attempted
    assert found.effect is not None
    assert (found.error, found.interval, found.p_value, found.smallest_detectable) == (None, None, None, None)
    assert (found.event_study, found.group_time, found.sensitivity, found.pre_test_p) == ((), (), (), None)


def test_t_on_organisation_means_is_the_two_sample_test() -> None:
    """MCR-30: with one start and no gaps it is Welch's test of the organisations' mean changes."""
    table = region(Region(organisations=8, people=15, effect=0.4, dropout=0.0))
    by_organisation = {}
    for cell in table.cells:
        mean = np.array(cell.sums) / cell.n
        by_organisation[cell.organisation] = (cell.cohort > 0, mean[3:].mean() - mean[2])
    treated, others = ([change for has, change in by_organisation.values() if has is side] for side in (True, False))
    welch = stats.ttest_ind(treated, others, equal_var=False)
    found = estimate(table, QUICK)
    assert found.effect == pytest.approx(np.mean(treated) - np.mean(others))
    assert found.p_value == pytest.approx(welch.pvalue)
    assert found.interval == pytest.approx(tuple(welch.confidence_interval()))
    assert found.smallest_detectable == pytest.approx(detectable(found.error or 0.0, welch.df))


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("seed", range(4))
def test_the_bootstrap_judges_the_very_effect_that_the_library_estimates(seed: int, control: Control) -> None:
    """MCR-30: gaps, several starts and either comparison included."""
    groups = [Moments.of(cell) for cell in crowd(seed, gaps=seed > 0).cells()]
    fitted = fit(means(groups), control)
    tasks = [pair for pair in fitted.pairs if pair[1] >= pair[0]]
    shares = np.array([fitted.shares[cohort] for cohort, _ in tasks])
    found = by_wild(changes(groups, tasks, control), shares / shares.sum(), fitted.simple[1], seed=1)
    assert found is not None
    assert found.effect == pytest.approx(fitted.simple[0], abs=1e-9)
    assert found.interval[0] < found.effect < found.interval[1]
    assert (found.p_value < 0.05) == (not found.interval[0] <= 0 <= found.interval[1])


def test_several_starts_and_gaps_leave_t_on_means_an_interval_around_its_effect() -> None:
    groups = [Moments.of(cell) for cell in crowd(3, organisations=9).cells()]
    tasks = [(cohort, wave) for cohort in sorted({g.cohort for g in groups} - {0}) for wave in range(cohort, 6)]
    for control in ("never_treated", "not_yet_treated"):
        found = by_means(changes(groups, tasks, control))  # type: ignore[arg-type] # a literal of the loop
        assert found is not None
        assert 2 <= found.freedom <= 6
        assert sum(found.interval) / 2 == pytest.approx(found.effect)


def test_the_same_seed_gives_the_same_estimate_and_the_claim_can_name_what_made_it() -> None:
    """Byte for byte, whatever the order of cells."""
    table = region(Region(organisations=12, effect=0.5, seed=4))
    shuffled = replace(table, cells=table.cells[::-1])
    assert estimate(table) == estimate(CellTable.of(table.outcome, table.waves, shuffled.cells))
    assert estimate(table).library == "diff-diff 3.13.0"
    assert estimate(table, Options(seed=9)).seed == 9


def test_a_known_effect_is_found_with_its_band_sensitivity_and_pre_test() -> None:
    found = estimate(region(Region(organisations=24, people=60, effect=0.8, starts=(4, 5), dropout=0.0, seed=2)))
    assert found.interval is not None
    assert found.interval[0] < 8 < found.interval[1]
    assert [time for time, *_ in found.event_study] == [-3, -2, -1, 0, 1, 2]
    assert all(low < effect < high for _, effect, _, low, high in found.event_study)
    assert len(found.sensitivity) == 3
    assert (found.pre_periods, found.pre_test_powered) == (3, True)
    assert (found.organisations_treated, found.organisations_comparison) == (12, 12)
    assert (found.people_treated, found.people_comparison) == (720, 720)


def test_a_drift_before_the_start_fails_the_pre_test() -> None:
    """MCR-30: groups that did not move alike before are not said to."""
    table = region(Region(organisations=24, people=60, icc=0.01, seed=5))
    drifting = [_risen(cell) if cell.cohort else cell for cell in table.cells]
    found = estimate(replace(table, cells=tuple(drifting)), QUICK)
    assert found.pre_test_p is not None
    assert found.pre_test_p < 0.001


def _risen(cell: Cell) -> Cell:
    """Everybody in the cell three points more at each later wave."""
    rise = [3 * wave for wave in cell.pattern]
    sums = tuple(total + cell.n * up for total, up in zip(cell.sums, rise, strict=True))
    products = tuple(
        tuple(entry + up * cell.sums[j] + rise[j] * cell.sums[i] + cell.n * up * rise[j] for j, entry in enumerate(row))
        for i, (row, up) in enumerate(zip(cell.products, rise, strict=True))
    )
    return replace(cell, sums=sums, products=products, scores=None, changes=None)


def _only(kept: Callable[[Cell], bool], **truth: int) -> CellTable:
    return region(Region(organisations=12, people=10, **truth)).where(kept)


LITTLE: dict[str, CellTable] = {
    "after the first wave": _only(lambda cell: cell.cohort == 0),
    "there is no comparison": _only(lambda cell: cell.cohort == 4),
    "only one organisation": CellTable.of(
        OUTCOME,
        ("2023-09", "2024-03"),
        [Cell.person(Key("Trust", cohort, (1, 2)), (answer, 50)) for cohort in (0, 2) for answer in range(20)],
    ),
    "same score at every wave": CellTable.of(
        OUTCOME,
        ("2023-09", "2024-03"),
        [Cell.person(Key(f"Trust {n % 8}", 2 * (n % 2), (1, 2)), (7, 7)) for n in range(80)],
    ),
    "nobody answered twice": _only(lambda cell: 6 not in cell.pattern),
    "no cohort has both waves around its start": _only(
        lambda cell: cell.cohort == 0 or set(cell.pattern) < {1, 2, 3}
    ).where(lambda cell: cell.cohort == 0 or cell.pattern == (1, 2)),
}


@pytest.mark.parametrize("reason", LITTLE)
def test_too_little_data_end_as_a_reason_and_never_as_a_number(reason: str) -> None:
    """MCR-30: not attempted, and why."""
    found = estimate(LITTLE[reason])
    assert not found.attempted
    assert reason in found.reason
    assert (found.effect, found.error, found.interval, found.p_value) == (None, None, None, None)


def test_organisations_that_do_not_differ_are_nothing_to_judge_chance_by() -> None:
    scores = {(0, 1): 4, (0, 2): 4, (2, 1): 4, (2, 2): 6}
    people = [
        Cell.person(
            Key(f"Trust {number % 16}", cohort, (1, 2)), [scores[cohort, wave] + number // 64 for wave in (1, 2)]
        )
        for number in range(128)
        for cohort in [2 * (number % 2)]
    ]
    found = estimate(CellTable.of(OUTCOME, ("2023-09", "2024-03"), people))
    assert not found.attempted
    assert found.effect is None


def test_several_instruments_are_not_mixed_unless_one_is_chosen() -> None:
    table = region(Region(organisations=12, people=10))
    then = CellTable.of(table.outcome, table.waves, [replace(cell, instrument="then") for cell in table.cells])
    with pytest.raises(EvidenceError, match="several instruments"):
        estimate(table.merge(then))
    assert estimate(table.merge(then), QUICK, instrument="then") == estimate(table, QUICK)
    with pytest.raises(EvidenceError, match="no cell"):
        estimate(table, instrument="later")
