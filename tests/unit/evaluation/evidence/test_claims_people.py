"""Who of an organisation begins: a declaration names no people, so where many could be chosen it is a comparison."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable, fold
from services.evaluation.evidence.change import mixed
from services.evaluation.evidence.claims import Circumstances, Claim, canonical, conclude, ladder, read, seed_of
from services.evaluation.evidence.claims.unchosen import between_unchosen
from services.evaluation.evidence.estimate import Options, estimate
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import DECLARED, SURE, WHOLE

HERE = ladder().limits["people_foreseen"]
ORGANISATIONS, PEOPLE, START, SEED = 24, 40, 4, 1


def region(*, chosen: float) -> CellTable:
    """No effect. Of each organisation those are said to have begun who fared well since, the more surely the larger
    `chosen` is.
    """
    random = np.random.default_rng(11)
    lasting = random.normal(0, 8, (ORGANISATIONS, PEOPLE, 1))
    scores = 50 + lasting + random.normal(0, 6, (ORGANISATIONS, PEOPLE, 5))
    fared = scores[..., START - 1 :].mean(axis=2) - scores[..., : START - 1].mean(axis=2)
    begun = random.random(fared.shape) < 1 / (1 + np.exp(-chosen * fared))
    return table(np.where(begun, START, 0), scores)


def few_mixed(seed: int, *, chosen: bool, effect: float = 0.0) -> CellTable:
    """Of 56 organisations of a hundred, 24 begin and 24 never do; half of each of the others begin, those who fared
    well if they are `chosen`.
    """
    random = np.random.default_rng(seed)
    scores = random.normal(50, 7.7, (56, 100, 1)) + random.normal(0, 6.3, (56, 100, 5))
    fared = scores[..., START - 1 :].mean(axis=2) - scores[..., : START - 1].mean(axis=2)
    begun = fared > 0 if chosen else np.arange(5600).reshape(56, 100) % 2 > 0
    begun[:24], begun[24:48] = True, False
    scores[..., START - 1 :] += effect * begun[..., None]
    return table(np.where(begun, START, 0), scores)


def table(cohorts: NDArray[np.int64], scores: NDArray[np.float64]) -> CellTable:
    names = np.repeat([f"Trust {number:02}" for number in range(len(scores))], scores.shape[1]).tolist()
    answers = np.rint(scores).astype(np.int64).reshape(-1, 5)
    return CellTable.of(
        OUTCOME, WHOLE.waves, fold(names, cohorts.ravel().tolist(), answers, np.ones(answers.shape, dtype=bool))
    )


def claimed(cells: CellTable) -> Claim:
    return conclude(cells, estimate(cells, Options(seed=seed_of(cells))), Circumstances(declared(cells)))


def test_who_finished_is_not_who_began() -> None:
    """MCR-30: who fared well counted as begun; up to 36 of 40 such regions without an effect were level 3."""
    claim = claimed(region(chosen=0.2))
    assert (claim.level, claim.limits) == (2, (ladder().limits["chosen"], HERE))
    assert read(canonical(claim)) == claim


@pytest.mark.parametrize(("chosen", "effect", "level"), [(True, 0.0, 2), (False, 1.5, 3)])
def test_few_who_were_chosen_do_not_make_a_difference_of_many(chosen: bool, effect: float, level: int) -> None:
    """MCR-30: 14 in 100 of a side were few enough, and 9 of 20 regions of so many people level 3."""
    claim = claimed(few_mixed(SEED, chosen=chosen, effect=effect))
    assert claim.detected
    assert claim.level == level
    assert (ladder().limits["chosen"] in claim.limits) is chosen
    assert HERE not in claim.limits


def test_those_of_mixed_organisations_play_no_part_in_the_estimate_between_the_others() -> None:
    cells = few_mixed(SEED, chosen=True)
    others = cells.where(lambda cell: cell.organisation < "Trust 48")
    whole, known = (estimate(one, Options(seed=7)) for one in (cells, others))
    alone = between_unchosen(cells, whole)
    assert (alone.effect, alone.interval) == (known.effect, known.interval)
    assert between_unchosen(others, known) is known
    everywhere = region(chosen=0.2)
    assert between_unchosen(everywhere, estimate(everywhere)).interval is None


@pytest.mark.parametrize("rose", [0, 20])
def test_two_people_who_are_left_of_a_start_do_not_vouch_for_it(rose: int) -> None:
    """MCR-30: a second start has mixed organisations, and two people more, who rise by chance. By the interval of all
    these two were sure enough, and 7 of 40 such regions without an effect level 3.
    """
    random = np.random.default_rng(1)
    scores = random.normal(50, 6.3, (104, 100, 1)) + random.normal(0, 7.7, (104, 100, 7))
    fared = scores[..., 6] - scores[..., :6].mean(axis=2)
    starts = np.zeros((104, 100), dtype=np.int64)
    starts[:24] = 5
    starts[84:] = np.where(fared[84:] > np.median(fared[84:], axis=1, keepdims=True), 7, 0)
    lone = np.full((2, 7), 50.0) + np.array([[0], [1]]) + rose * (np.arange(7) == 6)
    answers = np.rint(np.vstack([scores.reshape(-1, 7), lone])).clip(0, 100).astype(np.int64)
    names = [*(f"Trust {number:03}" for number in range(104) for _ in range(100)), "Trust 104", "Trust 104"]
    cohorts = [*starts.ravel().tolist(), 7, 7]
    waves = (*WHOLE.waves, "2025-05", "2025-09")
    claim = claimed(CellTable.of(OUTCOME, waves, fold(names, cohorts, answers, np.ones(answers.shape, dtype=bool))))
    assert claim.detected
    assert (claim.level, claim.limits) == (2, (ladder().limits["chosen"],))


def some(start: int, organisations: int, people: int = 10) -> CellTable:
    """The whole region, in which so many people of so many organisations of each side have another start."""
    cells = []
    for cell in WHOLE.cells:
        place = int(cell.organisation[-3:]) - 1
        if place % 7 >= organisations:
            cells.append(cell)
            continue
        scores = [50 + (number + place) % 9 for number in range(cell.n)]
        for number, score in enumerate(scores):
            cohort = start if number < people else cell.cohort
            cells += fold(
                [cell.organisation],
                [cohort],
                np.array([[score, score + 1, score, score, score + number % 2]]),
                np.ones((1, 5), dtype=bool),
            )
    return CellTable.of(OUTCOME, WHOLE.waves, cells)


@pytest.mark.parametrize(("organisations", "level"), [(0, 3), (1, 3), (2, 2), (7, 2)])
def test_up_to_fifteen_in_a_hundred_may_be_of_mixed_organisations(organisations: int, level: int) -> None:
    cells = some(5, organisations)
    sure = replace(SURE, control="never_treated")
    claim = conclude(cells, sure, Circumstances(declared(cells)))
    assert (HERE in claim.limits) is (level == 2)


def test_people_who_had_begun_at_the_first_wave_are_left_out_and_so_can_be_chosen() -> None:
    """MCR-30: those who fared ill were said to have begun long ago, and were missing without a word."""
    cells = some(1, 7)
    assert {cell.cohort for cell in cells.cells} == {0, 1, 4}
    assert HERE in conclude(cells, SURE, Circumstances(DECLARED)).limits
    assert HERE not in conclude(WHOLE, SURE, Circumstances(DECLARED)).limits


def test_each_side_counts_by_itself_and_nobody_compared_is_no_part() -> None:
    assert mixed(WHOLE, "never_treated") == 0
    assert mixed(WHOLE.where(lambda cell: cell.cohort > 0), "never_treated") == 1
    one = some(1, 1).where(lambda cell: cell.cohort != 1 or cell.organisation == "Organisation 001")
    assert mixed(one, "never_treated") == mixed(one, "not_yet_treated") == pytest.approx(10 / 130)


def test_a_claim_of_level_three_assumes_that_nobody_was_counted_by_how_they_fared() -> None:
    claim = conclude(WHOLE, SURE, Circumstances(DECLARED))
    assert claim.level == 3
    assert any("who did not finish has begun" in text for text in claim.assumptions)
    assert any(text.startswith("Organisations count as independent") for text in claim.assumptions)
