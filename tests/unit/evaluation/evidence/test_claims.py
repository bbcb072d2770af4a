"""Claims: from cells and an estimate to what is handed out, and back from its bytes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims import (
    Beside,
    Circumstances,
    beside,
    canonical,
    conclude,
    ladder,
    read,
)
from services.evaluation.evidence.claims.words import found
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import METHODS, NONE, Estimate, chosen, estimate
from services.evaluation.evidence.simulation import OUTCOME, Region, region
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, KNOWN, SURE, UNSURE, WHOLE, fewer, numbers_of


def test_a_claim_of_level_three_has_every_field() -> None:
    claim = conclude(WHOLE, SURE, KNOWN)
    assert (claim.level, claim.strength, claim.maryland, claim.detected) == (3, "consistent with an effect", 3, True)
    assert (claim.difference, claim.interval, claim.smallest_detectable) == (5.87, (4.01, 7.73), 2.63)
    assert (claim.observed, claim.expected_without) == (6.21, 0.34)
    assert (claim.people, claim.people_comparison, claim.organisations, claim.organisations_comparison) == (
        140,
        140,
        7,
        7,
    )
    assert (claim.rule, claim.library, claim.seed) == ("evidence/1 ladder/8", "diff-diff 3.13.0", 7)
    assert claim.standards == {"instrument": "confidence/2"}
    assert claim.cut_off == {"evaluation-0": 120, "evaluation-1": 98}
    assert "Without the programme both groups would have moved alike." in claim.assumptions
    assert claim.method == "Callaway and Sant'Anna (2021), clustered by organisation; wild cluster bootstrap"
    assert "consistent with an effect of +5.87 points" in claim.sentence
    assert not claim.suppressed


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 3),
        ({"pre_test_p": 0.04}, 2),
        ({"pre_test_p": None}, 2),
        ({"pre_test_powered": False}, 2),
        ({"pre_periods": 1}, 2),
        ({"sensitivity": ()}, 2),
        ({"sensitivity": ((0.0, 3.9, 7.9),)}, 2),
        ({"sensitivity": ((0.0, 3.9, 7.9), (0.1, -0.1, 8.0))}, 2),
        ({"sensitivity": ((0.0, -7.9, -3.9), (0.1, -8.0, -3.0))}, 2),
        ({"organisations_comparison": 5}, 2),
        ({"organisations_treated": 5}, 2),
        ({"p_value": 0.2}, 2),
        ({"p_value": None, "interval": None, "smallest_detectable": None}, 2),
        ({"effect": 0.004, "interval": (0.002, 0.006)}, 2),
        ({"effect": -5.8, "interval": (-7.7, -4.0)}, 2),
        ({"organisations_comparison": 1}, 1),
        ({"people_comparison": 9}, 1),
        ({"people_treated": 9}, 1),
        ({"attempted": False, "effect": None}, 1),
    ],
)
def test_the_level_follows_from_the_estimate(changed: Mapping[str, Any], expected: int) -> None:
    assert conclude(WHOLE, replace(SURE, **changed), KNOWN).level == expected


def test_without_an_estimate_only_the_change_is_said() -> None:
    claim = conclude(WHOLE, None, KNOWN)
    assert (claim.level, claim.difference, claim.expected_without, claim.attrition) == (1, None, None, None)
    assert claim.people_comparison is None
    assert claim.library.startswith("scipy ")
    assert "among those who answered both before and after" in claim.sentence


def test_without_a_declaration_nothing_is_consistent_with_an_effect() -> None:
    claim = conclude(WHOLE, SURE)
    assert claim.level == 2
    assert "neither the one declared beforehand nor adjusted" in claim.limits[0]
    assert claim.expected_without is None


def test_secondary_outcomes_count_only_when_none_is_kept_back() -> None:
    declared = DECLARED.model_copy(update={"primary": "other", "secondary": (OUTCOME.name, "b", "c")})
    both = {"b": 0.5, "c": 0.9, OUTCOME.name: 0.0004}
    assert conclude(WHOLE, SURE, Circumstances(declared, p_values=both)).level == 3
    assert conclude(WHOLE, SURE, Circumstances(declared, p_values={"b": 0.5})).level == 2
    assert conclude(WHOLE, SURE, Circumstances(declared)).level == 2
    borderline = replace(SURE, p_value=0.03)
    lost = conclude(WHOLE, borderline, Circumstances(declared, p_values={**both, OUTCOME.name: 0.0}))
    assert (lost.level, lost.detected) == (2, False)


def test_yearly_returns_say_that_the_third_is_awaited() -> None:
    yearly = DECLARED.model_copy(update={"annual": True})
    table = region(Region(effect=0.6, organisations=14, people=20, waves=2, starts=(2,), dropout=0.0))
    claim = conclude(table, replace(SURE, pre_periods=2), Circumstances(yearly))
    assert claim.level == 2
    assert "A yearly indicator cannot carry more before its third return." in claim.limits


def test_yearly_waves_are_yearly_returns_whatever_is_declared() -> None:
    table = replace(WHOLE, waves=("2021-09", "2022-08", "2023-09", "2024-09", "2025-09"))
    early = DECLARED.model_copy(update={"declared": date(2021, 6, 1), "waves": table.waves})
    assert conclude(table, SURE, Circumstances(early)).level == 3
    two = region(Region(effect=0.6, organisations=14, people=20, waves=2, starts=(2,), dropout=0.0))
    claim = conclude(replace(two, waves=("2023-09", "2024-09")), SURE, KNOWN)
    assert "A yearly indicator cannot carry more before its third return." in claim.limits


def test_what_is_no_finite_number_is_not_said() -> None:
    nan, inf = float("nan"), float("inf")
    for changed in (
        {"p_value": nan},
        {"interval": (-inf, inf)},
        {"interval": (nan, 1.0)},
        {"smallest_detectable": inf},
    ):
        claim = conclude(WHOLE, replace(SURE, **changed), KNOWN)
        assert (claim.level, claim.detected) == (2, None)
        assert "How sure this is cannot be said." in claim.sentence
        assert canonical(claim)
    assert conclude(WHOLE, replace(SURE, effect=nan), KNOWN).level == 1
    endless = replace(SURE, sensitivity=((0.0, -inf, inf),), event_study=((0, nan, nan, nan, nan),))
    assert beside(conclude(WHOLE, endless, KNOWN), WHOLE, endless) == Beside(asked_before=((140, 7), (140, 7)))


def test_those_who_left_take_level_three_away() -> None:
    left = region(Region(effect=0.6, organisations=14, people=20, waves=5, starts=(4,), dropout=0.15))
    claim = conclude(left, SURE, KNOWN)
    assert claim.level == 2
    assert claim.attrition is not None
    assert claim.attrition[0] < 0 < claim.attrition[1]
    assert "Those who left could have turned the difference round." in claim.limits


def test_what_was_not_detected_says_what_could_have_been() -> None:
    claim = conclude(WHOLE, UNSURE, KNOWN)
    assert (claim.level, claim.detected) == (2, False)
    assert "no difference detected" in claim.sentence
    assert "we could have detected 2.63 points" in claim.sentence


@pytest.mark.parametrize(("organisations", "people"), [(14, 1), (6, 3), (2, 200), (4, 9)])
def test_few_people_or_an_organisation_that_could_be_recognised_gives_no_number(
    organisations: int, people: int
) -> None:
    table = region(Region(organisations=organisations, people=people, waves=4, starts=(3,), dropout=0.0))
    claim = conclude(table, SURE, KNOWN)
    assert (claim.level, claim.suppressed, claim.sentence) == (0, True, "Not enough responses to show.")
    assert set(numbers_of(claim)) == {None}
    assert (claim.assumptions, claim.limits, claim.method) == ((), (), "none")


def test_nobody_who_answered_both_is_level_zero_and_no_error() -> None:
    once = CellTable.of(OUTCOME, WHOLE.waves, [cell.on(cell.pattern[:1]) for cell in WHOLE.cells])
    assert conclude(once, None).level == 0


def test_a_largest_organisation_that_could_subtract_itself_is_recognised() -> None:
    small = {cell.organisation for cell in WHOLE.cells if cell.cohort} - {"Organisation 001"}
    kept = [cell for cell in WHOLE.cells if cell.organisation not in small]
    nine = [cell for cell in fewer(9).cells if cell.organisation == "Organisation 002"]
    assert conclude(CellTable.of(OUTCOME, WHOLE.waves, [*kept, *nine]), SURE, KNOWN).level == 0
    ten = [cell for cell in fewer(10).cells if cell.organisation == "Organisation 002"]
    assert conclude(CellTable.of(OUTCOME, WHOLE.waves, [*kept, *ten]), SURE, KNOWN).level == 2


def test_a_table_that_asks_for_more_people_gets_its_way() -> None:
    assert conclude(replace(WHOLE, k=200), SURE, KNOWN).level == 0
    assert conclude(replace(WHOLE, k=30), SURE, KNOWN).people == 150


def test_means_of_few_people_are_shown_with_one_decimal() -> None:
    claim = conclude(WHOLE, replace(SURE, people_comparison=99), KNOWN)
    assert (claim.difference, claim.interval, claim.smallest_detectable) == (5.9, (4.0, 7.8), 2.8)


def test_cells_of_several_instruments_are_claimed_one_at_a_time() -> None:
    mixed = [replace(cell, instrument="new" if cell.cohort else "old") for cell in WHOLE.cells]
    with pytest.raises(EvidenceError, match="several instruments"):
        conclude(CellTable.of(OUTCOME, WHOLE.waves, mixed), SURE)


@pytest.mark.parametrize("cut_off", [{"evaluation 0": 1}, {"a\n": 1}, {"a": -1}, {"": 1}])
def test_a_cut_off_that_is_none_is_refused(cut_off: dict[str, int]) -> None:
    with pytest.raises(EvidenceError, match="position"):
        conclude(WHOLE, SURE, Circumstances(cut_off=cut_off))


@pytest.mark.parametrize("name", ["effect proved", "confidence\nIt worked", "<b>confidence</b>"])
@pytest.mark.parametrize("people", [1, 20])
def test_no_claim_is_made_of_an_outcome_whose_name_is_a_verdict_or_no_label(name: str, people: int) -> None:
    hostile = replace(fewer(people), outcome=OUTCOME.model_copy(update={"name": name}))
    with pytest.raises(EvidenceError) as refused:
        conclude(hostile, SURE, KNOWN)
    assert refused.value.field == "outcome.name"


SURENESS = st.none() | st.tuples(st.floats(0.001, 9), st.floats(0.001, 9), st.floats(1, 3), st.floats(0, 1))
"""How far the interval goes below and above, how many times its half could have been detected, and p; or unknown."""


def estimated(effect: float, sure: tuple[float, float, float, float] | None, **rest: Any) -> Estimate:
    """An estimate that is as sure as its method can be: of few organisations described, of many by the bootstrap."""
    name = chosen(min(rest["organisations_treated"], rest["organisations_comparison"])) if sure else NONE
    blank = replace(SURE, effect=effect, interval=None, p_value=None, smallest_detectable=None, **rest)
    if sure is None or name == NONE:
        return replace(blank, inference=NONE, method=METHODS[NONE], event_study=(), sensitivity=())
    below, above, times, p_value = sure
    found_ = replace(blank, interval=(effect - below, effect + above), p_value=p_value, inference=name)
    return replace(found_, method=METHODS[name], smallest_detectable=times * (below + above) / 2)


ESTIMATES = st.builds(
    estimated,
    st.floats(-9, 9),
    SURENESS,
    attempted=st.booleans(),
    organisations_treated=st.integers(0, 9),
    organisations_comparison=st.integers(0, 9),
    people_treated=st.integers(0, 200),
    people_comparison=st.integers(0, 200),
    pre_periods=st.integers(0, 4),
    pre_test_p=st.none() | st.floats(0, 1),
    pre_test_powered=st.booleans(),
)
TABLES = [WHOLE, fewer(1), fewer(3), region(Region(organisations=4, people=12, waves=4, starts=(3,)))]


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(ESTIMATES, st.sampled_from(TABLES), st.sampled_from([KNOWN, Circumstances(DRAWN), Circumstances()]))
def test_whatever_is_estimated_no_claim_says_more_than_its_level(
    found_: Estimate, table: CellTable, known: Circumstances
) -> None:
    claim = conclude(table, found_, known)
    for text in (claim.sentence, claim.method, claim.strength, *claim.assumptions, *claim.limits):
        assert found(text, ladder().may_not(claim.level)) == []
    assert (set(numbers_of(claim)) == {None}) == (claim.level == 0) == claim.suppressed
    if claim.level == 0:
        assert not any(character.isdigit() for character in claim.sentence)
    else:
        assert claim.people is not None
        assert claim.people % 10 == 0
    if claim.detected:
        assert claim.smallest_detectable is not None
        assert claim.interval is not None
        assert not claim.interval[0] <= 0 <= claim.interval[1]
    assert (claim.expected_without is None) == (claim.level < 3)
    assert canonical(read(canonical(claim))) == canonical(claim)


def test_a_small_region_goes_from_cells_to_a_claim() -> None:
    table = region(Region(effect=1.0, organisations=8, people=15, waves=4, starts=(3,), dropout=0.0))
    claim = conclude(table, estimate(table), KNOWN)
    assert (claim.level, claim.maryland) == (2, 2)
    assert claim.method.endswith("t on organisation means")
    assert claim.smallest_detectable is not None
    assert "There are fewer than six organisations on a side, of five people each at least." in claim.limits
