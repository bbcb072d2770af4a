"""Organisations counted alike, beside people counted alike: of the two figures nobody takes one person's own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence.cells import CellTable, Outcome, Then, fold, written
from services.evaluation.evidence.claims import beside, conclude
from services.evaluation.evidence.estimate import MEANS, Estimate, Options, estimate
from tests.unit.evaluation.evidence.asking import asked, made

OUTCOME = Outcome(name="Confidence to challenge", low=1, high=5)
WAVES = ["2023-09", "2024-01", "2024-05"]
MANY = 30


def region(seed: int, *, few: int = 1, then: bool = False) -> tuple[CellTable, int]:
    """Five organisations a side of thirty people, one of them of a single one or a few; and how far the first of these
    moved.
    """
    random = np.random.default_rng(seed)
    house = np.repeat(np.arange(10), [30, 30, 30, 30, few, *[30] * 5])
    base, start = random.normal(3, 0.8, (len(house), 1)), 3
    rise = np.where(house < 4, 0.4, 0.0)[:, None] * [0, 0, 1]
    scores = np.rint(base + random.normal(0, 0.5, (len(house), 3)) + rise).clip(1, 5).astype(np.int64)
    names = [f"Trust {one:02}" for one in house]
    cells = fold(names, np.where(house < 5, start, 0).tolist(), scores, np.ones(scores.shape, dtype=bool))
    table = CellTable.of(OUTCOME, WAVES, cells)
    alone = scores[house == 4][0]
    return (replace(table, then=Then(1, 2, 3)), int(alone[2] - alone[0])) if then else (table, int(alone[2] - alone[1]))


def solved(alike: Estimate, by_people: float) -> float:
    """What is left of the difference by people when that by organisations is taken off, as often as there are people:
    the one person's change. Figures as they are shown, to a hundredth.
    """
    assert alike.observed is not None
    assert alike.effect is not None
    observed, difference = round(alike.observed, 2), round(alike.effect, 2)
    four, five = 4 * MANY + 1, 5 * MANY
    return (five * difference - four * by_people) / (MANY - 1) + observed - difference


@pytest.mark.parametrize("seed", range(4))
def test_the_change_of_one_person_is_not_told_by_the_waves(seed: int) -> None:
    """The first wave since the start, by people, and the claim, by organisations, gave it to a twentieth of a point."""
    table, moved = region(seed)
    found = estimate(table)
    claim = conclude(table, found)
    assert (claim.level, found.inference) == (2, MEANS)
    by_people = next(effect for time, effect, *_ in found.event_study if time == 0)
    assert solved(found, round(by_people, 2)) == pytest.approx(moved, abs=0.06)
    assert claim.difference == round(by_people, 2)
    shown = beside(claim, table, found)
    assert [time for time, *_ in shown.event_study] == [-1]
    assert shown.sensitivity == ()
    assert shown.asked_before


def test_nor_by_what_those_who_left_could_have_moved() -> None:
    """Where nobody left the bounds are the difference by people, which says how far those who weigh otherwise moved."""
    house = np.repeat(np.arange(10), 30)
    scores = np.random.default_rng(3).integers(1, 6, (len(house), 3))
    cells = fold([f"T{one:02}" for one in house], np.where(house < 5, 3, 0).tolist(), scores, scores > 0)
    table = CellTable.of(OUTCOME, WAVES, cells)
    claim = conclude(table, estimate(table))
    assert (claim.level, claim.method.endswith(MEANS)) == (2, True)
    assert claim.attrition is None


def test_nor_by_what_people_said_looking_back(tmp_path: Path, capsys: Any) -> None:
    table, _ = region(1, few=12, then=True)
    said = asked(capsys, made(tmp_path, "a.json", json.loads(json.dumps(written(table)))))
    assert said["claim"]["method"].endswith(MEANS)
    assert len(said["looking_back"]) == 1
    assert "is kept back" in said["looking_back"][0]


def test_where_people_are_counted_in_both_all_of_it_is_shown() -> None:
    people = [20] * 14
    house = np.repeat(np.arange(14), people)
    scores = np.random.default_rng(2).integers(1, 6, (len(house), 3))
    cells = fold([f"T{one:02}" for one in house], np.where(house < 7, 3, 0).tolist(), scores, scores > 0)
    table = CellTable.of(OUTCOME, WAVES, cells)
    found = estimate(table, Options())
    claim = conclude(table, found)
    shown = beside(claim, table, found)
    assert [time for time, *_ in shown.event_study] == [-1, 0]
    assert shown.sensitivity
    assert claim.attrition is not None
