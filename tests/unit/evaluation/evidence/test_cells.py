"""Cells: whole numbers that add, are taken away and merge in any order, exactly."""

import json
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome, fold, parse, written
from services.evaluation.evidence.cells.plausible import check
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.crowds import crowd

OUTCOME = Outcome(name="confidence", low=-100, high=200)
WAVES = ("2023-09", "2024-03", "2024-09")
KEYS = st.builds(
    Key,
    organisation=st.sampled_from(["Trust", "Council", "Charity"]),
    cohort=st.integers(0, 3),
    pattern=st.sets(st.integers(1, 3), min_size=1).map(lambda waves: tuple(sorted(waves))),
    instrument=st.sampled_from(["", "then"]),
)
PEOPLE = st.lists(
    KEYS.flatmap(lambda key: st.tuples(st.just(key), st.tuples(*[st.integers(-100, 200)] * len(key.pattern)))),
    max_size=25,
)
Person = tuple[Key, tuple[int, ...]]


def table(people: list[Person]) -> CellTable:
    return CellTable.of(OUTCOME, WAVES, [Cell.person(key, answers) for key, answers in people])


@given(people=PEOPLE, seed=st.integers(0, 1000), parts=st.integers(1, 4))
def test_any_order_and_any_partition_give_the_same_table(people: list[Person], seed: int, parts: int) -> None:
    """MCR-27: events add, partitions merge."""
    shuffled = random.Random(seed).sample(people, len(people))
    merged = table([])
    for part in range(parts):
        merged = merged.merge(table(shuffled[part::parts]))
    assert merged == table(people)
    assert written(merged) == written(table(people))


@given(people=PEOPLE, gone=PEOPLE)
def test_what_was_added_and_taken_away_again_leaves_no_trace(people: list[Person], gone: list[Person]) -> None:
    """MCR-27: an erasure, or a correction, is exact, histograms included."""
    assert table([*people, *gone]).without(table(gone)) == table(people)


@given(people=PEOPLE)
def test_a_cell_grown_person_by_person_is_the_merged_cell(people: list[Person]) -> None:
    grown: dict[Key, Cell] = {}
    for key, answers in people:
        grown[key] = grown.get(key, Cell.empty(key)).add(answers)
    assert CellTable.of(OUTCOME, WAVES, grown.values()) == table(people)
    for key, answers in people:
        grown[key] = grown[key].subtract(answers)
    assert CellTable.of(OUTCOME, WAVES, grown.values()).cells == ()


@given(people=PEOPLE)
def test_every_table_of_people_is_plausible_and_comes_back_from_a_file(people: list[Person]) -> None:
    whole = table([*people, (Key("Trust", 0, (1, 2, 3)), (1, 2, 3))])
    check(whole)
    assert parse(json.dumps(written(whole))) == whole


@given(people=PEOPLE)
def test_numbers_are_plain_integers_however_large(people: list[Person]) -> None:
    cells = [cell for one in [table(people)] for cell in one.cells]
    assert all(type(number) is int for cell in cells for row in (cell.sums, *cell.products) for number in row)
    huge = Cell.person(Key("Trust", 0, (1,)), (10**30,))
    assert huge.add((1,)).products == ((10**60 + 1,),)


@pytest.mark.parametrize("seed", range(4))
def test_folding_a_grid_of_answers_gives_the_cells_of_its_people(seed: int) -> None:
    """MCR-27: the fast way and the slow way are the same way."""
    people = crowd(seed)
    slow = [
        Cell.person(
            Key(organisation, cohort, tuple((np.flatnonzero(there) + 1).tolist())),
            answers[there].tolist(),
        )
        for organisation, cohort, answers, there in zip(
            people.organisations, people.cohorts, people.answers, people.answered, strict=True
        )
    ]
    waves = tuple(f"2023-{month:02}" for month in range(1, 6))
    assert CellTable.of(OUTCOME, waves, people.cells()) == CellTable.of(OUTCOME, waves, slow)


def test_people_seen_at_some_of_their_waves_keep_exactly_those_numbers() -> None:
    whole = table(
        [(Key("Trust", 2, (1, 2, 3)), (1, 2, 3)), (Key("Trust", 2, (1, 3)), (4, 6)), (Key("Trust", 2, (2,)), (9,))]
    )
    seen = whole.together(1, 3)
    assert seen == table([(Key("Trust", 2, (1, 3)), (1, 3)), (Key("Trust", 2, (1, 3)), (4, 6))])
    assert seen.cells[0].changes == {(1, 3): {2: 2}}


def test_half_a_histogram_is_none() -> None:
    key = Key("Trust", 0, (1,))
    bare = Cell(*key, n=1, sums=(4,), products=((16,),))
    assert bare.add((5,)).scores is None
    assert bare.add((5,)).n == 2


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda: Cell.empty(Key("Trust", 0, (1,))).subtract((3,)),
        lambda: Cell.person(Key("Trust", 0, (1,)), (3,)).subtract((4,)),
        lambda: Cell.person(Key("Trust", 0, (1,)), (3, 4)),
        lambda: Cell.person(Key("Trust", 0, (1,)), (3,)).merge(Cell.person(Key("Trust", 2, (1,)), (3,))),
        lambda: table([]).merge(CellTable.of(OUTCOME, WAVES[:2], [])),
        lambda: list(fold(["Trust"], [0], np.array([[10**7]]), np.array([[True]]))),
    ],
)
def test_what_cannot_be_taken_away_merged_or_folded_is_refused(spoiled: Any) -> None:
    with pytest.raises(EvidenceError):
        spoiled()
