"""A wave in which people rate how they were (MCR-30): told apart from the others, or refused where it is none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence.cells import CellTable, Outcome, Then, fold, parse, written
from services.evaluation.evidence.claims import fingerprint
from services.evaluation.evidence.simulation import Region, region
from tests.unit.evaluation.evidence.asking import Plain, asked, made, refused

WAVES = ("2023-09", "2024-01", "2024-05")


def looked_back(spoil: Callable[[Plain], object] = lambda _: None, *, seed: int = 6) -> Plain:
    """Before 3 to 5, looking back about two lower, about one higher after: people learned what they did not know."""
    random = np.random.default_rng(seed)
    before = random.integers(3, 6, 180)
    names = np.repeat([f"O{number:02}" for number in range(12)], 15).tolist()
    scores = np.column_stack([before, np.roll(before, 1) - 2, before - 1 + np.tile([-1, 0, 1], 60)])
    starts = [3 if number < 6 else 0 for number in range(12) for _ in range(15)]
    people = fold(names, starts, scores, np.ones(scores.shape, dtype=bool))
    plain = written(CellTable.of(Outcome(name="Confidence", low=1, high=5), WAVES, people))
    plain["then"] = {"before": 1, "then": 2, "after": 3}
    spoil(plain)
    return plain


def test_a_wave_that_looks_back_is_told_apart_and_merged_with_none(tmp_path: Path, capsys: Any) -> None:
    """MCR-30: three figures side by side."""
    shown = asked(capsys, made(tmp_path, "a.json", looked_back()))
    assert shown["claim"]["observed"] == -1.0
    assert shown["looking_back"] == [
        "Rated before and rated after, scores changed by -1.0 points.",
        'Looking back ("how I was then") and rated after, scores changed by +1.0 points.',
        "Between the rating before and the look back, the yardstick itself moved by -2.0 points.",
    ]
    untold = asked(capsys, made(tmp_path, "b.json", looked_back(lambda plain: plain.pop("then"))))
    assert untold["claim"]["observed"] == 1.0
    assert "looking_back" not in untold


def test_a_file_that_looks_back_has_one_fingerprint_as_the_first_outcome_and_as_another(
    tmp_path: Path, capsys: Any
) -> None:
    """MCR-30: the file's own, so that whoever has the file finds it in the claim."""
    other = looked_back(lambda plain: plain["outcome"].update(name="Peer support"), seed=7)
    files = [made(tmp_path, "a.json", looked_back()), made(tmp_path, "b.json", other)]
    own, beside = (fingerprint(parse(Path(file).read_bytes(), file)) for file in files)
    found = asked(capsys, *files, "--outcome", "Confidence")["claim"]["made_from"]
    assert (found["cells"], found["others"]) == (own, [beside])


@pytest.mark.parametrize(
    ("then", "field"),
    [
        ({"before": 2, "then": 1, "after": 3}, "then"),
        ({"before": 1, "then": 2, "after": 4}, "then.after"),
        ({"before": 1, "then": 2}, "then.after"),
    ],
)
def test_a_look_back_that_is_none_is_refused(tmp_path: Path, capsys: Any, then: Plain, field: str) -> None:
    file = made(tmp_path, "a.json", looked_back(lambda plain: plain.update(then=then)))
    assert refused(capsys, file).startswith(f"{file}: {field}: ")


def test_a_region_without_its_look_back_is_the_region_that_never_had_one() -> None:
    whole = region(Region(organisations=6, people=12, waves=4, starts=(3, 4), dropout=0.2))
    moved = json.loads(json.dumps(written(whole)))
    assert whole.forward() is whole

    moved["then"] = {"before": 1, "then": 2, "after": 4}
    table = parse(json.dumps(moved))
    assert table.then == Then(1, 2, 4)
    assert written(table) == moved
    straight = table.forward()
    assert straight.waves == (whole.waves[0], *whole.waves[2:])
    assert {cell.cohort for cell in straight.cells} == {0, 2, 3}
    assert parse(json.dumps(written(straight))) == straight
    assert straight.together(2, 3).people == whole.together(3, 4).people
