"""The estimate: how much more the programme's people changed than the comparison, and how sure that is.

Guards that one module (`library`) knows `diff-diff`, and that no effect leaves this room without its error, the
inference that gave it and the smallest change that could have been seen.
"""

from services.evaluation.evidence.estimate.estimating import BENDS, METHODS, NO_SPREAD, Options, estimate, from_moments
from services.evaluation.evidence.estimate.inference import (
    FEWEST,
    MANY,
    MEANS,
    NONE,
    WILD,
    around,
    chosen,
    detectable,
    pooled,
    sides_of,
)
from services.evaluation.evidence.estimate.result import Estimate

__all__ = [
    "BENDS",
    "FEWEST",
    "MANY",
    "MEANS",
    "METHODS",
    "NONE",
    "NO_SPREAD",
    "WILD",
    "Estimate",
    "Options",
    "around",
    "chosen",
    "detectable",
    "estimate",
    "from_moments",
    "pooled",
    "sides_of",
]
