"""The ladder: every combination of conditions has a level, and worse data never raise it."""

from dataclasses import fields, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation.evidence.claims import Conditions, ladder, level, limits

EVERYTHING = Conditions(
    people=400,
    k=10,
    identifiable=False,
    paired=True,
    comparison=True,
    dominated=False,
    organisations_treated=10,
    organisations_comparison=10,
    pre_periods=3,
    pre_test_passed=True,
    pre_test_powered=True,
    asked_before=True,
    alike_before=True,
    room=True,
    spread_alike=True,
    ends_alike=True,
    ranks_alike=True,
    chosen_harmless=True,
    sensitivity_excludes_zero=True,
    bounds_same_sign=True,
    adjusted=True,
    detected=True,
    annual=False,
    returns=5,
    lottery_recorded=True,
    all_drawn_used=True,
    attrition_balanced=True,
    leavers_harmless=True,
    few_joined=True,
    protocol_declared=True,
    foreseen=True,
    instrument_foreseen=True,
    organisations_foreseen=True,
    waves_foreseen=True,
    people_foreseen=True,
    instrument_shared=True,
    settled=True,
    scale_foreseen=True,
    complete=True,
    everybody=True,
)
NO_LOTTERY = replace(EVERYTHING, lottery_recorded=False)
BETTER_WHEN_FALSE = {"identifiable", "annual", "dominated", "told"}
BETTER_WHEN_LOW = {"k"}
ORDER = {False: 0, None: 1, True: 2}

CONDITIONS = st.builds(
    Conditions,
    people=st.integers(0, 40),
    k=st.sampled_from([1, 5, 10, 20]),
    identifiable=st.booleans(),
    paired=st.booleans(),
    comparison=st.booleans(),
    told=st.booleans(),
    dominated=st.booleans(),
    organisations_treated=st.integers(0, 8),
    organisations_comparison=st.integers(0, 8),
    pre_periods=st.integers(0, 4),
    pre_test_passed=st.sampled_from([True, False, None]),
    pre_test_powered=st.booleans(),
    asked_before=st.booleans(),
    alike_before=st.booleans(),
    room=st.booleans(),
    spread_alike=st.booleans(),
    ends_alike=st.booleans(),
    ranks_alike=st.booleans(),
    chosen_harmless=st.booleans(),
    sensitivity_excludes_zero=st.booleans(),
    bounds_same_sign=st.booleans(),
    adjusted=st.booleans(),
    detected=st.booleans(),
    annual=st.booleans(),
    returns=st.integers(0, 4),
    lottery_recorded=st.booleans(),
    all_drawn_used=st.booleans(),
    attrition_balanced=st.booleans(),
    leavers_harmless=st.booleans(),
    few_joined=st.booleans(),
    protocol_declared=st.booleans(),
    foreseen=st.booleans(),
    instrument_foreseen=st.booleans(),
    organisations_foreseen=st.booleans(),
    waves_foreseen=st.booleans(),
    people_foreseen=st.booleans(),
    instrument_shared=st.booleans(),
    settled=st.booleans(),
    scale_foreseen=st.booleans(),
    complete=st.booleans(),
    everybody=st.booleans(),
)
NEARLY_EVERYTHING = st.builds(
    lambda drawn, names: replace(EVERYTHING, **{name: getattr(drawn, name) for name in names}),
    CONDITIONS,
    st.sets(st.sampled_from([field.name for field in fields(Conditions)]), max_size=3),
)


def goodness(name: str, value: Any) -> int:
    ranked = ORDER[value] if value is None or isinstance(value, bool) else value
    return -ranked if name in BETTER_WHEN_FALSE | BETTER_WHEN_LOW else ranked


@settings(max_examples=200)
@given(st.one_of(CONDITIONS, NEARLY_EVERYTHING))
def test_every_combination_of_conditions_has_a_level(conditions: Conditions) -> None:
    assert level(conditions) in range(5)
    assert (level(conditions) in (0, 4)) == (not limits(conditions))


@settings(max_examples=250)
@given(st.one_of(CONDITIONS, NEARLY_EVERYTHING), st.one_of(CONDITIONS, NEARLY_EVERYTHING))
def test_worse_data_never_raise_a_level(one: Conditions, other: Conditions) -> None:
    """MCR-30: fewer people, fewer organisations, a failed test, people who left: down or level, never up."""
    worse = Conditions(
        **{
            field.name: min(
                (getattr(one, field.name), getattr(other, field.name)), key=lambda v: goodness(field.name, v)
            )
            for field in fields(Conditions)
        }
    )
    assert level(worse) <= min(level(one), level(other))


