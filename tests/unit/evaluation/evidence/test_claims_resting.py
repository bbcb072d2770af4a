"""Whose answers a figure rests on: counted over all waves they are many, at the wave that decides they may be one."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable, fold, written
from services.evaluation.evidence.change import mixed, resting
from services.evaluation.evidence.claims import Circumstances, Claim, beside, canonical, conclude, read
from services.evaluation.evidence.estimate import MEANS, WILD, Options, estimate
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.asking import asked, made
from tests.unit.evaluation.evidence.claimed import SURE, WHOLE

SCORES = np.random.default_rng(3).normal(50, 8, (900, 20))


def region(sizes: Sequence[int], starts: Sequence[int], waves: int, moved: float = 0.0) -> CellTable:
    """People of chance; those of the last organisation have moved by so much since the fourth wave."""
    organisations = np.repeat(np.arange(len(sizes)), sizes)
    scores = SCORES[: len(organisations), :waves].copy()
    scores[organisations == len(sizes) - 1, 3:] += moved
    return folded(organisations, np.array(starts)[organisations], scores)


def folded(
    organisations: NDArray[np.int64], cohorts: NDArray[np.int64], scores: NDArray[np.float64], answered: Any = None
) -> CellTable:
    names = [f"Trust {place:03}" for place in organisations]
    there = np.ones(scores.shape, dtype=bool) if answered is None else answered
    waves = [f"{2023 + number // 4}-{2 + 3 * (number % 4):02}" for number in range(scores.shape[1])]
    return CellTable.of(OUTCOME, waves, fold(names, cohorts.tolist(), np.rint(scores).astype(np.int64), there))


def claimed(table: CellTable, control: str | None = None) -> Claim:
    known = Circumstances(declared(table).model_copy(update={"control": control}))
    return conclude(table, estimate(table, Options(control=known.declaration.wanted_control(table))), known)


@pytest.mark.parametrize(("people", "level"), [(1, 1), (2, 1), (12, 2)])
def test_the_last_to_begin_are_all_that_the_others_are_compared_with(people: int, level: int) -> None:
    """MCR-30: "moved by +18.96 in the comparison", of 150 people by the count, was what two of them answered."""
    claim = claimed(region([25] * 11 + [people], [3] * 5 + [4] * 6 + [5], 5, moved=30.0))
    assert claim.level == level
    assert (claim.difference is None) is (level == 1)
    assert read(canonical(claim)) == claim


def test_one_person_who_never_begins_is_no_comparison_beside_many_who_begin_later() -> None:
    sizes, starts = [20] * 24 + [1], [4] * 12 + [6] * 12 + [0]
    assert claimed(region(sizes, starts, 8, moved=30.0), "not_yet_treated").level == 1
    assert claimed(region([20] * 24, starts[:-1], 8), "not_yet_treated").level == 2


def test_a_last_wave_that_one_of_a_side_has_answered_so_far_is_no_wave_to_average() -> None:
    """MCR-30: a third of the figure was that person's."""
    organisations = np.repeat(np.arange(14), 20)
    cohorts = np.where(organisations < 7, 3, 0)
    answered = np.ones((280, 5), dtype=bool)
    for side in (cohorts == 3, cohorts == 0):
        late = answered.copy()
        late[np.flatnonzero(side)[1:], 4] = False
        assert claimed(folded(organisations, cohorts, SCORES[:280, :5], late)).level == 1
    assert claimed(folded(organisations, cohorts, SCORES[:280, :5], answered)).level == 2


def test_an_organisation_whose_many_waves_make_up_the_figure_is_recognised() -> None:
    """MCR-30: of 65 people 45 were its own, and 98 in 100 of what was averaged."""
    pilot = region([45, 10, 10], [2, 20, 20], 20)
    assert claimed(pilot).level == 0
    assert claimed(region([45, 10, 10], [19, 20, 20], 20)).level == 1
    assert claimed(region([60, 10, 10, 10, *[25] * 4], [2, 20, 20, 20, 0, 0, 0, 0], 20)).level == 0


