"""What is taken off a difference before it is called more than chance: sign, and what is not known."""

from dataclasses import replace
from math import inf, nan

import pytest

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import Bounds
from services.evaluation.evidence.claims.missing import bounded, harmless, outlasts
from services.evaluation.evidence.claims.unchosen import between_unchosen
from services.evaluation.evidence.estimate import Estimate
from services.evaluation.evidence.simulation import Region, region

FOUND = Estimate(attempted=True, effect=0.5, interval=(0.2, 0.8))
MIRRORED = replace(FOUND, effect=-0.5, interval=(-0.8, -0.2))
ALONE = replace(FOUND, interval=(-0.1, 1.1))


@pytest.mark.parametrize(
    ("made", "stays"),
    [(0.0, True), (0.19, True), (0.21, False), (-5.0, True), (inf, False), (-inf, False), (nan, False)],
)
def test_what_something_else_made_is_taken_off_towards_nought(made: float, stays: bool) -> None:
    """Of what is not known all may have been made, whichever sign it is given."""
    assert outlasts(FOUND, FOUND, made) is stays
    assert outlasts(MIRRORED, MIRRORED, -made) is stays


def test_what_was_made_of_the_other_sign_does_not_vouch_for_those_whom_nobody_chose() -> None:
    mirrored = replace(ALONE, effect=-0.5, interval=(-1.1, 0.1))
    assert not outlasts(FOUND, ALONE, -5.0)
    assert not outlasts(MIRRORED, mirrored, 5.0)


@pytest.mark.parametrize(("low", "worst", "left", "stays"), [
    (0.4, 0.1, 0.3, True),      # many left, and had they answered anything it would still be there
    (0.4, -0.1, 0.3, False),
    (0.4, -0.1, 0.05, True),    # few left
    (0.2, 0.1, 0.05, False),    # what they made and chance together
    (-0.1, 0.1, 0.3, False),    # a side that answered more, trimmed, may be the worse case
])  # fmt: skip
def test_many_may_leave_where_nothing_they_could_answer_turns_it_round(
    low: float, worst: float, left: float, stays: bool
) -> None:
    seen = Bounds(low, 0.6, "Lee", 0.7, 0.7, 0.0, 0, worst=(worst, 0.9), left=left)
    turned = Bounds(-0.6, -low, "Lee", 0.7, 0.7, 0.0, 0, worst=(-0.9, -worst), left=left)
    assert harmless(seen, FOUND, FOUND) is harmless(turned, MIRRORED, MIRRORED) is stays
    assert bounded(seen, FOUND, FOUND) is bounded(turned, MIRRORED, MIRRORED) is (low > 0 and (stays or worst > 0))


def test_the_estimate_between_those_whom_nobody_chose_has_the_same_comparison() -> None:
    """Where nobody is left of those who never begin, those who begin later do not step in: the claim is not of them."""
    whole = region(Region(organisations=18, people=6, waves=5, starts=(3, 5), taking_part=12, effect=0.8, dropout=0.0))
    late = [cell if cell.cohort else cell.on(cell.pattern[1:]) for cell in whole.cells]
    table = CellTable.of(whole.outcome, whole.waves, late)
    assert between_unchosen(table, replace(FOUND, control="never_treated")).interval is None
    assert between_unchosen(table, replace(FOUND, control="not_yet_treated")).interval is not None
