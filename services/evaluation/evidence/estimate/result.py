"""What an estimate is: numbers with everything that is needed to judge and to repeat them.

Guards that "not attempted" is a value with a reason and never a zero.
"""

from dataclasses import dataclass
from math import inf

Interval = tuple[float, float]
"""Low and high end of a 95 % interval, in the outcome's unit."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Effects are in the outcome's unit, waves are 1-based, counts are of people and organisations used.

    Where `attempted` is False every number is None, `reason` says why, and only the counts hold.
    """

    attempted: bool
    reason: str = ""
    effect: float | None = None
    """Average over cohorts and waves after the start, weighted by people (Callaway and Sant'Anna's simple one)."""
    observed: float | None = None
    """How far the programme's people moved, averaged exactly as the effect: less the effect, the comparison's move."""
    by_people: tuple[float, float] | None = None
    """Effect and observed move with people alike; only where `effect` counts organisations alike."""
    error: float | None = None
    """Standard error; None where the inference gives none (few organisations) or it is zero."""
    interval: Interval | None = None
    p_value: float | None = None
    smallest_detectable: float | None = None
    """The smallest effect that would have been found four times in five, as the interval judges it."""
    freedom: float = inf
    """Degrees of freedom that the error has."""
    method: str = ""
    inference: str = ""
    """`none`, `t on organisation means`, `wild cluster bootstrap` or `people` (no clustering, golden data only)."""
    control: str = ""
    organisations_treated: int = 0
    organisations_comparison: int = 0
    people_treated: int = 0
    people_comparison: int = 0
    sizes_treated: tuple[int, ...] = ()
    """People used of each organisation, largest first; `sizes_comparison` likewise."""
    sizes_comparison: tuple[int, ...] = ()
    clusters: int = 0
    """Different organisations used; one that is on both sides counts once."""
    pre_periods: int = 0
    """Waves before the start that the cohort with fewest of them answered one after the other."""
    pre_test_p: float | None = None
    pre_test_powered: bool = False
    sensitivity: tuple[tuple[float, float, float], ...] = ()
    """(M, low, high): the interval when trends may bend by M a wave more than they did; infinite if none is known."""
    event_study: tuple[tuple[int, float, float, float, float], ...] = ()
    """(wave since the start, effect, error, low, high), the band simultaneous over all of them."""
    group_time: tuple[tuple[int, int, float, float], ...] = ()
    """(cohort, wave, effect, error)."""
    library: str = ""
    seed: int = 0
