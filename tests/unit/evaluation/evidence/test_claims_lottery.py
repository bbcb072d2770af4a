"""A lottery in a declaration: when it counts, and what makes it none."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

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
from tests.unit.evaluation.evidence.claimed import DRAWN, SURE, UNSURE, WHOLE


def test_a_lottery_that_was_recorded_in_time_is_level_four() -> None:
    claim = conclude(WHOLE, SURE, Circumstances(DRAWN))
    assert (claim.level, claim.maryland, claim.limits) == (4, 5, ())
    assert "the programme caused" in claim.sentence
    assert "which was not verified here" in claim.sentence


def lottery(**changed: Any) -> Declaration:
    assert DRAWN.lottery is not None
    return DRAWN.model_copy(update={"lottery": DRAWN.lottery.model_copy(update=changed)})


DRAWN_STARTS = {cell.organisation: cell.cohort for cell in WHOLE.cells}


@pytest.mark.parametrize(
    "declared",
    [
        lottery(recorded=date(2024, 9, 1)),
        lottery(recorded=date(2025, 1, 1)),
        lottery(starts={**DRAWN_STARTS, "Organisation 001": 5}),
        lottery(starts={**DRAWN_STARTS, "Organisation 099": 4}),
        lottery(starts={name: start for name, start in DRAWN_STARTS.items() if name != "Organisation 014"}),
        DRAWN.model_copy(update={"declared": date(2024, 12, 1)}),
        DRAWN.model_copy(update={"declared": None}),
        lottery(recorded_at=None),
        lottery(seed=7),
        lottery(dealt=()),
        lottery(dealt=(0, 4)),
        lottery(dealt=tuple(sorted(DRAWN_STARTS.values(), reverse=True))),
    ],
    ids=[
        "in the month of the start",
        "too late",
        "moved",
        "left out",
        "added",
        "protocol too late",
        "no protocol",
        "nowhere in the stream",
        "not what the seed draws",
        "nothing dealt",
        "dealt in another order",
        "dealt to each by name",
    ],
)
def test_a_lottery_that_the_cells_do_not_follow_or_that_came_late_is_none(declared: Declaration) -> None:
    claim = conclude(WHOLE, SURE, Circumstances(declared))
    assert claim.level <= 3
    assert "caused" not in claim.sentence


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (lottery(recorded=date(2024, 9, 1)), "lottery_late"),
        (lottery(recorded_at=None), "lottery_place"),
        (lottery(dealt=()), "lottery_dealt"),
        (lottery(dealt=(0, 4)), "lottery_dealt"),
        (lottery(dealt=(4, 4, 4, 4, 0, 0, 0, 0)), "lottery_dealt"),
        (lottery(seed=7), "lottery_seed"),
        (lottery(starts={**DRAWN_STARTS, "Organisation 001": 5}), "lottery_seed"),
        (DRAWN.model_copy(update={"lottery": None}), "lottery"),
    ],
)
def test_why_a_lottery_does_not_count_is_said(declared: Declaration, reason: str) -> None:
    """MCR-30: at level 2 as well, where no lottery is asked for; whoever declared one waits for its word."""
    texts = {ladder().limits[name] for name in ladder().limits if name.startswith("lottery")}
    assert texts & set(conclude(WHOLE, SURE, Circumstances(declared)).limits) == {ladder().limits[reason]}
    second = conclude(WHOLE, UNSURE, Circumstances(declared))
    assert second.level == 2
    assert texts & set(second.limits) == ({ladder().limits[reason]} if reason != "lottery" else set())
    assert read(canonical(second)) == second


def test_cells_that_are_not_those_of_the_lottery_are_said_to_be_others() -> None:
    fewer = replace(WHOLE, cells=tuple(cell for cell in WHOLE.cells if cell.organisation != "Organisation 014"))
    assert ladder().limits["lottery_cells"] in conclude(fewer, SURE, Circumstances(DRAWN)).limits


@pytest.mark.parametrize(
    ("spoilt", "field", "what"),
    [
        ({"dealt": [0]}, "lottery.dealt", "nobody begins"),
        ({"dealt": [4]}, "lottery.dealt", "nobody is left"),
        ({"starts": {"A": 4, "\u202e": 0}}, "lottery.starts", "characters that cannot be seen"),
        ({"starts": {"R0A": 4, "ROA": 0}}, "lottery.starts", "is there twice"),
    ],
)
def test_a_draw_that_is_none_is_refused_with_its_file(spoilt: dict[str, Any], field: str, what: str) -> None:
    """Not when a claim is made of it, in the name of another file or of none."""
    drawn = {"recorded": "2023-06-02", "seed": 7, "dealt": [4, 0], "starts": {"A": 4, "B": 0}} | spoilt
    with pytest.raises(EvidenceError) as refused:
        declaration(json.dumps({"format": DECLARATION_FORMAT, "lottery": drawn}), "declared.json")
    assert (refused.value.file, refused.value.field) == ("declared.json", field)
    assert what in refused.value.what
