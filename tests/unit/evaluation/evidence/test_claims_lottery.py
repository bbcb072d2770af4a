"""A lottery in a declaration: when it counts, and what makes it none."""

from datetime import date
from typing import Any

import pytest

from services.evaluation.evidence.claims import Circumstances, Declaration, conclude
from tests.unit.evaluation.evidence.claimed import DRAWN, SURE, WHOLE


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
