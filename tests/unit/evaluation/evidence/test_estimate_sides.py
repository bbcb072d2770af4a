"""Few small organisations beside many larger ones: each side is judged by how it is spread itself."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from services.evaluation.evidence.estimate.inference import by_means
from services.evaluation.evidence.estimate.organisations import Changes

DRAWS = 500
FALSE = 0.08
"""One of twenty, and the luck of five hundred draws."""


def drawn(
    random: np.random.Generator, starts: Sequence[int], others: int, small: float, *, effect: float = 0.0, last: int = 0
) -> Changes:
    """Mean changes over six waves; those with the programme vary `small` times as much as the `others`.

    The others never begin, or all at the wave `last`, and are compared with until then.
    """
    cohort = np.array([*starts, *[last] * others])
    spread = np.where(np.arange(len(cohort)) < len(starts), small, 1.0)[:, None]
    means = spread * random.normal(size=(len(cohort), 6))
    means += effect * ((cohort[:, None] > 0) & (np.arange(1, 7) >= cohort[:, None]))
    tasks = [(start, wave) for start in sorted(set(starts)) for wave in range(start, (last or 7))]
    start, wave = (np.array(side) for side in zip(*tasks, strict=True))
    mean = means[:, wave - 1] - means[:, start - 2]
    control = (cohort[:, None] == 0) | (cohort[:, None] > wave if last else False)
    return Changes(
        tuple(tasks),
        np.arange(len(cohort)),
        cohort,
        mean,
        np.full(mean.shape, 20.0),
        cohort[:, None] == start,
        np.broadcast_to(control, mean.shape),
    )


@pytest.mark.parametrize(
    ("starts", "others", "last"),
    [
        ((3,) * 4, 20, 0),
        ((3,) * 5, 20, 0),
        ((3, 3, 3, 5, 5, 5), 14, 0),
        ((2, 3, 4, 5, 6, 6), 14, 0),
        ((2, 3, 4, 5, 6), 14, 0),
        ((2, 2, 2, 4, 4, 4), 14, 6),
    ],
)
def test_few_that_vary_more_than_the_many_find_no_effect_that_is_not_there(
    starts: Sequence[int], others: int, last: int
) -> None:
    """MCR-30: one spread for both sides found one in 15 to 48 of 100 such regions; one after the other included."""
    random = np.random.default_rng(len(starts) + others)
    many = [by_means(drawn(random, starts, others, 4.0, last=last)) for _ in range(DRAWS)]
    assert sum(one is not None and one.p_value < 0.05 for one in many) / DRAWS <= FALSE
    assert None not in many


def test_one_start_without_gaps_is_welchs_test() -> None:
    found = drawn(np.random.default_rng(1), (6,) * 4, 20, 4.0)
    judged = by_means(found)
    welch = stats.ttest_ind(found.mean[:4, 0], found.mean[4:, 0], equal_var=False)
    assert judged is not None
    assert judged.freedom == pytest.approx(welch.df)
    assert judged.p_value == pytest.approx(welch.pvalue)
    assert judged.interval == pytest.approx(tuple(welch.confidence_interval()))


@pytest.mark.parametrize("last", [0, 6])
def test_an_effect_makes_nothing_less_sure_where_each_organisation_begins_alone(last: int) -> None:
    """They are spread around the mean of all that begin, so the effect itself has to be taken out first."""
    plain, risen = (
        by_means(drawn(np.random.default_rng(7), (2, 3, 4, 5), 6, 1.0, effect=effect, last=last))
        for effect in (0.0, 50.0)
    )
    assert plain is not None
    assert risen is not None
    assert risen.effect == pytest.approx(plain.effect + 50)
    assert risen.error == pytest.approx(plain.error)


@pytest.mark.parametrize("many", [2, 8])
def test_a_side_too_small_to_tell_its_spread_shares_that_of_all(many: int) -> None:
    """MCR-30: two that begin last are compared with; Student's test of all, and not one degree of freedom."""
    found = drawn(np.random.default_rng(3), (6,) * many, 2, 1.0)
    judged = by_means(found)
    student = stats.ttest_ind(found.mean[:many, 0], found.mean[many:, 0])
    assert judged is not None
    assert (judged.freedom, judged.p_value) == pytest.approx((many, student.pvalue))
