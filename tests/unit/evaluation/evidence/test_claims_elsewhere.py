"""Who answered another instrument, held against those who are compared: nobody else may make them look few."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.evidence.cells import Cell, CellTable, written
from services.evaluation.evidence.change import Bounds, elsewhere, since_start
from services.evaluation.evidence.change.attrition import WORST
from services.evaluation.evidence.claims import Circumstances, ladder
from services.evaluation.evidence.claims.holding import conditions
from services.evaluation.evidence.simulation import OUTCOME, Region, region
from tests.unit.evaluation.evidence.asking import asked, made
from tests.unit.evaluation.evidence.claimed import DECLARED, SURE, WHOLE

ELSEWHERE = ladder().limits["instrument_shared"]
CHANGE = since_start(WHOLE)
NEWCOMERS = region(Region(organisations=14, people=60, waves=5, starts=(4,), dropout=0.0, seed=9))


def by(instrument: str, cells: tuple[Cell, ...]) -> list[Cell]:
    return [replace(cell, instrument=instrument) for cell in cells]


def left_out(start: int | None = None) -> list[Cell]:
    """Six people of each organisation with the programme, by the other instrument, said to begin at `start`."""
    several = region(Region(organisations=14, people=6, waves=5, starts=(4,), dropout=0.0, seed=3)).cells
    own = [cell for cell in by("confidence/1", several) if cell.cohort]
    return own if start is None else [replace(cell, cohort=start) for cell in own]


def bounded(difference: float) -> Bounds:
    return Bounds(difference, difference, WORST, 1.0, 1.0, 0.0, 0, worst=(difference, difference), left=0.0)


def whole(*more: Cell) -> tuple[CellTable, CellTable]:
    looked_at = by("confidence/4", WHOLE.cells)
    several = CellTable.of(OUTCOME, WHOLE.waves, [*looked_at, *more])
    return several, several.where(lambda cell: cell.instrument == "confidence/4")


def test_instruments_are_asked_for_once_however_many_cells_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each cell all cells were gone through: minutes, of a hundred thousand."""
    every, chosen = whole(*left_out())
    counted, plain = list[int](), CellTable.instruments.fget
    assert plain is not None
    monkeypatch.setattr(CellTable, "instruments", property(lambda table: counted.append(1) or plain(table)))
    assert elsewhere(every, chosen, "never_treated") > 0
    assert len(counted) == 1


def test_people_who_came_since_the_start_do_not_hide_those_left_out() -> None:
    """MCR-30: with as many newcomers, 5 of 16 regions without an effect were level 3, the worse 30 in 100 left out."""
    came = [cell.on((5,)) for cell in by("confidence/4", NEWCOMERS.cells) if cell.cohort]
    for more in ([], came):
        assert elsewhere(*whole(*left_out(), *more), "never_treated") == pytest.approx(6 / 26)


@pytest.mark.parametrize("start", [0, 1, 3])
def test_those_left_out_count_with_their_organisation_whatever_start_they_are_said_to_have(start: int) -> None:
    """MCR-30: said to have begun at the first wave they counted nowhere: 5 of 16 regions without an effect."""
    assert elsewhere(*whole(*left_out(start)), "never_treated") >= 6 / 26 - 1e-6


def test_who_answered_another_instrument_only_since_the_start_could_not_have_been_compared() -> None:
    came = [cell.on((4, 5)) for cell in left_out()]
    assert elsewhere(*whole(*came), "never_treated") == 0


def test_organisations_count_as_the_estimate_weighs_them() -> None:
    one = left_out()[0]
    assert elsewhere(*whole(replace(one, cohort=1)), "never_treated") == pytest.approx(6 / 26 / 7)


@pytest.mark.parametrize(("part", "level"), [(0.0, 3), (0.05, 3), (0.08, 2), (0.2, 2)])
@pytest.mark.parametrize("lower", [False, True])
def test_who_answered_another_could_not_have_turned_the_difference_round(
    part: float, level: int, *, lower: bool
) -> None:
    """Sixteen points on a scale of 100: 8 in 100 of either side who moved it all would make up as many."""
    side = -1 if lower else 1
    known = Circumstances(DECLARED, left_out=40 if part else 0, elsewhere=part)
    held = conditions(WHOLE, CHANGE, replace(SURE, effect=16.0 * side), bounded(16.0 * side), known)
    assert held.instrument_shared is (level == 3)


def test_whose_leavers_are_not_known_could_have_been_turned_round() -> None:
    known = Circumstances(DECLARED, left_out=40, elsewhere=0.01)
    assert not conditions(WHOLE, CHANGE, SURE, None, known).instrument_shared
    assert not conditions(WHOLE, CHANGE, replace(SURE, effect=0.0), bounded(0.0), known).instrument_shared


@pytest.mark.parametrize("start", [None, 1])
def test_the_command_counts_them_so(start: int | None, tmp_path: Path, capsys: Any) -> None:
    came = [cell.on((5,)) for cell in by("confidence/4", NEWCOMERS.cells) if cell.cohort]
    table, _ = whole(*left_out(start), *came)
    protocol = json.loads(DECLARED.model_copy(update={"instrument": "confidence/4"}).model_dump_json())
    files = made(tmp_path, "a.json", json.loads(json.dumps(written(table)))), made(tmp_path, "d.json", protocol)
    assert ELSEWHERE in asked(capsys, files[0], "--declaration", files[1])["claim"]["limits"]


@pytest.mark.parametrize("more", [[], left_out()])
def test_beside_an_outcome_whose_people_were_chosen_by_instrument_this_one_has_no_larger_threshold(
    more: list[Cell], tmp_path: Path, capsys: Any
) -> None:
    """Left out until its chance is small, the worse of another outcome would vouch for this one."""
    other = region(Region(effect=2.0, organisations=14, people=20, waves=5, starts=(4,), dropout=0.0, seed=5))
    named = OUTCOME.model_copy(update={"name": "Peer support"})
    beside = CellTable.of(named, WHOLE.waves, [*by("confidence/4", other.cells), *more])
    table, _ = whole()
    measured = dict.fromkeys((OUTCOME.name, "Peer support"), DECLARED.outcomes[OUTCOME.name])
    secondary = {"primary": "", "secondary": tuple(measured), "outcomes": measured, "instrument": "confidence/4"}
    protocol = json.loads(DECLARED.model_copy(update=secondary).model_dump_json())
    files = [made(tmp_path, f"{place}.json", written(one)) for place, one in enumerate((table, beside))]
    declared = ["--declaration", made(tmp_path, "d.json", protocol)]
    both = asked(capsys, *files, "--outcome", OUTCOME.name, *declared)["claim"]
    protocol |= {"primary": OUTCOME.name, "secondary": ["Peer support"]}
    alone = asked(capsys, files[0], "--declaration", made(tmp_path, "p.json", protocol))["claim"]
    assert (both["smallest_detectable"] > alone["smallest_detectable"]) is bool(more)
