"""What may be shown beside a claim: the event study and the sensitivity, as coarse as the claim itself.

Guards that nothing is shown of a comparison that the claim does not make, and no wave of fewer than k people.
"""

from collections import Counter
from dataclasses import dataclass
from math import isfinite

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims.claim import Claim
from services.evaluation.evidence.claims.figures import downwards, nearest, upwards
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.estimate import Estimate

_COMPARES = 2


@dataclass(frozen=True, slots=True)
class Beside:
    """Differences from the comparison in the outcome's unit; empty where the claim compares nothing."""

    event_study: tuple[tuple[int, float, float, float], ...] = ()
    """(waves since the start, difference, low, high), the band simultaneous over all of them."""
    sensitivity: tuple[tuple[float, float, float], ...] = ()
    """(how far trends may bend a wave, low, high)."""


def beside(claim: Claim, table: CellTable, estimate: Estimate) -> Beside:
    """Return what may be shown beside a claim that was made from these cells and this estimate."""
    if claim.level < _COMPARES:
        return Beside()
    k, people = max(table.k, ladder().fewest_people), min(estimate.people_treated, estimate.people_comparison)
    answered, decimals = _answered(table), ladder().shown_decimals(people)
    return Beside(
        event_study=tuple(
            (time, nearest(effect, decimals), downwards(low, decimals), upwards(high, decimals))
            for time, effect, _, low, high in estimate.event_study
            if min(answered[time, side] for side in ("programme", "comparison")) >= k
            and all(map(isfinite, (effect, low, high)))
        ),
        sensitivity=tuple(
            (nearest(bend, decimals + 2), downwards(low, decimals), upwards(high, decimals))
            for bend, low, high in estimate.sensitivity
            if isfinite(low) and isfinite(high)
        ),
    )


def _answered(table: CellTable) -> Counter[tuple[int, str]]:
    """Count by time since the start who answered that wave and another, on each side; nobody counts twice."""
    counted: Counter[tuple[int, str]] = Counter()
    starts = {cell.cohort for cell in table.cells if cell.cohort > 1}
    for cell in table.cells:
        if len(cell.pattern) > 1:
            own = {wave - cell.cohort for wave in cell.pattern} if cell.cohort > 1 else set()
            other = {wave - start for start in starts - {cell.cohort} for wave in cell.pattern if cell.cohort != 1}
            counted.update({(time, "programme"): cell.n for time in own})
            counted.update({(time, "comparison"): cell.n for time in other})
    return counted
