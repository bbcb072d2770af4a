"""Fingerprints: nobody's answers can be guessed from what a claim publishes of where it comes from."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence.cells import Cell, CellTable, Outcome, fold, written
from services.evaluation.evidence.claims import WITHHELD, canonical, conclude, fingerprint, read, told
from services.evaluation.evidence.estimate import estimate
from tests.unit.evaluation.evidence.claimed import WHOLE
from tests.unit.evaluation.evidence.test_estimate_asked import asked, made

WAVES = ["2023-09", "2024-01"]


def answered(name: str, sizes: list[int], answers: Any) -> CellTable:
    names = np.repeat([f"O{number}" for number in range(len(sizes))], sizes).tolist()
    scores = np.array(answers, dtype=np.int64).reshape(-1, 2)
    people = fold(names, [2] * len(scores), scores, np.ones(scores.shape, dtype=bool))
    return CellTable.of(Outcome(name=name, low=1, high=5), WAVES, people)


def test_what_may_not_be_said_of_another_outcome_cannot_be_guessed_from_its_fingerprint(
    tmp_path: Path, capsys: Any
) -> None:
    """MCR-30: two people of an outcome that is level 0; 625 tries gave all four of their answers."""
    random = np.random.default_rng(1)
    one = answered("Confidence", [120, 110], random.integers(1, 6, (230, 2)))
    two = answered("Peer support", [1, 1], [4, 1, 5, 2])
    files = [made(tmp_path, "a.json", written(one)), made(tmp_path, "b.json", written(two))]
    claim = asked(capsys, *files, "--outcome", "Confidence")["claim"]
    tries = {fingerprint(answered("Peer support", [1, 1], [*each])) for each in product(range(1, 6), repeat=4)}
    assert claim["level"] == 1
    assert not tries & set(claim["made_from"]["others"])
    assert claim["made_from"]["others"] == [WITHHELD]
    assert asked(capsys, *files, "--outcome", "Confidence")["claim"] == claim


@pytest.mark.parametrize("sizes", [[12, 11], [300, 12], [400, 400]])
def test_the_fingerprint_of_few_answers_is_withheld_and_the_claim_reads_back(sizes: list[int]) -> None:
    """One organisation knows its own answers, so only those of the others keep anybody from guessing."""
    table = answered("Confidence", sizes, np.random.default_rng(2).integers(1, 6, (sum(sizes), 2)))
    claim = conclude(table, None)
    assert told(table) == (fingerprint(table) if min(sizes) == 400 else WITHHELD)
    assert claim.made_from.cells == told(table) or claim.level == 0
    assert read(canonical(claim)) == claim


def test_the_fingerprint_of_a_region_is_told() -> None:
    assert told(WHOLE) == fingerprint(WHOLE)


def test_the_answers_of_a_million_people_are_not_counted_one_by_one() -> None:
    """MCR-30: of two organisations; counting the ways in which they can answer took minutes."""
    crowds = tuple(replace(cell, n=10**6) if place in (0, 1) else cell for place, cell in enumerate(WHOLE.cells))
    many = replace(WHOLE, cells=crowds)
    assert told(many) == fingerprint(many)
    assert told(replace(many, cells=many.cells[:1])) == WITHHELD


def seldom(changed: dict[int, int]) -> CellTable:
    """Eight organisations of 200 who all answered twice; so many of each went from no to yes."""
    cells: list[Cell] = []
    for place in range(8):
        said = np.zeros((200, 2), dtype=np.int64)
        said[: changed.get(place, 0), 1] = 1
        cells += fold([f"O{place}"] * 200, [2 * (place % 2)] * 200, said, np.ones(said.shape, dtype=bool))
    return CellTable.of(Outcome(name="Confidence", low=0, high=1), WAVES, cells)


def test_answers_that_hardly_anybody_gives_are_not_guessed_from_the_fingerprint() -> None:
    """MCR-30: where seven people had changed, an organisation that knew its own found where the others were in 956
    tries, for what could be answered had more than 2¹²⁸ ways.
    """
    table = seldom({place: 2 if place in (1, 4) else 1 for place in range(8)})
    claim = conclude(table, estimate(table))
    assert claim.level == 2
    assert claim.made_from.cells == told(table) == WITHHELD
    assert read(canonical(claim)) == claim
    assert (
        told(replace(table, cells=tuple(replace(cell, scores=None, changes=None) for cell in table.cells))) == WITHHELD
    )


def test_many_answers_of_either_kind_have_a_fingerprint() -> None:
    often = seldom({place: 60 + place for place in range(8)})
    random = np.random.default_rng(3)
    mixed = CellTable.of(
        often.outcome,
        WAVES,
        fold(
            [f"O{place % 40}" for place in range(1200)],
            [2 * (place % 2) for place in range(1200)],
            random.integers(0, 2, (1200, 2)),
            np.ones((1200, 2), dtype=bool),
        ),
    )
    assert told(often) == WITHHELD
    assert told(mixed) == fingerprint(mixed)
    assert told(replace(mixed, cells=())) == WITHHELD
