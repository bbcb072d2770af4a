"""Who stands behind a claim's figures: nobody's own figure is shown, and counts are those of the comparison made."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from services.evaluation.evidence.cells import CellTable, Outcome, fold
from services.evaluation.evidence.change import bounds
from services.evaluation.evidence.claims import (
    DECLARATION_FORMAT,
    Circumstances,
    Claim,
    Declaration,
    Lottery,
    Measured,
    Place,
    beside,
    conclude,
)
from services.evaluation.evidence.design import order
from services.evaluation.evidence.estimate import Estimate, Options, estimate
from tests.unit.evaluation.evidence.claimed import KNOWN, SURE, WHOLE

OUTCOME = Outcome(name="confidence", low=0, high=100)
SEED = 1
WAVES = ["2023-09", "2024-01", "2024-05", "2024-09", "2025-01", "2025-05", "2025-09"]


class People:
    """Organisations of given sizes and cohorts; scores of chance with a change since the start."""

    def __init__(self, sizes: Sequence[int], cohorts: Sequence[int], waves: int, rise: float = 0.0) -> None:
        random = np.random.default_rng(8)
        self.dealt = tuple(sorted(set(cohorts), key=lambda wave: (wave == 0, wave)))
        self.names = np.repeat(_drawn(cohorts, self.dealt), sizes)
        self.cohorts = np.repeat(cohorts, sizes)
        since = (self.cohorts[:, None] > 0) & (np.arange(1, waves + 1) >= self.cohorts[:, None])
        scores = random.normal(50, 6, (len(self.names), waves)) + rise * since
        self.answers: NDArray[np.int64] = np.rint(scores).clip(0, 100).astype(np.int64)
        self.answered = np.ones(self.answers.shape, dtype=bool)

    def table(self) -> CellTable:
        waves = WAVES[: self.answers.shape[1]]
        cells = fold(self.names.tolist(), self.cohorts.tolist(), self.answers, self.answered)
        return CellTable.of(OUTCOME, waves, cells)

    def lottery(self) -> Circumstances:
        starts = {str(name): int(cohort) for name, cohort in zip(self.names, self.cohorts, strict=True)}
        at = Place(topic="enrolment.events", partition=0, offset=17)
        drawn = Lottery(recorded=date(2023, 1, 1), seed=SEED, dealt=self.dealt, starts=starts, recorded_at=at)
        return Circumstances(
            Declaration(
                format=DECLARATION_FORMAT,
                declared=date(2023, 1, 1),
                primary="confidence",
                outcomes={"confidence": Measured.of(OUTCOME)},
                waves=tuple(WAVES[: self.answers.shape[1]]),
                complete=True,
                lottery=drawn,
            )
        )

    def claim(self) -> tuple[Claim, Estimate]:
        found = estimate(self.table(), Options(bends=()))
        return conclude(self.table(), found, self.lottery()), found


def _drawn(cohorts: Sequence[int], dealt: tuple[int, ...]) -> list[str]:
    """Return a name for each organisation: where the seed can have dealt these cohorts, names to which it did."""
    names = [f"Trust {place:02}" for place in range(len(cohorts))]
    if len(dealt) < 2 or 2 * len(dealt) > len(cohorts):
        return names
    starts = order(names, dealt, SEED).starts
    if sorted(starts.values()) != sorted(cohorts):
        return names
    waiting = {cohort: [name for name in names if starts[name] == cohort] for cohort in dealt}
    return [waiting[cohort].pop(0) for cohort in cohorts]


def test_a_wave_that_a_single_organisation_reached_is_not_shown_beside_a_claim() -> None:
    """MCR-30: six begin at wave 5 and one at wave 3: what is seen two waves after the start is that one."""
    people = People([25] * 19, [3, 3, 3, 3, *[5] * 6, *[0] * 9], 6)
    table = people.table()
    claim, found = people.claim()
    assert [time for time, *_ in beside(claim, table, found).event_study][-2:] == [2, 3]
    lone = table.where(lambda cell: cell.cohort != 3 or cell.organisation == "Trust 00")
    shown = beside(claim, lone, found)
    assert [time for time, *_ in shown.event_study] == [time for time, *_ in found.event_study if -4 < time < 0]


def test_a_side_is_the_organisations_that_the_comparison_used() -> None:
    """MCR-30: one changed beside the comparison, another when nobody was left to compare with."""
    people = People([30] * 4, [2, 4, 0, 0], 4)
    place = np.arange(4)[np.repeat(np.arange(4), 30)]
    first, second = np.array([True, True, False, False]), np.array([False, False, True, True])
    people.answered = np.where((place == 1)[:, None], second, first)
    claim, found = people.claim()
    assert found.organisations_treated == 1
    assert (claim.level, claim.difference, claim.people_comparison) == (1, None, None)


def test_counts_are_those_of_the_comparison() -> None:
    people = People([30] * 16, [*[3] * 6, 4, 4, *[0] * 8], 4)
    people.answered[people.cohorts == 0, 3] = False
    claim, found = people.claim()
    assert (claim.people, claim.organisations) == (180, 6)
    assert claim.people == found.people_treated


def test_an_organisation_that_is_nearly_all_of_a_side_is_not_shown() -> None:
    """MCR-30: 600 people and five times three: the figure would be the one's own."""
    claim, _ = People([600, *[3] * 5, *[40] * 6], [*[3] * 6, *[0] * 6], 4, rise=5).claim()
    assert (claim.level, claim.difference) == (0, None)


