"""The same answers are the same, counted from another score, in other steps or the other way round; others are not."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.cells import CellTable, Outcome, fold, unscored, written
from tests.unit.evaluation.evidence.asking import made, refused

WAVES = ["2023-09", "2024-01", "2024-05"]
ANSWERS = np.random.default_rng(4).integers(1, 6, (60, 3))
ANSWERED = np.random.default_rng(5).random(ANSWERS.shape) < 0.8
MEASURED = Outcome(name="Confidence", low=1, high=5)


def table(answers: Any, outcome: Outcome = MEASURED, instrument: str = "") -> CellTable:
    names = [f"Trust {person % 6}" for person in range(len(answers))]
    starts = [3 if person % 2 else 0 for person in range(len(answers))]
    cells = fold(names, starts, np.asarray(answers, dtype=np.int64), ANSWERED[: len(answers)], instrument)
    return CellTable.of(outcome, WAVES, cells)


@given(st.integers(-50, 50), st.integers(-9, 9).filter(bool))
def test_a_way_to_score_makes_no_other_answers(start: int, step: int) -> None:
    known = unscored(table(ANSWERS))
    assert known == unscored(table(start + step * ANSWERS, instrument="again"))
    assert known == unscored(table(ANSWERS, MEASURED.model_copy(update={"high": 9, "unit": "scale points"})))


@given(st.integers(0, 59), st.integers(0, 2))
def test_one_answer_more_is_another_table(person: int, wave: int) -> None:
    other = ANSWERS.copy()
    other[person, wave] += 1
    assert (unscored(table(other)) == unscored(table(ANSWERS))) is not bool(ANSWERED[person, wave])


def test_where_everybody_answers_alike_nothing_is_told_apart() -> None:
    assert unscored(table(np.full((60, 3), 4))) is None


@pytest.mark.parametrize(
    ("score", "measured"),
    [
        (lambda given: given, {"unit": "scale points"}),
        (lambda given: given, {"high": 6}),
        (lambda given: 6 - given, {"better": "lower"}),
        (lambda given: 2 * given - 2, {"low": 0, "high": 8}),
    ],
    ids=["unit", "scale", "turned", "steps"],
)
def test_answers_given_twice_are_refused_however_they_are_scored(
    score: Callable[[Any], Any], measured: dict[str, Any], tmp_path: Path, capsys: Any
) -> None:
    """Each copy of an outcome that moved left the others a larger threshold: five took .17 to .15."""
    named = MEASURED.model_copy(update={"name": "Peer support", **measured})
    files = [
        made(tmp_path, name, json.loads(json.dumps(written(replace(one, k=10)))))
        for name, one in (("a.json", table(ANSWERS)), ("b.json", table(score(ANSWERS), named)))
    ]
    assert "the very answers of" in refused(capsys, *files, "--outcome", "Confidence")
