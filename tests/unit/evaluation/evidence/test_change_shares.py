"""Shares: what steps of a scale make of sides that stand differently beneath it and moved alike there."""

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.change import by_share
from services.evaluation.evidence.claims import conclude, holding, ladder
from services.evaluation.evidence.estimate import Options, estimate
from tests.unit.evaluation.evidence.claimed import DECLARED, KNOWN, SURE, WHOLE
from tests.unit.evaluation.evidence.test_change_footing import NEVER, table

WAVES = ["2023-09", "2024-01", "2024-05", "2024-09", "2025-01", "2025-05"]
SHARE = st.integers(1, 19)


def said(own: int, before: int, after: int, low: int = 1, high: int = 2) -> CellTable:
    """Twenty people a side: so many said yes at first, and after; what the programme's said after plays no part."""

    def side(first: int, last: int) -> list[Any]:
        return [(high if place < first else low, high if place < last else low) for place in range(20)]

    return table({2: side(own, 10), 0: side(before, after)})


@given(SHARE, SHARE)
def test_who_stood_alike_and_as_far_apart_would_have_moved_alike(before: int, after: int) -> None:
    assert by_share(said(before, before, after), NEVER, 1.0) == pytest.approx(0.0)


def test_who_stood_further_apart_would_have_moved_less_far() -> None:
    """From 30 to 50 in 100 is half a deviation and a bit; half of that is from 30 to 40, nearly."""
    shifted = stats.norm.cdf(stats.norm.ppf(0.3) / 2)
    assert by_share(said(6, 6, 10), NEVER, 2.0) == pytest.approx(shifted - 0.5)
    assert by_share(said(6, 6, 10), NEVER, 0.5) == pytest.approx(stats.norm.cdf(-stats.norm.ppf(0.3)) - 0.5)
    assert by_share(said(6, 6, 10, 1, 5), NEVER, 2.0) == pytest.approx(4 * (shifted - 0.5))


@given(SHARE, SHARE)
def test_where_the_comparison_stood_still_nothing_is_made_of_it(own: int, before: int) -> None:
    assert by_share(said(own, before, before), NEVER, 2.0) == pytest.approx(0.0)


def steps(mean: float, deviation: float, lines: list[float]) -> list[int]:
    """The scores, rising, that a thousand people give of whom so many stand below each line."""
    parts = np.rint(1000 * stats.norm.cdf((np.array([*lines, inf]) - mean) / deviation)).astype(int)
    return np.repeat(np.arange(1, len(parts) + 1), np.diff(parts, prepend=0)).tolist()


@pytest.mark.parametrize("lines", [[-0.7, 0.7], [-1.0, 0.3], [-1.5, -0.5, 0.5, 1.5]])
@pytest.mark.parametrize(("mean", "deviation", "rise"), [(0.0, 1.3, 0.8), (-0.3, 0.8, -0.5), (0.2, 1.0, 0.6)])
def test_of_three_scores_and_more_it_follows_how_far_apart_people_stood(
    lines: list[float], mean: float, deviation: float, rise: float
) -> None:
    own, others = steps(mean, deviation, lines), [steps(moved, 1.0, lines) for moved in (0.0, rise)]
    made = table({2: [(one, one) for one in own], 0: list(zip(*others, strict=True))})
    change = np.mean(steps(mean + rise, deviation, lines)) - np.mean(own)
    further = change - np.mean(others[1]) + np.mean(others[0])
    assert by_share(made, NEVER, 2.0) == pytest.approx(further, abs=0.01)
    assert by_share(made, NEVER, 0.5) == by_share(made, NEVER, 2.0) == by_share(made, NEVER, None)


def test_a_few_other_answers_make_no_third_score() -> None:
    nearly = {2: [(1, 1)] * 20 + [(3, 3)] * 20 + [(2, 2)], 0: [(1, 3)] * 10 + [(1, 1)] * 10 + [(3, 3)] * 20}
    assert by_share(table(nearly), NEVER, 2.0) < -0.1


@pytest.mark.parametrize(("unsure", "told"), [(2, False), (9, False), (15, False), (20, True)])
def test_some_who_may_be_unsure_wherever_they_stand_tell_of_nobody_how_far_apart_they_stood(
    unsure: int, *, told: bool
) -> None:
    own = [(1, 1)] * 20 + [(3, 3)] * 20 + [(2, 2)] * unsure
    others = [(1, 3)] * 8 + [(1, 1)] * 12 + [(3, 3)] * 20 + [(2, 2)] * unsure
    made = table({2: own, 0: others})
    assert by_share(made, NEVER, None) == pytest.approx(0.0, abs=0.02)
    assert (by_share(made, NEVER, 2.0) == by_share(made, NEVER, None)) is told
    assert (by_share(made, NEVER, 2.0) < -0.1) is not told


def test_what_is_not_counted_or_said_by_all_is_without_end() -> None:
    cells = said(6, 6, 10)
    assert by_share(replace(cells, cells=tuple(replace(cell, scores=None) for cell in cells.cells)), NEVER, 2.0) == inf
    assert by_share(table({2: [(1, 1)]}), NEVER, 2.0) == inf
    assert by_share(said(6, 6, 20), NEVER, 2.0) == inf


@pytest.mark.parametrize(("further", "level"), [(0.0, 3), (-9.0, 3), (4.1, 2), (inf, 2)])
def test_a_difference_that_the_line_may_have_made_stays_a_comparison(
    monkeypatch: pytest.MonkeyPatch, further: float, level: int
) -> None:
    monkeypatch.setattr(holding, "by_share", lambda *_: further)
    claim = conclude(WHOLE, SURE, KNOWN)
    assert claim.level == level
    assert (ladder().limits["ranks"] in claim.limits) == (level == 2)


@pytest.mark.parametrize("seed", [0, 1, 3])
@pytest.mark.parametrize("unsure", [0.0, 0.08, 0.2])
def test_the_same_shares_from_people_further_apart_are_no_effect(seed: int, unsure: float) -> None:
    """All rise alike beneath the answers: 37 of 40 such regions without an effect were level 3; and 27, where some
    were unsure, wherever they stood.
    """
    random = np.random.default_rng(seed)
    house = np.repeat(np.arange(24), 60)
    begins, wave = house < 12, np.arange(6) >= 4
    each = random.normal(0, 0.77, (len(house), 1)) + random.normal(0, 0.63, (len(house), 6)) - 0.5
    said_yes = np.where(begins[:, None], 2.0, 1.0) * each + 0.8 * wave > 0
    scores = np.where(random.random(said_yes.shape) < unsure, 1, 2 * said_yes)
    names = [f"Trust {one:02}" for one in house]
    cells = fold(names, np.where(begins, 5, 0).tolist(), scores.astype(np.int64), scores >= 0)
    region = CellTable.of(Outcome(name="Confidence", low=0, high=2), WAVES, cells)
    starts = {name: 5 if place < 12 * 60 else 0 for place, name in enumerate(names)}
    told = {
        "primary": "Confidence",
        "outcomes": {"Confidence": DECLARED.outcomes[DECLARED.primary].model_copy(update={"scale": (0, 2)})},
        "organisations": tuple(starts),
        "waves": tuple(WAVES),
        "starts": starts,
    }
    claim = conclude(region, estimate(region, Options()), replace(KNOWN, declaration=DECLARED.model_copy(update=told)))
    assert claim.detected
    assert claim.level == 2
    assert claim.limits == (ladder().limits["ranks"],)
