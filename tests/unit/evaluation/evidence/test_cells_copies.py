"""One organisation under two names, hidden: few answer alike, a wave is missing, one person is left out or altered."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from services.evaluation.evidence.cells import Cell, CellTable, Outcome, fold, parse, written
from services.evaluation.evidence.cells.chance import chain
from services.evaluation.evidence.cells.copies import copies
from services.evaluation.evidence.errors import EvidenceError

HUNDRED, FIVE, ROUND, SEVEN = range(101), range(1, 6), range(0, 101, 10), (0, 17, 33, 50, 67, 83, 100)
"""What may be answered: any of 0 to 100, five points, tens only, seven points written as per cents."""
BOTH = {"Original", "Copy"}


@dataclass(frozen=True)
class Answers:
    """People by waves: names, what they answered, and where they did."""

    names: list[str]
    scores: NDArray[np.int64]
    answered: NDArray[np.bool_]

    def of(self, name: str) -> NDArray[np.intp]:
        return np.flatnonzero(np.array(self.names) == name)

    def cells(self) -> tuple[Cell, ...]:
        return tuple(fold(self.names, [0] * len(self.names), self.scores, self.answered))

    def and_(self, more: "Answers") -> "Answers":
        both = zip((self.scores, self.answered), (more.scores, more.answered), strict=True)
        return Answers(self.names + more.names, *(np.vstack(pair) for pair in both))


def honest(
    seed: int,
    organisations: int,
    people: int,
    waves: int = 6,
    *,
    scale: tuple[int, ...] | range = HUNDRED,
    answering: float = 0.7,
    same: float = 0.0,
) -> Answers:
    """Different people everywhere; `same` is the part of them who answer all waves alike."""
    random = np.random.default_rng(seed)
    number = organisations * people
    person = 0.8 * random.normal(size=(number, 1)) + 0.6 * random.normal(size=(number, waves))
    person = np.where(random.random((number, 1)) < same, person[:, :1], person)
    values = np.array(scale)
    middle, spread = (values[0] + values[-1]) / 2, (values[-1] - values[0]) / 6
    scores = values[np.abs((middle + spread * person)[:, :, None] - values).argmin(axis=2)].astype(np.int64)
    names = [f"Organisation {one + 1:03}" for one in range(organisations) for _ in range(people)]
    return Answers(names, scores, random.random(scores.shape) < answering)


def copied(region: Answers) -> tuple[Answers, Answers]:
    """The region with its first organisation named Original, and the copy by itself."""
    region = replace(region, names=["Original" if name.endswith(" 001") else name for name in region.names])
    at = region.of("Original")
    return region, Answers(["Copy"] * len(at), region.scores[at], region.answered[at])


def found(region: Answers, copy: Answers) -> set[str]:
    return set(copies(region.and_(copy).cells()) or ())


@pytest.mark.parametrize("scale", [HUNDRED, FIVE, ROUND, SEVEN], ids=["0 to 100", "five points", "tens", "per cents"])
@pytest.mark.parametrize("histograms", [True, False])
def test_a_copy_is_found_though_few_answered_the_same_waves(scale: range, histograms: bool) -> None:
    """People scattered over the 63 ways of answering six waves: no cell holds five."""
    region, copy = copied(honest(1, 6, 24 if histograms else 48, scale=scale, answering=0.7 if histograms else 0.5))
    cells = region.and_(copy).cells()
    if not histograms:
        cells = tuple(replace(cell, scores=None, changes=None) for cell in cells)
    assert max(cell.n for cell in cells if cell.organisation == "Copy") < 5
    assert set(copies(cells) or ()) == BOTH


def test_a_file_with_every_organisation_twice_is_refused() -> None:
    region = honest(2, 6, 24)
    twice = region.and_(replace(region, names=[f"{name} trust" for name in region.names]))
    table = CellTable.of(Outcome(name="x", low=0, high=100), [f"2023-{n:02}" for n in range(1, 7)], twice.cells())
    with pytest.raises(EvidenceError, match="counts once"):
        parse(json.dumps(written(table)))


def test_a_copy_is_found_though_its_people_are_said_to_have_begun_at_different_waves() -> None:
    region, copy = copied(honest(3, 6, 24))
    cells = list(region.cells())
    cells += fold(copy.names, [0, 2, 3, 4] * 6, copy.scores, copy.answered)
    assert set(copies(cells) or ()) == BOTH


@pytest.mark.parametrize("dropped", [[0], [2], [5], [0, 2, 4]])
def test_a_copy_is_found_though_waves_are_missing_from_it(dropped: list[int]) -> None:
    region, copy = copied(honest(4, 6, 24, answering=0.8))
    copy.answered[:, dropped] = False
    assert found(region, copy) == BOTH


@pytest.mark.parametrize("scale", [HUNDRED, FIVE])
@pytest.mark.parametrize("answering", [0.7, 1.0], ids=["scattered", "all together"])
def test_a_copy_is_found_though_one_answer_was_altered(scale: range, answering: float) -> None:
    region, copy = copied(honest(5, 6, 24, scale=scale, answering=answering))
    who, wave = (int(place) for place in np.argwhere(copy.answered)[40])
    copy.scores[who, wave] = scale[0] if copy.scores[who, wave] != scale[0] else scale[1]
    assert found(region, copy) == BOTH


@pytest.mark.parametrize("scale", [HUNDRED, FIVE])
@pytest.mark.parametrize("answering", [0.7, 1.0], ids=["scattered", "all together"])
@pytest.mark.parametrize("from_copy", [True, False])
def test_a_copy_is_found_though_one_person_was_left_out(scale: range, answering: float, from_copy: bool) -> None:
    region, copy = copied(honest(6, 6, 24, scale=scale, answering=answering))
    if from_copy:
        copy = Answers(copy.names[1:], copy.scores[1:], copy.answered[1:])
    else:
        gone = region.of("Original")[7]
        region = Answers(
            [name for place, name in enumerate(region.names) if place != gone],
            np.delete(region.scores, gone, axis=0), np.delete(region.answered, gone, axis=0),
        )  # fmt: skip
    assert found(region, copy) == BOTH


def test_a_copy_is_found_though_several_were_left_out_of_a_scattered_one() -> None:
    region, copy = copied(honest(7, 6, 24))
    copy = Answers(copy.names[4:], copy.scores[4:], copy.answered[4:])
    assert found(region, copy) == BOTH


@pytest.mark.parametrize("scale", [HUNDRED, FIVE, ROUND, SEVEN], ids=["0 to 100", "five points", "tens", "per cents"])
@pytest.mark.parametrize("same", [0.0, 0.4], ids=["moved", "four in ten answer all waves alike"])
@pytest.mark.parametrize("size", [(60, 12, 6), (20, 20, 2), (100, 5, 3)])
@pytest.mark.parametrize("answering", [0.6, 1.0], ids=["scattered", "all together"])
def test_different_people_are_not_taken_for_a_copy(
    scale: range, same: float, size: tuple[int, int, int], answering: float
) -> None:
    for seed in range(2):
        region = honest(seed, *size, scale=scale, answering=answering, same=same)
        assert copies(region.cells()) is None


def test_a_wave_at_which_everybody_answers_the_same_adds_nothing() -> None:
    """The change to it only repeats the wave before, and would count that twice."""
    region = honest(9, 2, 12, 2, scale=FIVE, answering=1.0)
    region.scores[:, 1] = 3
    for cell in region.cells():
        assert chain([cell], [1, 2]) == chain([cell], [1])


def test_where_everybody_answers_alike_nothing_says_who_was_copied() -> None:
    region, copy = copied(honest(8, 6, 24))
    region.scores[:] = copy.scores[:] = 50
    assert found(region, copy) == set()


def test_a_thousand_answers_that_all_differ_are_weighed_too() -> None:
    """As many histograms as no float can count."""
    random = np.random.default_rng(0)
    scores = random.choice(10**6, (2000, 2)).astype(np.int64)
    region = Answers(["Original"] * 1000 + ["Other"] * 1000, scores, np.ones(scores.shape, dtype=bool))
    copy = Answers(["Copy"] * 1000, scores[:1000], region.answered[:1000])
    assert copies(region.cells()) is None
    assert found(region, copy) == BOTH
