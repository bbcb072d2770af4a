"""Asked before: a claim of an effect rests on a time before of the very people and organisations that are compared."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.evaluation.commands.saying import Said, readable
from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable, fold
from services.evaluation.evidence.change import asked
from services.evaluation.evidence.claims import Beside, Circumstances, Claim, beside, canonical, conclude, ladder, read
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import SURE, WHOLE

EACH, PEOPLE, WAVES = 8, 12, 5
"""Organisations a side, people of each, and waves; the programme starts at the fourth."""
EVERYBODY = 2 * EACH * PEOPLE
HOUSE = np.repeat(np.arange(2 * EACH), PEOPLE)
PLACE = np.tile(np.arange(PEOPLE), 2 * EACH)


@cache
def answers() -> NDArray[np.int64]:
    random = np.random.default_rng(3)
    scores = 50 + random.normal(0, 8, (EVERYBODY, 1)) + random.normal(0, 6, (EVERYBODY, WAVES))
    scores[EVERYBODY // 2 :, 3:] += 6
    return np.rint(scores).astype(np.int64)


def table(answered: NDArray[np.bool_]) -> CellTable:
    cohorts = np.where(HOUSE >= EACH, 4, 0)
    names = [f"Trust {number:02}" for number in HOUSE]
    return CellTable.of(OUTCOME, WHOLE.waves, fold(names, cohorts.tolist(), answers(), answered))


def without(*waves: int, who: NDArray[np.bool_]) -> CellTable:
    answered = np.ones((EVERYBODY, WAVES), dtype=bool)
    answered[np.ix_(who, [wave - 1 for wave in waves])] = False
    return table(answered)


FOUND = replace(
    SURE,
    organisations_treated=EACH,
    organisations_comparison=EACH,
    people_treated=EACH * PEOPLE,
    people_comparison=EACH * PEOPLE,
    sizes_treated=(PEOPLE,) * EACH,
    sizes_comparison=(PEOPLE,) * EACH,
    clusters=2 * EACH,
)


def claimed(cells: CellTable) -> Claim:
    return conclude(cells, FOUND, Circumstances(declared(cells)))


NOBODY = np.zeros(EVERYBODY, dtype=bool)
TOO_FEW = (
    {"who": HOUSE % EACH >= 5},
    {"who": (HOUSE % EACH >= 5) & (HOUSE >= EACH)},
    {"who": (HOUSE % EACH >= 5) & (HOUSE < EACH)},
    {"who": PLACE >= PEOPLE // 3},
    {"who": PLACE >= 8},
)


def test_where_everybody_was_asked_before_an_effect_may_be_claimed() -> None:
    assert claimed(without(who=NOBODY)).limits == (ladder().limits["lottery"],)


@pytest.mark.parametrize("taken", TOO_FEW)
@pytest.mark.parametrize("waves", [(1, 2), (1,), (2,)])
def test_early_answers_of_a_few_do_not_vouch_for_the_others(
    taken: dict[str, NDArray[np.bool_]], waves: tuple[int, ...]
) -> None:
    """MCR-30: the others drifted, nobody saw it: 16 of 40 such regions without an effect were level 3."""
    claim = claimed(without(*waves, **taken))
    assert (claim.level, claim.limits) == (2, (ladder().limits["asked_before"],))
    assert read(canonical(claim)) == claim


def test_three_quarters_are_enough() -> None:
    assert claimed(without(1, 2, who=HOUSE % EACH >= 6)).level == 3
    assert claimed(without(1, 2, who=PLACE >= 9)).level == 3


def test_six_organisations_of_each_side_are_asked_before() -> None:
    """Three quarters of seven are six; five of six would be enough by their part, and are too few."""
    few = table(np.ones((EVERYBODY, WAVES), dtype=bool)).where(lambda cell: cell.organisation[-2:] not in ("00", "01"))
    assert claimed(few).level == 3
    house = without(1, who=HOUSE == 2).where(lambda cell: cell.organisation[-2:] not in ("00", "01"))
    assert claimed(house).limits == (ladder().limits["asked_before"],)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, EVERYBODY - 1), st.integers(0, 1)), max_size=200), st.integers(0, 200))
def test_answers_taken_away_never_raise_a_level(gone: list[tuple[int, int]], first: int) -> None:
    some, all_of_them = np.ones((2, EVERYBODY, WAVES), dtype=bool)
    for number, (person, wave) in enumerate(gone):
        all_of_them[person, wave] = False
        some[person, wave] = number >= first
    assert claimed(table(all_of_them)).level <= claimed(table(some)).level


def test_each_wave_before_counts_those_compared_and_nobody_else() -> None:
    """Early answers of people who then left vouch for nobody."""
    cells = without(3, 4, 5, who=PLACE >= 6)
    own, others = asked(cells, "never_treated")
    assert {(side.compared.total(), side.before.total()) for side in [*own, *others]} == {(EACH * 6, EACH * 6)}
    assert len(own) == len(others) == 4


def test_beside_a_claim_it_says_what_the_time_before_rests_on() -> None:
    cells = without(1, 2, who=HOUSE % EACH >= 5)
    claim = claimed(cells)
    aside = beside(claim, cells, FOUND)
    assert aside.asked_before == ((60, 5), (60, 5))
    lines = readable(Said(claim, aside)).splitlines()
    assert (
        "Of them, asked at each wave before the start: at least 60 people (rounded) of 5 organisations with the "
        "programme; 60 people (rounded) of 5 organisations compared." in lines
    )


def test_too_few_asked_before_are_not_counted_out() -> None:
    cells = without(1, 2, who=(HOUSE % EACH > 0) | (PLACE > 2))
    assert beside(claimed(cells), cells, FOUND).asked_before == ()


def test_the_line_of_bends_says_that_it_is_about_the_first_wave() -> None:
    claim = claimed(without(who=NOBODY))
    text = readable(Said(claim, Beside(sensitivity=((0.1, 1.2, 3.4),))))
    assert "First wave since the start, if trends bend by 0.1 a wave: 1.2 to 3.4." in text.splitlines()


def test_under_the_waves_stands_how_they_are_counted_and_what_each_is_held_against() -> None:
    """Wave -1 is no row of a common base: it is the difference from the wave before it."""
    claim = claimed(without(who=NOBODY))
    lines = readable(Said(claim, Beside(event_study=((-1, 0.5, -1.0, 2.0), (0, 3.0, 1.0, 5.0))))).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith(" wave  difference"))
    assert lines[at + 3].startswith("Wave 0 is the first since the start; it and later ones are held against -1")
    assert not any(line.startswith("Wave 0") for line in readable(Said(claim, Beside())).splitlines())
