"""Which waves are handed in, and who begins when: settled before the outcomes, or no more than a comparison."""

from dataclasses import replace
from datetime import date

import pytest

from services.evaluation.commands.simulate import declared as written_for
from services.evaluation.evidence.cells import Cell, CellTable, Then
from services.evaluation.evidence.claims import (
    DECLARATION_FORMAT,
    Circumstances,
    Declaration,
    canonical,
    conclude,
    declaration,
    ladder,
    read,
)
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, SURE, WHOLE

CHOSEN = ladder().limits["waves_foreseen"]
WAVES, STARTS = DECLARED.waves, DECLARED.starts
FIRST = DECLARED.organisations[0]


def declared(**changed: object) -> Circumstances:
    return Circumstances(DECLARED.model_copy(update=changed))


def chosen(*kept: int) -> CellTable:
    """The whole region as whoever left waves out would hand it in: later waves and starts counted lower."""
    left = [wave for wave in range(1, len(WAVES) + 1) if wave not in kept]
    table = WHOLE
    for wave in reversed(left):
        table = replace(table, then=Then(0, wave, 0)).forward()
    return table


def seen(table: CellTable, waves: set[int], only: int | None = None) -> CellTable:
    """The table with answers to these waves alone, of everybody or of those with one start."""

    def kept(cell: Cell) -> Cell:
        return cell if only not in (None, cell.cohort) else cell.on([wave for wave in cell.pattern if wave in waves])

    return CellTable.of(OUTCOME, table.waves, map(kept, table.cells))


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (WHOLE, declared(waves=())),
        (WHOLE, declared(waves=WAVES[1:])),
        (WHOLE, declared(waves=(WAVES[0], "2023-10", *WAVES[1:]))),
        (WHOLE, declared(waves=WAVES[:-1])),
        (WHOLE, declared(declared=date(2024, 9, 2))),
        (chosen(1, 2, 4, 5), declared()),
        (seen(WHOLE, {1, 3, 4, 5}), declared()),
        (seen(WHOLE, {1, 3, 4, 5}, only=0), declared()),
        (WHOLE, declared(starts={})),
        (WHOLE, declared(starts=STARTS | {FIRST: 5})),
        (WHOLE, declared(starts=STARTS | {FIRST: 0})),
        (WHOLE, declared(starts=STARTS | {FIRST: (0, 4)})),
    ],
    ids=["none named", "first not named", "one left out of the file", "one more in the file", "named too late",
         "one left out and the others renumbered", "one that nobody answered", "one that a side did not answer",
         "no starts", "a later start", "one that was never to begin", "one whose other people are left out"],
)  # fmt: skip
def test_waves_or_starts_that_were_not_named_beforehand_are_level_two(table: CellTable, known: Circumstances) -> None:
    """MCR-30: the waves that suit carried a region without an effect to level 3, in 20 of 80."""
    claim = conclude(table, SURE, known)
    assert (claim.level, CHOSEN in claim.limits) == (2, True)
    assert read(canonical(claim)) == claim


def test_waves_that_were_named_are_assumed_to_have_been_settled() -> None:
    for known, level in ((declared(), 3), (Circumstances(DRAWN), 4)):
        claim = conclude(WHOLE, SURE, known)
        assert (claim.level, CHOSEN in claim.limits) == (level, False)
        assert any(text.startswith("Which waves, organisations and instrument") for text in claim.assumptions)


def test_an_early_look_is_one_at_all_waves_so_far_and_says_so() -> None:
    whole, early = (conclude(WHOLE, SURE, declared(waves=waves)) for waves in (WAVES, (*WAVES, "2025-05")))
    assert (whole.level, early.level) == (3, 3)
    assert set(early.assumptions) - set(whole.assumptions) == {ladder().early}
    assert read(canonical(early)) == early


def test_starts_of_a_lottery_need_not_be_named_again_and_its_waves_must() -> None:
    assert conclude(WHOLE, SURE, Circumstances(DRAWN.model_copy(update={"starts": {}}))).level == 4
    claim = conclude(WHOLE, SURE, Circumstances(DRAWN.model_copy(update={"waves": ()})))
    assert (claim.level, CHOSEN in claim.limits) == (2, True)


def test_starts_name_the_organisations_and_one_may_have_people_on_both_sides() -> None:
    assert conclude(WHOLE, SURE, declared(organisations=())).level == 3
    both = CellTable.of(
        OUTCOME,
        WHOLE.waves,
        [*WHOLE.cells, *(replace(cell, cohort=0) for cell in WHOLE.cells if cell.organisation == FIRST)],
    )
    assert conclude(both, SURE, declared(starts=STARTS | {FIRST: (0, 4)})).level == 3
    assert CHOSEN in conclude(both, SURE, declared()).limits


def test_a_wave_that_looks_back_is_none_of_those_named() -> None:
    back = Then(3, 4, 5)
    dates = (*WAVES[:3], "2024-08", *WAVES[3:])
    moved = [
        replace(
            cell.on(cell.pattern),
            cohort=cell.cohort + (cell.cohort > 3),
            pattern=tuple(wave + (wave > 3) for wave in cell.pattern),
            scores=None,
            changes=None,
        )
        for cell in WHOLE.cells
    ]
    straight = replace(CellTable.of(OUTCOME, dates, moved), then=back).forward()
    assert CHOSEN not in conclude(straight, SURE, declared()).limits
    assert CHOSEN in conclude(straight, SURE, declared(waves=dates)).limits


def test_a_region_that_is_made_up_is_declared_with_its_waves_and_starts() -> None:
    whole = written_for(WHOLE)
    assert (whole.waves, whole.starts) == (WAVES, STARTS)
    assert declaration(whole.model_dump_json()) == whole


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("waves", '["2024-01", "2023-09"]'),
        ("waves", '["2024-01", "2024-01"]'),
        ("waves", '["2024-13"]'),
        ("waves", '["the first"]'),
        ("starts", '{"A": 2, "a": 0}'),
        ("starts", '{"A ": 2}'),
        ("starts", '{"A": -1}'),
        ("starts", '{"A": []}'),
        ("starts", '{"A": "2"}'),
    ],
)
def test_waves_and_starts_that_cells_could_not_hold_are_refused(field: str, value: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        declaration(f'{{"format": "{DECLARATION_FORMAT}", "{field}": {value}}}', "d.json")
    assert refused.value.file == "d.json"
    assert (refused.value.field or "").startswith(field)
    assert Declaration.nothing().waves == ()


def test_a_wave_that_nobody_compared_answered_is_left_out_though_newcomers_answered_it() -> None:
    """MCR-30: one of each start who came since was enough for a declared wave to be left out of the comparison."""
    came = [replace(cell.on((5,)), n=1) for cell in WHOLE.cells]
    table = CellTable.of(OUTCOME, WAVES, [*seen(WHOLE, {1, 2, 3, 4}).cells, *came])
    claim = conclude(table, SURE, declared())
    assert (claim.level, CHOSEN in claim.limits) == (2, True)
    assert CHOSEN not in conclude(CellTable.of(OUTCOME, WAVES, [*WHOLE.cells, *came]), SURE, declared()).limits


def test_an_early_look_is_one_for_a_comparison_too() -> None:
    """MCR-30: at one of six looks something was detected in 6 of 40 regions without an effect, at the last in 3."""
    early = conclude(WHOLE, SURE, declared(waves=(*WAVES, "2025-05"), complete=False, outcomes={}))
    assert (early.level, ladder().early in early.assumptions) == (2, True)
    assert read(canonical(early)) == early
