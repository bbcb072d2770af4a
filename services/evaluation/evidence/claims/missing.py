"""Missing people: whether those who left, or answered another instrument, could have turned a difference round.

Guards that nobody is missing for how they fared without its being held against the difference.
"""

from math import isfinite

from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.change import Bounds
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.estimate import Estimate


def shared(part: float, limited: Bounds | None, effect: float, outcome: Outcome) -> bool:
    """Whether few answered another instrument, and the sign holds had as many of either side moved by the whole scale
    more, or less, than the others: who of them is compared may follow from how they fared, as who left may.
    """
    if not part:
        return True
    least = 0.0 if limited is None else min(limited.low * effect, limited.high * effect) / (abs(effect) or 1.0)
    return part <= ladder().elsewhere_at_most and least > 2 * part * (outcome.high - outcome.low)


def bounded(limited: Bounds, estimate: Estimate, alone: Estimate) -> bool:
    """Whether the sign holds at both bounds for those who left; and in the worst case too, or they are `harmless`: a
    lottery narrows the bounds, to nothing where as many left both sides, whatever their reasons.
    """
    effect = estimate.effect or 0.0
    holds = min(limited.low * effect, limited.high * effect) > 0
    return holds and (_at_worst(limited, effect) or harmless(limited, estimate, alone))


def harmless(limited: Bounds, estimate: Estimate, alone: Estimate) -> bool:
    """Whether what is more than chance still is at the bound nearer to 0, which chance may as well have moved, between
    those `alone` whom nobody can have chosen; and few left, or the sign holds in the worst case: as many can leave both
    sides for different reasons.
    """
    effect = estimate.effect or 0.0
    few = limited.left <= ladder().left_at_most or _at_worst(limited, effect)
    return few and outlasts(estimate, alone, _nearer(limited, effect))


def _at_worst(limited: Bounds, effect: float) -> bool:
    return min(bound * effect for bound in limited.worst) > 0


def _nearer(limited: Bounds, effect: float) -> float:
    return effect - (limited.low if effect > 0 else limited.high)


def outlasts(estimate: Estimate, alone: Estimate, made: float = 0.0) -> bool:
    """Whether what is more than chance still is, and between those `alone` too, when all is taken off that something
    else may have `made` of it; what is not known may have made it all, and what was made of the other sign adds
    nothing. True where nothing is more than chance.
    """
    effect, (low, high) = estimate.effect or 0.0, estimate.interval or (0.0, 0.0)
    if low <= 0 <= high:
        return True
    less = max(made, 0.0) if effect > 0 else min(made, 0.0)
    ends = (low, high, *(alone.interval or (0.0, 0.0)))
    return isfinite(made) and min((end - less) * effect for end in ends) > 0
