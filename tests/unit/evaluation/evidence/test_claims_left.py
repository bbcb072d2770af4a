"""Whole arms and cohorts that leave: worse data never raise the level of a claim, whoever leaves and when."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from services.evaluation.evidence.cells import Cell, CellTable, Key
from services.evaluation.evidence.change import Bounds, joined, since_start
from services.evaluation.evidence.change.attrition import LEE
from services.evaluation.evidence.claims import Circumstances, Claim, ladder
from services.evaluation.evidence.claims.concluding import claim as made_of
from services.evaluation.evidence.claims.missing import harmless
from services.evaluation.evidence.estimate import MEANS
from tests.unit.evaluation.evidence.claimed import DRAWN, SURE, WHOLE
from tests.unit.evaluation.evidence.test_claims_recognised import OUTCOME, WAVES, People

Mask = NDArray[np.bool_]


def two_arms() -> People:
    return People([20] * 14, [*[4] * 7, *[0] * 7], 6, rise=8)


def three_starts() -> People:
    return People([20] * 21, [*[4] * 7, *[5] * 7, *[0] * 7], 6, rise=8)


def after(people: People, who: Mask, waves: list[int]) -> Claim:
    """Return the claim when these people did not answer these waves (1-based)."""
    people.answered[np.ix_(who, [wave - 1 for wave in waves])] = False
    return people.claim()[0]


def test_whoever_stays_carries_level_four() -> None:
    assert [made().claim()[0].level for made in (two_arms, three_starts)] == [4, 4]


@pytest.mark.parametrize("stay", [0, 1, 20])
@pytest.mark.parametrize("cohort", [0, 4])
def test_when_an_arm_leaves_the_claim_falls_whether_all_of_it_left_or_nearly(cohort: int, stay: int) -> None:
    """MCR-30: nobody of an arm at waves 5 and 6 was level 4; one person who still answered made it level 2, and the
    figure two thirds that person's own.
    """
    people = two_arms()
    gone = people.cohorts == cohort
    gone[np.flatnonzero(gone)[:stay]] = False
    claim = after(people, gone, [5, 6])
    assert claim.level == (1 if stay == 1 else 2)
    assert ("Those who left could have turned the difference round." in claim.limits) is (claim.level == 2)


def test_a_cohort_that_vanishes_when_it_starts_has_left() -> None:
    """MCR-30: and what the others changed is no word about the organisations of the lottery."""
    people = three_starts()
    claim = after(people, people.cohorts == 5, [5, 6])
    assert claim.level == 2
    assert "Those who left could have turned the difference round." in claim.limits


@pytest.mark.parametrize(
    "who",
    [
        lambda people: people.cohorts == 5,
        lambda people: people.names == people.names[-1],
    ],
)
def test_an_organisation_that_plays_no_part_takes_level_four_away(who: Callable[[People], Mask]) -> None:
    """MCR-30: nobody of it answered before the start, so nobody of it can be seen to have left."""
    people = three_starts()
    claim = after(people, who(people), [1, 2, 3, 4])
    assert claim.level < 4


@pytest.mark.parametrize(("gone", "level"), [(1, 4), (2, 3), (6, 3)])
def test_as_many_leave_both_sides_for_different_reasons_and_it_is_no_longer_designed(gone: int, level: int) -> None:
    """MCR-30: Lee bounds trim nothing then; of ten in a hundred leaving so, 72 % of level 4 were false."""
    people = two_arms()
    change = people.answers[:, 3:].mean(axis=1) - people.answers[:, 2]
    for name in dict.fromkeys(people.names.tolist()):
        own = np.flatnonzero(people.names == name)
        ranked = own[np.argsort(change[own])]
        people.answered[ranked[:gone] if people.cohorts[own[0]] else ranked[-gone:], 3:] = False
    claim = people.claim()[0]
    assert claim.level <= level
    assert (claim.level == 4) is (level == 4)
    assert any("More than a few left" in text for text in claim.limits) is (claim.level == 3)


def test_a_few_who_leave_small_organisations_leave_much_of_a_difference_that_counts_these_alike() -> None:
    """MCR-30: half the people of four organisations of six, those who moved least or most, are one in twenty of their
    side and a third of its figure: by people, as the bounds counted, too few to matter; so programmes without an effect
    had "caused" a difference.
    """
    people = People([200, 200, 10, 10, 10, 10] * 2, [*[4] * 6, *[0] * 6], 5)
    assert people.claim()[1].inference == MEANS
    gone = np.zeros(len(people.names), dtype=bool)
    moved = people.answers[:, 3:].mean(axis=1) - people.answers[:, 2]
    for place, name in enumerate(dict.fromkeys(people.names)):
        there = np.flatnonzero(people.names == name)
        cohort = people.cohorts[there[0]]
        if place % 6 > 1:
            gone[there[np.argsort(moved[there] if cohort else -moved[there])[:5]]] = True
    claim = after(people, gone, [4, 5])
    assert claim.detected
    assert claim.level == 2


def enrolled(kept: slice) -> People:
    """Of thirty people in each organisation of the programme some first answer at the wave before the start, in the
    order of how low they stand at it.
    """
    people = People([40] * 24, [*[4] * 12, *[0] * 12], 5)
    for name in dict.fromkeys(people.names[people.cohorts == 4]):
        others = np.flatnonzero(people.names == name)[10:]
        came = others[np.argsort(people.answers[others, 2])][kept]
        people.answered[others] = False
        people.answered[came, 2:] = True
    return people


def test_people_who_came_after_the_first_wave_were_not_drawn() -> None:
    """MCR-30: who enrols because they stand low rises by themselves, and colleagues of those who wait do not enrol. Of
    24 organisations drawn before the first wave, ten people in each and twenty of eighty who enrolled, 36 of 40 regions
    without an effect had "caused" one; the waves before the start know nobody of them.
    """
    claim = enrolled(slice(0, 15)).claim()[0]
    assert claim.detected
    assert claim.level == 2


def test_a_few_who_came_later_are_no_matter() -> None:
    assert enrolled(slice(0, 0)).claim()[0].level == 4
    levels = {}
    for many in (1, 2):
        people = two_arms()
        people.answered[np.flatnonzero(people.names == people.names[0])[: 7 * many], 0] = False
        levels[many] = people.claim()[0].level
    assert levels == {1: 4, 2: 2}


def test_a_few_who_enrolled_low_do_not_make_what_a_lottery_found() -> None:
    """MCR-30: one in twenty of each organisation that begins, the lowest of two hundred, are few enough, and of so many
    people enough: 13 of 40 regions without an effect had "caused" one.
    """
    people = People([300] * 24, [*[4] * 12, *[0] * 12], 5)
    for name in dict.fromkeys(people.names):
        others = np.flatnonzero(people.names == name)[95:]
        lowest = others[np.argsort(people.answers[others, 2])][: 5 if people.cohorts[others[0]] else 0]
        people.answered[others] = False
        people.answered[lowest, 2:] = True
    claim = people.claim()[0]
    assert claim.detected
    assert claim.level == 2
    assert ladder().limits["chosen"] in claim.limits


@pytest.mark.parametrize(("alike", "part"), [(False, Fraction(1, 101)), (True, Fraction(1, 2))])
def test_who_came_later_counts_as_the_difference_counts_them(alike: bool, part: Fraction) -> None:
    whole = [Cell.person(Key(name, cohort, (1, 2, 3)), [3, 3, 3]) for name, cohort in (("A", 3), ("C", 0), ("D", 0))]
    late = Cell.person(Key("B", 3, (2, 3)), [3, 3])
    table = CellTable.of(OUTCOME, WAVES[:3], [*[whole[0]] * 100, late, *whole[1:]])
    assert joined(table, "never_treated", alike=alike) == part
    assert joined(table.where(lambda cell: cell.cohort == 3), "never_treated", alike=alike) == 1


@pytest.mark.parametrize(
    ("low", "left", "level"), [(1.9, 0.04, 4), (1.8, 0.04, 2), (1.9, 0.06, 2), (1.8, 0.06, 2), (5.873, 0.0, 4)]
)
def test_chance_comes_on_top_of_those_who_left(low: float, left: float, level: int) -> None:
    """MCR-30: where four in a hundred leave for how they fared the nearer bound is the truth, and had the sign of the
    difference by chance in every second region: 13 of 40 without an effect had "caused" one. Nor does a lottery that
    is none for level 4 make up for the worst case at level 3: 7 of 48 were "consistent with an effect" where six left,
    and all of 10 where those who fared worst left one side and as many, one in five, the other by chance.
    """
    limited = Bounds(low, 7.0, LEE, 1.0, 1.0, 0.0, 0, worst=(low - 9, 9.0), left=left)
    claim = made_of(WHOLE, since_start(WHOLE), SURE, limited, Circumstances(DRAWN))
    assert claim.level == level
    falls = replace(SURE, effect=-5.873, observed=-6.213, interval=(-7.721, -4.018))
    other = Bounds(-7.0, -low, LEE, 1.0, 1.0, 0.0, 0, worst=(-9.0, 9 - low), left=left)
    assert harmless(other, falls, falls) is harmless(limited, SURE, SURE) is (level == 4)
    unsure = replace(SURE, interval=(-1.0, 8.0))
    assert harmless(replace(limited, low=0.1), unsure, unsure) is (left < 0.05)


def test_what_those_who_left_and_those_who_joined_made_is_taken_off_together() -> None:
    """MCR-30: two in a hundred who leave and three who enrol make half of what is more than chance each; and a sign
    that holds whatever those who left would have answered is still one by chance.
    """
    limited = Bounds(3.9, 7.0, LEE, 1.0, 1.0, 0.0, 0, worst=(0.1, 9.0), left=0.04)
    falls, interval = replace(SURE, effect=-5.873, observed=-6.213, interval=(-7.721, -4.018)), (4.018, 7.721)
    fallen = replace(limited, low=-7.0, high=-3.9, worst=(-9.0, -0.1))
    for joiners, held in ((0.0, True), (1.9, True), (2.1, False), (-3.0, True), (12.0, False)):
        low, high = (end - joiners for end in interval)
        assert harmless(limited, SURE, replace(SURE, interval=(low, high))) is held
        assert harmless(fallen, falls, replace(falls, interval=(-high, -low))) is held
    assert not harmless(limited, SURE, replace(SURE, interval=None))
    assert not harmless(replace(limited, low=1.8), SURE, replace(SURE, interval=(7.018, 10.721)))
