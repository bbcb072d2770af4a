"""A file that nobody left: of a programme that kept all its people, or of those alone who answered every time."""

from dataclasses import replace
from datetime import date

import pytest

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims import Circumstances, canonical, conclude, ladder, read
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, SURE, WHOLE

UNTOLD = ladder().limits["complete"]
ASSUMED = "The file holds all who answered before the start, also those who did not answer again."
_LEFT = [
    replace(cell.on((1, 2, 3)), n=1, sums=(50,) * 3, products=((2500,) * 3,) * 3, scores=None, changes=None)
    for cell in WHOLE.cells[:1]
]
FEW_LEFT = CellTable.of(OUTCOME, WHOLE.waves, [*WHOLE.cells, *_LEFT])


@pytest.mark.parametrize("known", [DECLARED, DRAWN])
@pytest.mark.parametrize("late", [{"complete": False}, {"declared": date(2024, 9, 2)}])
def test_where_nobody_left_and_no_promise_was_made_a_claim_is_a_comparison(known: object, late: object) -> None:
    """MCR-30: complete cases alone carried a region without an effect to level 3, in 7 of 60."""
    claim = conclude(WHOLE, SURE, Circumstances(known.model_copy(update=late)))  # type: ignore[attr-defined]
    assert (claim.level, UNTOLD in claim.limits) == (2, True)
    assert read(canonical(claim)) == claim


@pytest.mark.parametrize(("known", "level"), [(DECLARED, 3), (DRAWN, 4)])
def test_where_it_was_promised_the_claim_assumes_that_it_was_kept(known: object, level: int) -> None:
    claim = conclude(WHOLE, SURE, Circumstances(known))  # type: ignore[arg-type]
    assert (claim.level, ASSUMED in claim.assumptions) == (level, True)


def test_where_somebody_left_no_promise_is_asked_for_and_the_claim_assumes_it_all_the_same() -> None:
    claim = conclude(FEW_LEFT, SURE, Circumstances(DECLARED.model_copy(update={"complete": False})))
    assert (UNTOLD in claim.limits, claim.level, ASSUMED in claim.assumptions) == (False, 3, True)
