"""Two arms, one before, one after: difference of changes, or of afters with the before taken into account (ANCOVA).

Guards that ANCOVA is the answer only where a lottery decided who began; for groups that chose themselves it is biased
whenever they differed before (Lord 1967), so changes are compared. Where the two point in different directions, both
are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from scipy import stats

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change.moments import Moments, by_organisation, of_cell, total
from services.evaluation.evidence.change.paired import FEWEST_ORGANISATIONS
from services.evaluation.evidence.errors import EvidenceError

Method = Literal["change scores", "ANCOVA"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between arms in the outcome's unit; error and interval over organisations.

    With fewer than three organisations a side there is neither.
    """

    method: Method
    difference: float
    error: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """The comparison that the design allows, and the other one where it points in the other direction."""

    answer: Difference
    opposed: Difference | None


@dataclass(frozen=True, slots=True)
class _Arms:
    treated: dict[str, Moments]
    comparison: dict[str, Moments]


def contrast(table: CellTable, before: int, after: int, *, lottery: bool) -> Contrast:
    """Compare those whose programme began after `before` and by `after` with those whose had not begun by `after`.

    Raises EvidenceError when one side has nobody who answered both.
    """
    arms = _arms(table, before, after)
    both = {"ANCOVA": _difference(arms, "ANCOVA", _slope(arms)), "scores": _difference(arms, "change scores", 1.0)}
    answer, other = (both["ANCOVA"], both["scores"]) if lottery else (both["scores"], both["ANCOVA"])
    return Contrast(answer, other if answer.difference * other.difference < 0 else None)


def ancova(table: CellTable, before: int, after: int, *, lottery: bool) -> Difference:
    """Return the difference with the before taken into account; raises EvidenceError without a lottery."""
    if not lottery:
        raise EvidenceError("ANCOVA needs a lottery: groups that chose themselves differed before", field="lottery")
    arms = _arms(table, before, after)
    return _difference(arms, "ANCOVA", _slope(arms))


def _arms(table: CellTable, before: int, after: int) -> _Arms:
    treated = [cell for cell in table.cells if before < cell.cohort <= after]
    comparison = [cell for cell in table.cells if cell.cohort == 0 or cell.cohort > after]
    arms = _Arms(_moments(treated, before, after), _moments(comparison, before, after))
    if not arms.treated or not arms.comparison:
        raise EvidenceError("one side has nobody who answered both before and after", field="cohort")
    return arms


def _moments(cells: Iterable[Cell], before: int, after: int) -> dict[str, Moments]:
    return by_organisation((cell.organisation, of_cell(cell, before, [after])) for cell in cells)


def _slope(arms: _Arms) -> float:
    """Return how much the after follows the before within the arms; 0 where the before is the same for all."""
    wholes = [total(arm.values()) for arm in (arms.treated, arms.comparison)]
    xy = sum(whole.xy - whole.x * whole.y / whole.people for whole in wholes)
    return xy / spread if (spread := _spread(arms)) else 0.0


def _spread(arms: _Arms) -> float:
    wholes = [total(arm.values()) for arm in (arms.treated, arms.comparison)]
    return sum(whole.xx - whole.x**2 / whole.people for whole in wholes)


def _difference(arms: _Arms, method: Method, slope: float) -> Difference:
    one, two = total(arms.treated.values()), total(arms.comparison.values())
    gap = one.x / one.people - two.x / two.people
    difference = one.y / one.people - two.y / two.people - slope * gap
    fewest = min(len(arms.treated), len(arms.comparison))
    if fewest < FEWEST_ORGANISATIONS:
        return Difference(method, difference, None, None)
    pull = gap / spread if method == "ANCOVA" and (spread := _spread(arms)) else 0.0
    count = len(arms.treated) + len(arms.comparison)
    squares = _squares(arms.treated, slope, pull) + _squares(arms.comparison, slope, -pull)
    error = sqrt(count / (count - 1) * squares)
    half = float(stats.t.ppf(0.975, count - 2)) * error
    return Difference(method, difference, error, (difference - half, difference + half))


def _squares(arm: dict[str, Moments], slope: float, pull: float) -> float:
    """Sum the squared influences of organisations; `pull` carries the uncertainty of the slope."""
    whole = total(arm.values())
    x, y = whole.x / whole.people, whole.y / whole.people
    squares = 0.0
    for part in arm.values():
        residual = part.y - slope * part.x - part.people * (y - slope * x)
        xy = part.xy - x * part.y - y * part.x + part.people * x * y
        xx = part.xx - 2 * x * part.x + part.people * x * x
        squares += (residual / whole.people - pull * (xy - slope * xx)) ** 2
    return squares
