"""Looking back: the three changes, taken from the claim's own, leave no answer of those who did not look back."""

from dataclasses import replace

import numpy as np
import pytest

from services.evaluation.evidence.cells import CellTable, Outcome, Then, fold
from services.evaluation.evidence.claims import looking_back

WAVES = ["2023-09", "2024-09", "2024-10"]
KEPT = "is kept back"


def rated(silent: list[str], *, begun: int = 3, waves: list[str] = WAVES) -> CellTable:
    """Twenty people of two organisations who rated all three times; whoever is silent did not look back."""
    names = ["A"] * 10 + ["B"] * 10 + silent
    answers = np.random.default_rng(1).integers(10, 80, (len(names), len(waves)))
    answered = np.ones(answers.shape, dtype=bool)
    answered[20:, -2] = False
    cohorts = [len(waves)] * 20 + [begun] * len(silent)
    table = CellTable.of(
        Outcome(name="Confidence", low=0, high=100), waves, fold(names, cohorts, answers.astype(np.int64), answered)
    )
    return replace(table, then=Then(len(waves) - 2, len(waves) - 1, len(waves)))


@pytest.mark.parametrize(
    ("silent", "kept"),
    [
        ([], False),
        (["B"], True),
        (["A"] * 4 + ["B"] * 5, True),
        (["A"] * 11, True),
        (["A"] * 11 + ["B"], True),
        (["A"] * 11 + ["B"] * 12, False),
    ],
)
def test_the_three_are_kept_back_where_few_or_one_organisation_did_not_look_back(silent: list[str], kept: bool) -> None:
    """MCR-30: 21 times the change of 21 people less 20 times that of 20 was one person's change."""
    said = looking_back(rated(silent))
    assert (len(said), KEPT in said[0]) == ((1, True) if kept else (3, False))


def test_whoever_began_earlier_is_no_less_one_person() -> None:
    """The claim's change holds those of every start, the three only those who began between the ratings."""
    waves = ["2023-01", "2023-09", "2024-09", "2024-10"]
    assert len(looking_back(rated([], waves=waves))) == 3
    assert KEPT in looking_back(rated(["A"], begun=2, waves=waves))[0]


@pytest.mark.parametrize(("compared", "kept"), [(None, False), (20, False), (19, True), (11, True), (10, False)])
def test_a_comparison_of_nearly_the_same_people_keeps_them_back_too(compared: int | None, kept: bool) -> None:
    assert (KEPT in looking_back(rated([]), compared)[0]) is kept


def test_without_a_wave_that_looks_back_nothing_is_said() -> None:
    assert looking_back(replace(rated([]), then=None)) == ()
