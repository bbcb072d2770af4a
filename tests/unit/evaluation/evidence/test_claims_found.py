"""What a claim says could have been detected is detected, by the claim itself: on a short scale, among few people."""

import numpy as np

from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.claims import Claim, conclude
from services.evaluation.evidence.estimate import Options, estimate

CONFIDENCE = Outcome(name="Confidence", unit="points", low=1, high=5)
ONE, SHARED, KEPT = 0.8, 0.05, 0.6
"""A person's standard deviation in points, the part of it between organisations, and what stays from wave to wave."""


def claimed(organisations: int, people: int, effect: float, seed: int) -> Claim:
    """Whole answers from 1 to 5 of as many organisations with the programme as without, before and after."""
    random, many = np.random.default_rng(seed), 2 * organisations * people

    def drawn(size: int, part: float) -> np.ndarray:
        stays, moves = random.normal(size=(size, 1)), random.normal(size=(size, 2))
        return np.asarray(np.sqrt(part) * (np.sqrt(KEPT) * stays + np.sqrt(1 - KEPT) * moves))

    scores = 3 + ONE * (np.repeat(drawn(2 * organisations, SHARED), people, axis=0) + drawn(many, 1 - SHARED))
    scores[: many // 2, 1] += effect
    names = np.repeat([f"Organisation {number:02}" for number in range(2 * organisations)], people).tolist()
    starts = [2] * (many // 2) + [0] * (many // 2)
    answers = np.clip(np.rint(scores), 1, 5).astype(int)
    cells = fold(names, starts, answers, np.ones(answers.shape, dtype=bool))
    table = CellTable.of(CONFIDENCE, ["2023-09", "2024-01"], cells)
    return conclude(table, estimate(table, Options(bends=())))


def test_the_change_that_could_have_been_detected_is_detected() -> None:
    """MCR-30: what was promised was found too seldom, for figures of so few people are shown in tenths."""
    said = [claimed(5, 15, 0.0, seed).smallest_detectable for seed in range(60)]
    promised = float(np.median([figure for figure in said if figure is not None]))
    found = [claimed(5, 15, promised, seed).detected for seed in range(1000, 1250)]
    assert sum(one is True for one in found) >= 0.76 * len(found)