def test_it_is_said_why_those_who_are_too_few_are_not_compared(tmp_path: Path, capsys: Any) -> None:
    table = region([25] * 11 + [2], [3] * 5 + [4] * 6 + [5], 5)
    said = asked(capsys, made(tmp_path, "cells.json", json.loads(json.dumps(written(table)))))
    assert "too few to show" in said["not_compared"]


def test_organisations_that_count_alike_weigh_alike() -> None:
    table = region([30, 30, 1, 20, 20, 20], [3, 3, 3, 0, 0, 0], 4)
    own, others = resting(table, "never_treated", alike=True)
    assert own.parts == pytest.approx({"Trust 000": 1 / 3, "Trust 001": 1 / 3, "Trust 002": 1 / 3})
    assert own.worth == pytest.approx(1 / (1 / 9 + 2 / 9 / 30))
    assert others.worth == pytest.approx(60)
    plain, _ = resting(table, "never_treated", alike=False)
    assert (plain.worth, plain.largest) == pytest.approx((61, 30 / 61))


def test_nobody_compared_rests_on_nobody() -> None:
    begun = WHOLE.where(lambda cell: cell.cohort > 0)
    assert [side.worth for side in resting(begun, "never_treated", alike=False)] == [0, 0]


def wedge(never: int) -> CellTable:
    """Twelve begin early and twelve late, of which the last four have so many people who are said never to begin."""
    organisations = np.repeat(np.arange(24), 24)
    cohorts = np.where(organisations % 24 < 12, 4, 6)
    place = np.tile(np.arange(24), 24)
    return folded(organisations, np.where((organisations >= 20) & (place < never), 0, cohorts), SCORES[:576, :8])


def test_those_alone_compared_at_most_waves_count_for_as_much_as_the_estimate_lets_them() -> None:
    """MCR-30: by people over all waves one in seven of those compared was mixed, by what they decided three in four."""
    assert mixed(wedge(0), "not_yet_treated") == 0
    assert mixed(wedge(3), "not_yet_treated") > 0.6
    assert mixed(wedge(3), "never_treated") == 1


def test_a_wave_that_rests_on_few_people_is_not_shown_beside_a_claim() -> None:
    """MCR-30: by count there were hundreds at the start of either, of whom one was all that the later had."""
    table, few = wedge(6), replace(SURE, control="not_yet_treated", event_study=((0, 1.0, 1.0, 0.0, 2.0),))
    claim = conclude(table, few, Circumstances(declared(table)))
    lone = wedge(1).where(lambda cell: cell.cohort > 0 or cell.organisation == "Trust 020")
    assert (claim.level, conclude(lone, few).level) == (2, 1)
    seen, hidden = beside(claim, table, few), beside(claim, lone, few)
    assert (len(seen.event_study), len(seen.sensitivity)) == (1, 2)
    assert (hidden.event_study, hidden.sensitivity) == ((), ())


def test_the_weights_are_those_of_the_estimate() -> None:
    """What one organisation moves, moves the figure by its part."""
    for sizes, starts, control in (
        ([25] * 11 + [12], [3] * 5 + [4] * 6 + [5], "not_yet_treated"),
        ([20] * 18, [3] * 6 + [4] * 6 + [0] * 6, "never_treated"),
    ):
        plain, moved = (estimate(region(sizes, starts, 5, moved=by)) for by in (0.0, 10.0))
        own, others = resting(region(sizes, starts, 5), control, alike=plain.inference == MEANS)
        name = f"Trust {len(sizes) - 1:03}"
        assert plain.inference in (MEANS, WILD)
        assert name not in own.parts
        counted = (plain.effect or 0.0) - (moved.effect or 0.0)
        assert 0 < counted <= 10 * others.parts[name] + 1e-9