def test_an_organisation_that_is_most_of_a_side_keeps_the_claim_at_level_two() -> None:
    claim, _ = People([300, *[20] * 6, *[40] * 7], [*[3] * 7, *[0] * 7], 4, rise=9).claim()
    assert claim.level == 2
    assert "Most people of one side belong to a single organisation." in claim.limits
    assert "caused" not in claim.sentence


def test_organisations_of_a_few_people_do_not_count_towards_six() -> None:
    """MCR-30: five of thirty and two of four are five."""
    claim, _ = People([30] * 5 + [4] * 2 + [30] * 7, [*[3] * 7, *[0] * 7], 4, rise=9).claim()
    assert claim.level == 2
    assert any("fewer than six organisations" in limit for limit in claim.limits)
    assert People([30] * 14, [*[3] * 7, *[0] * 7], 4, rise=9).claim()[0].level == 4


def test_six_organisations_on_both_sides_are_six_and_not_twelve() -> None:
    people = People([20] * 12, [3, 0] * 6, 4, rise=9)
    people.names = np.repeat([f"Trust {place}" for place in range(6)], 40)
    claim = conclude(people.table(), estimate(people.table(), Options(bends=())), KNOWN)
    assert any("fewer than six organisations" in limit for limit in claim.limits)


def test_what_would_have_been_is_what_the_comparison_did_whoever_left() -> None:
    """MCR-30: the comparison stays where it was, effects grow and people leave: observed less difference is nothing."""
    people = People([40] * 14, [*[3] * 7, *[0] * 7], 5)
    place = np.tile(np.arange(40), 14)
    grown = np.where(people.cohorts[:, None] > 0, [0, 0, 0, 10, 30], 0)
    random = np.random.default_rng(8)
    people.answers = random.integers(40, 60, 560)[:, None] + grown + random.integers(-1, 2, (560, 5))
    people.answered = np.column_stack([place < many for many in (40, 40, 40, 24, 8)])
    claim, _ = people.claim()
    assert (claim.level, claim.expected_without) == (2, None)
    assert claim.observed is not None
    assert claim.difference is not None
    assert claim.observed - claim.difference == pytest.approx(0, abs=0.3)


def test_imbalances_in_opposite_directions_do_not_cancel_each_other() -> None:
    """MCR-30: one cohort stays whole and one all but leaves; on average they answered as often as the comparison."""
    people = People([40] * 18, [*[3] * 6, *[4] * 6, *[0] * 6], 4, rise=25)
    place = np.tile(np.arange(40), 18)
    people.answered[:, 3] &= (people.cohorts == 3) | (place < np.where(people.cohorts == 4, 8, 24))
    people.answered[:, 2] &= (people.cohorts > 0) | (place < 29)
    found = bounds(people.table(), lottery=True)
    assert found.uneven > 0.25
    assert people.claim()[0].level < 4


def test_one_wave_more_does_not_make_yearly_returns_something_else() -> None:
    """MCR-30: and it is no further return."""
    awaited = "A yearly indicator cannot carry more before its third return."
    waves = ("2021-09", "2022-09", "2022-12", "2023-09", "2024-09")
    early = Declaration(format=DECLARATION_FORMAT, declared=date(2021, 6, 1), primary="confidence to challenge")
    assert awaited not in conclude(replace(WHOLE, waves=waves), SURE, Circumstances(early)).limits
    table = replace(People([20] * 14, [*[3] * 7, *[0] * 7], 3).table(), waves=("2023-09", "2023-10", "2024-09"))
    assert awaited in conclude(table, SURE, KNOWN).limits


def test_a_bend_whose_interval_is_not_known_is_not_survived() -> None:
    """MCR-30: level three asks every interval to leave out zero; none at all does not."""
    inf = float("inf")
    unknown = replace(SURE, sensitivity=((0.0, 3.9, 7.9), (0.1, 3.5, 8.2), (0.2, -inf, inf)))
    claim = conclude(WHOLE, unknown, KNOWN)
    assert claim.level == 2
    assert len(beside(claim, WHOLE, unknown).sensitivity) == 2


@pytest.mark.parametrize("level", [3, 4])
def test_that_nobody_changed_in_advance_is_assumed_and_said(level: int) -> None:
    people = People([30] * 14, [*[3] * 7, *[0] * 7], 4, rise=9)
    claim = people.claim()[0] if level == 4 else conclude(WHOLE, SURE, KNOWN)
    assert claim.level == level
    assert "Nobody changed in advance, knowing that the programme would come." in claim.assumptions
