"""Attrition: how different the comparison could look if those who left had answered.

Guards that nobody who left is treated as if they had never been: with a lottery the arm that answered more is trimmed
(Lee 2009, Review of Economic Studies 76), without one everybody who left gets the worst and the best score there is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, inf

from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome
from services.evaluation.evidence.change.compared import by_organisation, compares, units
from services.evaluation.evidence.errors import EvidenceError

LEE = "Lee bounds: the arm that answered more is trimmed from below and from above"
WORST = "worst and best case: everybody who left gets the lowest or the highest score of the scale"
Part = int | Fraction
"""People, or organisations of which each person is a part."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and highest difference in change that those who left allow, in the outcome's unit.

    Averaged over cohorts and waves since their start by the people who had answered before it, at whatever wave, or by
    their organisations where these count alike; shares are of the same.
    `answered_treated` and `answered_comparison` are the shares of those people who answered again, `uneven` how far
    the two lie apart at most for one cohort and wave: averages would let two imbalances cancel each other.
    """

    low: float
    high: float
    method: str
    answered_treated: float
    answered_comparison: float
    uneven: float
    fewest: int
    """The smallest number of people, other than none, who left one arm for one wave or were trimmed off it; 0 for none.

    Of so few the bounds tell how many they are and what they answered.
    """
    worst: tuple[float, float] = (-inf, inf)
    """The bounds had everybody who left answered the lowest or the highest score, whatever `method` is."""
    left: float = 1.0
    """The largest share of one arm that left for one wave."""
    leavers: tuple[tuple[int, ...], ...] = ()
    """How many left of each organisation that somebody left, for each arm and wave that somebody left."""

    @property
    def straddles_zero(self) -> bool:
        """Return whether those who left could have turned the difference round."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class _Arm:
    """Those of one side who answered any wave before the start: with which change they answered again, or did not.

    All are sums over people, each of whom counts 1, or as the part of their organisation that they are.
    """

    stayed: Part
    left: Part
    gain: Part
    left_before: Part
    changes: dict[int, Part] | None
    leavers: tuple[int, ...] = ()
    """How many left of each organisation that somebody left."""

    @property
    def asked(self) -> Part:
        return self.stayed + self.left

    @property
    def rate(self) -> Fraction:
        return Fraction(self.stayed, self.asked)

    def extreme(self, score: int) -> Fraction:
        """Return the mean change of all had everybody who left answered `score`."""
        return Fraction(self.gain + self.left * score - self.left_before, self.asked)


def bounds(table: CellTable, *, lottery: bool, control: str = "", alike: bool = False) -> Bounds:
    """Return the bounds of the programme's people against those never in it, or not yet.

    `control` is `never_treated` or `not_yet_treated`; without it the former wherever there are such people. `alike`
    says that the difference counts organisations alike, whatever their size: so do the bounds then, for a few who left
    small organisations are few people and most of the difference.
    `lottery` says that chance alone decided who began when; Lee bounds hold only then, and only where cells carry
    histograms of changes and somebody of each arm stayed. Raises EvidenceError when no cohort has a comparison.
    """
    pairs = list(_pairs(table, control or _control(table), spread=lottery, alike=alike))
    if not pairs:
        raise EvidenceError("no cohort and comparison both answered before and since its start", field="cohort")
    lee = lottery and all(arm.changes for pair in pairs for arm in pair)
    worst = [_worst(*pair, table.outcome) for pair in pairs]
    each = [_lee(*pair) for pair in pairs] if lee else worst
    weights = [treated.asked for treated, _ in pairs]
    whole = sum(weights)
    averaged = [
        sum(weight * value for weight, value in zip(weights, values, strict=True)) / whole
        for values in (
            [low for low, _ in each],
            [high for _, high in each],
            [low for low, _ in worst],
            [high for _, high in worst],
            [treated.rate for treated, _ in pairs],
            [comparison.rate for _, comparison in pairs],
        )
    ]
    low, high, lowest, highest, treated, comparison = map(float, averaged)
    uneven = float(max(abs(treated.rate - comparison.rate) for treated, comparison in pairs))
    few = [many for pair in pairs for many in _moving(*pair, lee=lee and not alike) if many > 0]
    left = float(1 - min(arm.rate for pair in pairs for arm in pair))
    return Bounds(
        low,
        high,
        LEE if lee else WORST,
        treated,
        comparison,
        uneven,
        fewest=ceil(min(few, default=0)),
        worst=(lowest, highest),
        left=left,
        leavers=tuple(arm.leavers for pair in pairs for arm in pair if arm.leavers),
    )


