"""Waves before the start are outcomes too: what was drawn or settled when they were known carries no claim."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.evaluation.evidence.claims import Circumstances, Declaration, canonical, conclude, ladder, read
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, SURE, WHOLE

LATE, UNSETTLED = "lottery_late", "settled"
FIRST_WAVE, LAST_BEFORE, START = date(2023, 9, 1), date(2024, 5, 1), date(2024, 9, 1)
UNCHOSEN = "Nobody was chosen for how high or low they stood at the last wave before the start."


def drawn(recorded: date, **changed: Any) -> Declaration:
    assert DRAWN.lottery is not None
    return DRAWN.model_copy(update=changed | {"lottery": DRAWN.lottery.model_copy(update={"recorded": recorded})})


def said(name: str, limits: tuple[str, ...]) -> bool:
    return ladder().limits[name] in limits


@pytest.mark.parametrize(
    ("recorded", "level"),
    [(FIRST_WAVE, 3), (date(2023, 12, 1), 3), (LAST_BEFORE, 2), (date(2024, 8, 20), 2)],
    ids=["in the month of the first wave", "after one wave", "at the last wave before the start", "after all of them"],
)
def test_a_lottery_that_was_recorded_when_anybody_had_answered_is_none(recorded: date, level: int) -> None:
    """MCR-30: the best of 2,000 seeds, tried on the waves before, carried regions without an effect to level 4."""
    claim = conclude(WHOLE, SURE, Circumstances(drawn(recorded)))
    assert (claim.level, said(LATE, claim.limits)) == (level, True)
    assert "caused" not in claim.sentence
    assert read(canonical(claim)) == claim


def test_a_lottery_has_to_be_older_than_the_first_wave_that_was_declared_as_well() -> None:
    asked_before = drawn(date(2023, 6, 2), waves=("2023-05", *DRAWN.waves))
    assert said(LATE, conclude(WHOLE, SURE, Circumstances(asked_before)).limits)
    assert conclude(WHOLE, SURE, Circumstances(drawn(date(2023, 8, 31)))).level == 4


@pytest.mark.parametrize("when", [LAST_BEFORE, date(2024, 5, 20), date(2024, 8, 31)])
@pytest.mark.parametrize("declared", [DECLARED, DRAWN], ids=["declared", "drawn in time"])
def test_what_was_declared_when_the_last_wave_before_the_start_was_known_is_a_comparison(
    declared: Declaration, when: date
) -> None:
    """MCR-30: chosen by that wave, sides part by themselves: 15 of 160 regions without an effect were level 3."""
    claim = conclude(WHOLE, SURE, Circumstances(declared.model_copy(update={"declared": when})))
    assert (claim.level, claim.limits) == (2, (ladder().limits[UNSETTLED],))
    assert read(canonical(claim)) == claim


def test_what_was_declared_before_that_wave_may_be_consistent_with_an_effect() -> None:
    early = DECLARED.model_copy(update={"declared": date(2024, 4, 30)})
    claim = conclude(WHOLE, SURE, Circumstances(early))
    assert (claim.level, said(UNSETTLED, claim.limits)) == (3, False)


@pytest.mark.parametrize(("recorded", "level"), [(date(2024, 4, 30), 3), (LAST_BEFORE, 2), (date(2024, 8, 20), 2)])
@pytest.mark.parametrize("named", [{}, {"starts": {}}], ids=["named by both", "named by the lottery alone"])
def test_starts_of_a_lottery_were_settled_when_it_was_recorded(recorded: date, level: int, named: Any) -> None:
    """Otherwise an old date on the declaration would vouch for starts that are younger."""
    claim = conclude(WHOLE, SURE, Circumstances(drawn(recorded, **named)))
    assert (claim.level, said(UNSETTLED, claim.limits)) == (level, level == 2)
    assert said(LATE, claim.limits)


def test_the_first_of_several_starts_counts() -> None:
    cells = [replace(cell, cohort=3) if cell.organisation == "Organisation 001" else cell for cell in WHOLE.cells]
    for when, settled in ((date(2023, 12, 31), True), (date(2024, 1, 1), False), (date(2024, 4, 30), False)):
        declared = DECLARED.model_copy(update={"declared": when})
        claim = conclude(replace(WHOLE, cells=tuple(cells)), SURE, Circumstances(declared))
        assert said(UNSETTLED, claim.limits) is not settled


def test_a_claim_of_level_three_assumes_that_nobody_was_chosen_for_where_they_stood() -> None:
    """Who chose, and by what, no file shows: a date before that wave only says that it was not by its answers."""
    assert UNCHOSEN in conclude(WHOLE, SURE, Circumstances(DECLARED)).assumptions
    assert UNCHOSEN not in conclude(WHOLE, SURE, Circumstances(DRAWN)).assumptions
    assert UNCHOSEN not in conclude(WHOLE, SURE).assumptions
