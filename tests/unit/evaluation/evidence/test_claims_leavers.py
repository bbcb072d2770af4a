"""Few who left: what is published of them cannot be solved for their answers."""

import numpy as np
import pytest

from services.evaluation.evidence.cells import CellTable, fold
from services.evaluation.evidence.change import bounds
from services.evaluation.evidence.claims import Claim, canonical, conclude, read
from services.evaluation.evidence.estimate import MEANS, Options, estimate
from tests.unit.evaluation.evidence.test_claims_recognised import OUTCOME, People

SCALE = OUTCOME.high - OUTCOME.low


def left(many: int, last_score: int) -> People:
    """Fourteen organisations of 20; `many` of the first answered `last_score` before the start and left after it."""
    people = People([20] * 14, [*[4] * 7, *[0] * 7], 6, rise=8)
    people.answers[:many, 2] = last_score
    people.answered[:many, 3:] = False
    return people


def claimed(people: People) -> Claim:
    """The claim without a lottery: everybody who left gets the worst and the best score."""
    table = people.table()
    return conclude(table, estimate(table, Options(bends=())))


def solved(claim: Claim) -> set[int]:
    """What an attacker makes of the bounds: one leaver of about so many; which last scores give this very interval."""
    if claim.attrition is None or claim.observed is None or claim.difference is None or claim.people is None:
        return set(range(SCALE + 1))
    low, high = claim.attrition
    asked = [many for many in range(claim.people - 5, claim.people + 6) if abs(SCALE / many - (high - low)) < 0.03]
    moved = claim.observed - claim.difference
    return {
        score
        for many in asked
        for score in range(SCALE + 1)
        if abs(((many - 1) * claim.observed - score) / many - moved - low) < 0.03
    }


@pytest.mark.parametrize("last_score", [3, 37, 91])
def test_the_score_of_one_who_left_cannot_be_recovered(last_score: int) -> None:
    """MCR-30: width gave how many left, position gave their score to three of 101 values."""
    claim = claimed(left(1, last_score))
    assert claim.level > 1
    assert len(solved(claim)) == SCALE + 1
    assert claim.attrition is None
    assert read(canonical(claim)) == claim


def scattered(many: int, elsewhere: int) -> People:
    """So many of the first organisation left after the start, and one of each of the next ones."""
    people = left(many, 50)
    people.answered[[20 * place for place in range(1, elsewhere + 1)], 3:] = False
    return people


def test_bounds_are_said_again_from_k_who_left_beside_one_organisation_on_and_where_nobody_did() -> None:
    said = {many: claimed(scattered(4, many)).attrition is not None for many in (0, 1, 6)}
    assert said == {0: False, 1: False, 6: False}
    assert claimed(left(0, 50)).attrition is not None
    people = scattered(10, 6)
    people.answered[21:25, 3:] = False
    assert claimed(people).attrition is not None


@pytest.mark.parametrize("others", [0, 1, 6])
def test_an_organisation_that_knows_who_left_it_cannot_solve_for_the_others(others: int) -> None:
    """Eleven of twelve who left were one organisation's: it read the twelfth's last score to two of 101 values."""
    people = scattered(11, others)
    assert bounds(people.table(), lottery=False).fewest >= 10
    assert claimed(people).attrition is None
    assert claimed(people).level > 1


def test_whoever_left_a_side_counts_for_each_side_and_wave() -> None:
    people = left(20, 50)
    people.answered[-2:, 5] = False
    assert bounds(people.table(), lottery=False).fewest == 2
    assert claimed(people).attrition is None


def test_of_few_that_a_lottery_trims_the_bounds_are_not_said_either() -> None:
    """Eleven left one side and ten the other: one person is trimmed, whose change the bounds would tell."""
    people = left(11, 50)
    people.answered[-10:, 3:] = False
    assert (bounds(people.table(), lottery=False).fewest, bounds(people.table(), lottery=True).fewest) == (10, 1)
    assert people.claim()[0].attrition is None


@pytest.mark.parametrize("seed", range(6))
def test_bounds_of_people_are_not_said_of_a_difference_that_counts_organisations_alike(seed: int) -> None:
    """MCR-30: of organisations' means, which weigh alike, the bounds of people are of another figure."""
    sizes, answers = (400, 16, 19, 12, 16, 18, 400, 10), 4
    random = np.random.default_rng(seed)
    house = np.repeat(np.arange(len(sizes)), sizes)
    each = 50 + random.normal(0, 6, (len(sizes), answers))[house] + random.normal(0, 6, (sum(sizes), answers))
    cohorts = np.where(house % 2, 3, 0).tolist()
    people = fold(
        [f"Trust {one}" for one in house], cohorts, np.rint(each).astype(int), np.ones(each.shape, dtype=bool)
    )
    table = CellTable.of(OUTCOME, ["2023-09", "2024-01", "2024-05", "2024-09"], people)
    claim = conclude(table, estimate(table))
    assert claim.method.endswith(MEANS)
    assert claim.difference is not None
    assert claim.attrition is None
    assert read(canonical(claim)) == claim
