"""Who is compared and by which instrument: settled before the outcomes, or no more than a comparison."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.evidence.cells import Cell, CellTable, written
from services.evaluation.evidence.change import elsewhere
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
from tests.unit.evaluation.evidence.asking import asked, made
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, SURE, WHOLE, fewer

PICKED, INSTRUMENT, EVERYBODY = (
    ladder().limits[name] for name in ("organisations_foreseen", "instrument", "everybody")
)
ELSEWHERE = ladder().limits["instrument_shared"]
SETTLED = "Which waves, organisations and instrument are compared was settled before the outcomes, as a file declares."
NAMES = DECLARED.organisations


def declared(**changed: object) -> Circumstances:
    return Circumstances(DECLARED.model_copy(update=changed))


def by(instrument: str) -> CellTable:
    return CellTable.of(OUTCOME, WHOLE.waves, [replace(cell, instrument=instrument) for cell in WHOLE.cells])


@pytest.mark.parametrize(
    "known",
    [
        declared(organisations=(), starts={}),
        declared(organisations=NAMES[:-1]),
        declared(organisations=(*NAMES, "Organisation 015")),
        declared(declared=date(2024, 9, 2)),
    ],
    ids=["none named", "one more in the cells", "one less in the cells", "named too late"],
)
def test_a_comparison_that_was_not_named_beforehand_is_level_two(known: Circumstances) -> None:
    """MCR-30: the ten of sixty that rose least carried a region without an effect to level 3, in 13 of 100."""
    claim = conclude(WHOLE, SURE, known)
    assert (claim.level, PICKED in claim.limits) == (2, True)
    assert read(canonical(claim)) == claim


def test_a_comparison_that_was_named_is_assumed_to_have_been_settled() -> None:
    for known, level in ((declared(), 3), (Circumstances(DRAWN), 4)):
        claim = conclude(WHOLE, SURE, known)
        assert (claim.level, SETTLED in claim.assumptions, PICKED in claim.limits) == (level, True, False)


def test_organisations_of_a_lottery_need_not_be_named_again() -> None:
    claim = conclude(WHOLE, SURE, Circumstances(DRAWN.model_copy(update={"organisations": ()})))
    assert claim.level == 4


def test_whoever_was_never_asked_before_the_start_is_neither_compared_nor_counted_as_left() -> None:
    def later(cell: Cell) -> Cell:
        return cell.on((4, 5)) if cell.organisation == NAMES[-1] else cell

    table = CellTable.of(OUTCOME, WHOLE.waves, map(later, WHOLE.cells))
    assert PICKED in conclude(table, SURE, declared()).limits


def test_whose_programme_began_with_the_first_wave_is_not_compared_and_need_not_be_named() -> None:
    old = replace(WHOLE.cells[0], organisation="Long since", cohort=1)
    table = CellTable.of(OUTCOME, WHOLE.waves, [*WHOLE.cells, old])
    assert conclude(table, SURE, declared()).level == 3


@pytest.mark.parametrize(
    ("table", "wanted", "level"),
    [
        (WHOLE, None, 3),
        (WHOLE, "confidence/4", 2),
        (by("confidence/4"), "confidence/4", 3),
        (by("confidence/4"), None, 2),
        (by("confidence/4"), "confidence/1", 2),
    ],
)
def test_an_instrument_is_the_declared_one_or_the_only_one_without_a_name(
    table: CellTable, wanted: str | None, level: int
) -> None:
    claim = conclude(table, SURE, declared(instrument=wanted))
    assert (claim.level, INSTRUMENT in claim.limits) == (level, level == 2)
    assert canonical(claim) == canonical(read(canonical(claim)))


def test_people_of_other_instruments_are_counted_and_are_missing_among_those_of_a_lottery() -> None:
    """MCR-30: "the people of the lottery" was said of a quarter of them."""
    known = replace(Circumstances(DRAWN.model_copy(update={"instrument": "confidence/4"})), left_out=424)
    claim = conclude(by("confidence/4"), SURE, known)
    assert (claim.level, EVERYBODY in claim.limits, claim.made_from.left_out) == (3, True, 420)
    assert ladder().left_out in claim.assumptions
    assert "caused" not in claim.sentence
    assert read(canonical(claim)) == claim
    with pytest.raises(EvidenceError):
        read(canonical(claim).replace(b'"left_out":420', b'"left_out":null'))
    with pytest.raises(EvidenceError):
        read(canonical(claim).replace(b'"left_out":420', b'"left_out":424'))
    few = conclude(by("confidence/4"), SURE, replace(known, left_out=3))
    assert few.made_from.left_out == 10
    unnamed = replace(known, declaration=DRAWN)
    assert INSTRUMENT in conclude(WHOLE, SURE, unnamed).limits


@pytest.mark.parametrize(
    ("field", "value"),
    [("organisations", '["A", "a"]'), ("organisations", '["A "]'), ("instrument", '"It was the programme"')],
)
def test_names_that_cells_could_not_hold_are_refused(field: str, value: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        declaration(f'{{"format": "{DECLARATION_FORMAT}", "{field}": {value}}}', "d.json")
    assert (refused.value.file, refused.value.field) == ("d.json", field)
    assert Declaration.nothing().organisations == ()


@pytest.mark.parametrize(("part", "level"), [(0.0, 3), (0.02, 3), (0.05, 2), (0.2, 2)])
def test_who_answered_another_instrument_was_declared_nowhere(part: float, level: int) -> None:
    """MCR-30: those of either side that suited least, 15 in 100, by another one: 22 of 40 regions without an effect."""
    known = replace(declared(instrument="confidence/4"), left_out=40, elsewhere=part)
    claim = conclude(by("confidence/4"), SURE, known)
    assert (claim.level, ELSEWHERE in claim.limits) == (level, level == 2)
    assert read(canonical(claim)) == claim


def test_the_start_counts_of_which_most_answered_another_instrument() -> None:
    others = [replace(cell, instrument="confidence/1") for cell in WHOLE.cells if cell.cohort][:2]
    old = replace(WHOLE.cells[0], organisation="Long since", cohort=1, instrument="confidence/1")
    looked_at = by("confidence/4")
    everybody = CellTable.of(OUTCOME, WHOLE.waves, [*looked_at.cells, *others, old])
    assert elsewhere(everybody, looked_at, "never_treated") == Fraction(40, 180)
    assert elsewhere(looked_at, looked_at, "never_treated") == 0
    assert elsewhere(WHOLE.where(lambda _: False), WHOLE.where(lambda _: False), "never_treated") == 0


def test_the_command_counts_them(tmp_path: Path, capsys: Any) -> None:
    looked_at = by("confidence/4")
    other, one = ([replace(cell, instrument="confidence/1") for cell in fewer(many).cells[-7:]] for many in (12, 1))
    for extra, said in ((other, True), (one[:1], False)):
        cells = made(tmp_path, "a.json", written(CellTable.of(OUTCOME, WHOLE.waves, [*looked_at.cells, *extra])))
        protocol = json.loads(declared(instrument="confidence/4").declaration.model_dump_json())
        claim = asked(capsys, cells, "--declaration", made(tmp_path, "d.json", protocol))["claim"]
        assert (ELSEWHERE in claim["limits"]) is said
