"""People who all did the same: a figure of them would tell what each of them did, however many they are."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome, fold, written
from services.evaluation.evidence.change import Moved, apart
from services.evaluation.evidence.claims import beside, canonical, conclude, read
from services.evaluation.evidence.estimate import NO_SPREAD, estimate
from tests.unit.evaluation.evidence.asking import asked, made

SCORED = Outcome(name="Peer support", low=0, high=1)
WAVES = ("2023-09", "2024-01", "2024-05")


def table(own: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]] | None) -> CellTable:
    """Five organisations of eight on either side, half of whom say yes; those of (organisation, person) begin to differ
    at the second wave, when the programme begins.
    """
    cells = []
    for cohort, differ in ((2, own), (0, others)):
        for place in range(5 if differ is not None else 0):
            for number in range(8):
                said = number % 2
                later = 1 - said if (place, number) in (differ or ()) else said
                cells.append(Cell.person(Key(f"{cohort} {place}", cohort, (1, 2, 3)), [said, later, later]))
    return CellTable.of(SCORED, WAVES, cells)


def some(many: int) -> list[tuple[int, int]]:
    return [(place % 5, place) for place in range(many)]


@pytest.mark.parametrize(("many", "level"), [(0, 0), (1, 0), (2, 0), (3, 0), (4, 1), (8, 1)])
def test_of_people_who_all_changed_alike_nothing_is_said(many: int, level: int) -> None:
    """MCR-30: 0.0 points, how sure this is cannot be said, of five organisations alike: so nobody had changed. One who
    had would know it of all others, two of each other, and an organisation of its own.
    """
    claim = conclude(table(some(many), None), None)
    assert claim.level == level
    assert read(canonical(claim)) == claim


def test_an_organisation_that_knows_its_own_learns_nothing_of_all_others() -> None:
    """MCR-30: where its own people alone had changed, four of them, the figure told it that nobody else had."""
    own = [(0, number) for number in range(4)]
    assert conclude(table(own, None), None).level == 0
    assert conclude(table([*own, (1, 1), (2, 2), (3, 3)], None), None).level == 1


@pytest.mark.parametrize(("many", "level"), [(0, 1), (3, 1), (4, 2)])
def test_of_a_comparison_that_all_changed_alike_neither(many: int, level: int, tmp_path: Path, capsys: Any) -> None:
    found = asked(capsys, made(tmp_path, "cells.json", written(table(some(4), some(many)))))
    assert found["claim"]["level"] == level
    assert ("nearly all of them changed alike" in found.get("not_compared", "")) is (level == 1)


def test_answers_that_are_all_the_same_are_not_told_as_the_reason(tmp_path: Path, capsys: Any) -> None:
    """MCR-30: "everybody gave the same score at every wave" told the answers of fifty people to each of them."""
    cells = [
        replace(cell, sums=(0,) * 3, products=((0,) * 3,) * 3, scores=None, changes=None)
        for cell in table([], []).cells
    ]
    found = asked(capsys, made(tmp_path, "cells.json", written(CellTable.of(SCORED, WAVES, cells))))
    assert found["claim"]["level"] == 0
    assert "same score" not in json.dumps(found)


def test_that_organisations_do_not_differ_is_not_told_as_the_reason(tmp_path: Path, capsys: Any) -> None:
    """MCR-30: a figure without a word of how sure it is, of five organisations alike, was that of each of them."""
    alike = [(place, number) for place in range(5) for number in (0, 1, 2)]
    cells = table(alike, alike)
    assert estimate(cells).reason == NO_SPREAD
    found = asked(capsys, made(tmp_path, "cells.json", written(cells)))
    assert found["claim"]["level"] == 1
    assert NO_SPREAD not in json.dumps(found)


def test_without_histograms_one_of_each_cell_is_certain() -> None:
    """MCR-30: one of forty who moved by four points counted as sixteen who had changed otherwise than most."""
    scored = Outcome(name="Peer support", low=1, high=5)
    for moved, level in (((), 0), ((0, 1), 0), ((0, 1, 2), 0), ((0, 1, 2, 3), 1)):
        people = [
            Cell.person(Key(f"Trust {place}", 2, (1, 2)), [1, 5 if number == 0 and place in moved else 1])
            for place in range(5)
            for number in range(8)
        ]
        everybody = CellTable.of(scored, WAVES[:2], people)
        bare = replace(everybody, cells=tuple(replace(cell, changes=None) for cell in everybody.cells))
        assert conclude(everybody, None).level == conclude(bare, None).level == level


def test_who_is_compared_with_several_starts_is_one_person() -> None:
    """MCR-30: one of sixty who went up and down, and was compared with three starts, counted as three who differ."""
    scored = Outcome(name="Peer support", low=1, high=5)
    waves = [*WAVES, "2024-09"]
    random = np.random.default_rng(1)
    own = [
        Cell.person(Key(f"Trust {start}{place}", start, (1, 2, 3, 4)), random.integers(1, 6, 4).tolist())
        for start in (2, 3, 4)
        for place in range(3)
        for _ in range(8)
    ]
    for differ, level in ((1, 1), (4, 2)):
        others = [
            Cell.person(
                Key(f"Other {place}", 0, (1, 2, 3, 4)), [1, 2, 1, 2] if not number and place <= differ else [1] * 4
            )
            for place in range(6)
            for number in range(10)
        ]
        everybody = CellTable.of(scored, waves, [*own, *others])
        assert conclude(everybody, estimate(everybody)).level == level


def test_people_change_at_one_time_or_another() -> None:
    one = table(some(5), None)
    assert apart([Moved(2, 2, one.cells)]) == 4
    assert apart([Moved(2, 2, one.cells[:1]), Moved(2, 3, one.cells)]) == 4
    assert apart([]) == 0


def test_that_all_stood_alike_before_the_start_is_not_told_by_the_bends() -> None:
    """MCR-30: trends were allowed to bend by 0.0 points, the unit of which is how far people stood apart."""
    random = np.random.default_rng(2)
    names = [f"Trust {place % 16:02}" for place in range(192)]
    starts = [3 * (place % 2) for place in range(192)]
    said = np.zeros((192, 4), dtype=np.int64)
    said[:, 0] = random.random(192) < 0.3
    said[:, 2:] = random.random((192, 2)) < np.where(np.array(starts) > 0, 0.7, 0.2)[:, None]
    people = fold(names, starts, said, np.ones(said.shape, dtype=bool))
    everybody = CellTable.of(SCORED, [*WAVES, "2024-09"], people)
    found = estimate(everybody)
    shown = beside(conclude(everybody, found), everybody, found)
    assert shown.event_study
    assert shown.sensitivity == ()