def _moving(treated: _Arm, comparison: _Arm, *, lee: bool) -> list[Fraction | int]:
    """Return how many people move the bounds: those who left, and those trimmed off the arm that answered more."""
    arms = (treated, comparison)
    fewer = min(arm.rate for arm in arms)
    trimmed = [arm.stayed - arm.asked * fewer for arm in arms] if lee else []
    return [*(sum(arm.leavers) for arm in arms), *trimmed]


def _control(table: CellTable) -> str:
    return "never_treated" if any(cell.cohort == 0 for cell in table.cells) else "not_yet_treated"


def _pairs(table: CellTable, control: str, *, spread: bool, alike: bool) -> Iterator[tuple[_Arm, _Arm]]:
    """Yield the two arms for every cohort and every wave since its start at which somebody of either answered again.

    Where nobody of one arm did, all of it has left: that is the worst that can happen to a comparison, and no reason
    to leave the wave out.
    """
    for cohort in sorted({cell.cohort for cell in table.cells if cell.cohort > 1}):
        for wave in range(cohort, len(table.waves) + 1):
            own = [cell for cell in table.cells if cell.cohort == cohort]
            others = [cell for cell in table.cells if compares(cell.cohort, wave, control)]
            treated, comparison = (_arm(side, cohort - 1, wave, spread=spread, alike=alike) for side in (own, others))
            if treated.asked and comparison.asked and (treated.stayed or comparison.stayed):
                yield treated, comparison


def _arm(cells: list[Cell], before: int, after: int, *, spread: bool, alike: bool) -> _Arm:
    """Count one side; `spread` asks for histograms too, and gets None where a cell has none.

    Whoever answered earlier but not both of `before` and `after` has left the comparison, with their last answer
    before the start: somebody who answered once is somebody of whom the comparison does not know.
    """
    asked = [cell for cell in cells if cell.pattern[0] <= before and cell.n]
    sizes = units(asked)
    each: dict[Key, Part] = {cell.key: Fraction(1, sizes[cell.key[:2]]) if alike else 1 for cell in asked}
    stayed = [cell for cell in asked if {before, after} <= set(cell.pattern)]
    left = [cell for cell in asked if not {before, after} <= set(cell.pattern)]
    return _Arm(
        stayed=sum(each[cell.key] * cell.n for cell in stayed),
        left=sum(each[cell.key] * cell.n for cell in left),
        gain=sum(each[cell.key] * (_at(cell, after) - _at(cell, before)) for cell in stayed),
        left_before=sum(each[cell.key] * cell.sums[_last(cell, before)] for cell in left),
        changes=_changes(stayed, (before, after), each) if spread else None,
        leavers=tuple(sorted((+by_organisation(left)).values())),
    )


def _changes(cells: list[Cell], waves: tuple[int, int], each: Mapping[Key, Part]) -> dict[int, Part] | None:
    found: dict[int, Part] = {}
    for cell in cells:
        counts = (cell.changes or {}).get(waves)
        if counts is None:
            return None
        for change, many in counts.items():
            found[change] = found.get(change, 0) + each[cell.key] * many
    return found


def _at(cell: Cell, wave: int) -> int:
    return cell.sums[cell.pattern.index(wave)]


def _last(cell: Cell, before: int) -> int:
    return max(place for place, wave in enumerate(cell.pattern) if wave <= before)


def _worst(treated: _Arm, comparison: _Arm, outcome: Outcome) -> tuple[Fraction, Fraction]:
    low = treated.extreme(outcome.low) - comparison.extreme(outcome.high)
    return low, treated.extreme(outcome.high) - comparison.extreme(outcome.low)


def _lee(treated: _Arm, comparison: _Arm) -> tuple[Fraction, Fraction]:
    """Trim the arm that answered more by the ratio of the rates; the other stays whole."""
    fewer = min(treated.rate, comparison.rate)
    of_treated = _trimmed(treated.changes or {}, fewer / treated.rate)
    of_comparison = _trimmed(comparison.changes or {}, fewer / comparison.rate)
    return of_treated[0] - of_comparison[1], of_treated[1] - of_comparison[0]


def _trimmed(counts: Mapping[int, Part], share: Fraction) -> tuple[Fraction, Fraction]:
    """Return the mean of the lowest and of the highest `share` of people; the last score counts by a fraction."""
    return _mean_of_first(sorted(counts.items()), share), _mean_of_first(sorted(counts.items(), reverse=True), share)


def _mean_of_first(counts: list[tuple[int, Part]], share: Fraction) -> Fraction:
    kept = share * sum(count for _, count in counts)
    room, total = kept, Fraction(0)
    for score, count in counts:
        taken = min(Fraction(count), room)
        total, room = total + taken * score, room - taken
    return total / kept