def test_all_combinations_of_yes_and_no_keep_the_order_of_rungs() -> None:
    asked_by_both = ("comparison", "bounds_same_sign", "adjusted")
    names = (*asked_by_both, "pre_test_powered", "sensitivity_excludes_zero", "detected", "lottery_recorded",
             "attrition_balanced", "protocol_declared", "paired", "identifiable")  # fmt: skip
    for values in product([True, False], repeat=len(names)):
        held = dict(zip(names, values, strict=True))
        reached = level(replace(EVERYTHING, **held))
        if held["identifiable"] or not held["paired"]:
            assert reached == 0
        elif not held["comparison"]:
            assert reached == 1
        elif not (held["bounds_same_sign"] and held["adjusted"]):
            assert reached == 2
        elif held["lottery_recorded"] and held["attrition_balanced"] and held["protocol_declared"]:
            assert reached == 4
        elif held["pre_test_powered"] and held["sensitivity_excludes_zero"] and held["detected"]:
            assert reached == 3
        else:
            assert reached == 2


@pytest.mark.parametrize(
    ("worse", "expected"),
    [
        ({}, 3),
        ({"people": 9}, 0),
        ({"people": 400, "k": 500}, 0),
        ({"identifiable": True}, 0),
        ({"paired": False}, 0),
        ({"comparison": False}, 1),
        ({"pre_periods": 1}, 2),
        ({"pre_test_passed": False}, 2),
        ({"pre_test_passed": None}, 2),
        ({"pre_test_powered": False}, 2),
        ({"asked_before": False}, 2),
        ({"alike_before": False}, 2),
        ({"room": False}, 2),
        ({"spread_alike": False}, 2),
        ({"ends_alike": False}, 2),
        ({"ranks_alike": False}, 2),
        ({"chosen_harmless": False}, 2),
        ({"sensitivity_excludes_zero": False}, 2),
        ({"organisations_treated": 5}, 2),
        ({"organisations_comparison": 2}, 2),
        ({"bounds_same_sign": False}, 2),
        ({"adjusted": False}, 2),
        ({"foreseen": False}, 2),
        ({"instrument_foreseen": False}, 2),
        ({"organisations_foreseen": False}, 2),
        ({"waves_foreseen": False}, 2),
        ({"people_foreseen": False}, 2),
        ({"instrument_shared": False}, 2),
        ({"settled": False}, 2),
        ({"scale_foreseen": False}, 2),
        ({"complete": False}, 2),
        ({"detected": False}, 2),
        ({"annual": True, "returns": 2}, 2),
        ({"annual": True, "returns": 3}, 3),
    ],
)
def test_each_missing_condition_takes_level_three_away(worse: dict[str, Any], expected: int) -> None:
    assert level(replace(NO_LOTTERY, **worse)) == expected


@pytest.mark.parametrize(
    ("worse", "expected"),
    [
        ({}, 4),
        ({"pre_periods": 1, "pre_test_passed": None, "pre_test_powered": False, "sensitivity_excludes_zero": False}, 4),
        ({"alike_before": False, "room": False}, 4),
        ({"asked_before": False}, 4),
        ({"people_foreseen": False}, 4),
        ({"instrument_shared": False}, 4),
        ({"spread_alike": False, "ends_alike": False, "ranks_alike": False}, 4),
        ({"alike_before": False, "lottery_recorded": False}, 2),
        ({"room": False, "attrition_balanced": False}, 2),
        ({"pre_test_passed": False}, 2),
        ({"attrition_balanced": False}, 3),
        ({"leavers_harmless": False}, 3),
        ({"few_joined": False}, 3),
        ({"chosen_harmless": False}, 2),
        ({"all_drawn_used": False}, 3),
        ({"protocol_declared": False}, 3),
        ({"everybody": False}, 3),
        ({"lottery_recorded": False}, 3),
        ({"bounds_same_sign": False}, 2),
        ({"foreseen": False}, 2),
        ({"instrument_foreseen": False}, 2),
        ({"organisations_foreseen": False}, 2),
        ({"waves_foreseen": False}, 2),
        ({"settled": False}, 2),
        ({"scale_foreseen": False}, 2),
        ({"complete": False}, 2),
        ({"organisations_comparison": 5}, 2),
        ({"annual": True, "returns": 2}, 2),
        ({"told": True}, 2),
    ],
)
def test_each_missing_condition_takes_level_four_away(worse: dict[str, Any], expected: int) -> None:
    assert level(replace(EVERYTHING, **worse)) == expected


def test_a_table_cannot_ask_for_fewer_people_than_the_ladder() -> None:
    assert level(replace(EVERYTHING, people=9, k=1)) == 0
    assert level(replace(EVERYTHING, people=10, k=1)) == 4


def test_a_yearly_indicator_is_told_that_it_needs_three_returns() -> None:
    assert any("third return" in text for text in limits(replace(NO_LOTTERY, annual=True, returns=2)))


def test_whoever_knows_nothing_is_at_level_zero() -> None:
    assert level(Conditions()) == 0


def test_the_maryland_scale_rises_with_the_levels() -> None:
    assert [rung.maryland for rung in ladder().levels] == [0, 1, 2, 3, 5]
