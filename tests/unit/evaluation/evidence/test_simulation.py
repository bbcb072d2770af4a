"""Regions whose truth is known: what was asked for is what is there."""

from functools import cache

import pytest

from services.evaluation.evidence.cells.plausible import check
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import Region, region

known = cache(region)


def mean_at(truth: Region, wave: int, *, treated: bool) -> float:
    cells = [cell for cell in known(truth).cells if (cell.cohort > 0) is treated and wave in cell.pattern]
    total = sum(cell.sums[cell.pattern.index(wave)] for cell in cells)
    return total / sum(cell.n for cell in cells)


def test_effect_and_trend_are_those_asked_for() -> None:
    """MCR-30: the trend is for all, the effect for those with the programme, from its start on."""
    truth = Region(effect=0.4, trend=0.2, organisations=200, people=100, icc=0.0, dropout=0.0)
    assert mean_at(truth, 6, treated=False) - mean_at(truth, 1, treated=False) == pytest.approx(10, abs=0.4)
    for wave, effect in ((3, 0), (4, 4), (6, 4)):
        difference = mean_at(truth, wave, treated=True) - mean_at(truth, wave, treated=False)
        assert difference == pytest.approx(effect, abs=0.5)
    assert truth.truth == 4


def test_the_same_seed_gives_the_same_region_and_another_one_another() -> None:
    assert region(Region(seed=3)) == region(Region(seed=3))
    assert region(Region(seed=3)) != region(Region(seed=4))


@pytest.mark.parametrize("truth", [Region(), Region(organisations=3, people=1, waves=2, starts=(2,)), Region(waves=12)])
def test_a_region_is_one_that_people_can_have_answered(truth: Region) -> None:
    table = region(truth)
    check(table)
    assert table.people == truth.organisations * truth.people


def test_people_leave_and_do_not_come_back() -> None:
    table = region(Region(dropout=0.3, people=200))
    assert {cell.pattern for cell in table.cells} == {tuple(range(1, last + 1)) for last in range(1, 7)}
    assert sum(cell.n for cell in table.cells if 2 in cell.pattern) / table.people == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize(
    ("field", "value"),
    [("organisations", 1), ("people", 0), ("waves", 1), ("starts", ()), ("starts", (1,)), ("starts", (9,)),
     ("icc", 1.5), ("stability", -0.1), ("dropout", 1.0), ("effect", 9.0), ("trend", 2.0), ("effect", float("nan"))],
)  # fmt: skip
def test_a_region_that_cannot_be_is_refused_with_the_field(field: str, value: object) -> None:
    truth = Region(**{field: value})  # type: ignore[arg-type] # the point of the test
    with pytest.raises(EvidenceError) as caught:
        region(truth)
    assert caught.value.field == field
