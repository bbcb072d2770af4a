"""Change: what happened to the scores of those who answered both times, and what those who left could have altered.

Guards that a change is counted among people who answered before and after and nobody else, that "then" ratings are
shown beside the others and never merged with them, that who left is part of every comparison, and that a scale with
ends is not taken for one without.
"""

from services.evaluation.evidence.change.apart import Moved, apart
from services.evaluation.evidence.change.asked import Asked, asked
from services.evaluation.evidence.change.attrition import Bounds, bounds
from services.evaluation.evidence.change.compared import Compared, by_organisation, compared, compares, fewest
from services.evaluation.evidence.change.contrast import Contrast, Difference, ancova, contrast
from services.evaluation.evidence.change.dose import Dose, dose
from services.evaluation.evidence.change.elsewhere import elsewhere
from services.evaluation.evidence.change.footing import Footing, footing
from services.evaluation.evidence.change.joined import joined
from services.evaluation.evidence.change.mixed import mixed, of_several_starts
from services.evaluation.evidence.change.paired import Change, paired, since_start
from services.evaluation.evidence.change.ranks import by_rank
from services.evaluation.evidence.change.resting import Resting, over, resting
from services.evaluation.evidence.change.several import adjusted, threshold
from services.evaluation.evidence.change.shares import by_share
from services.evaluation.evidence.change.shift import Shift, shift

__all__ = [
    "Asked",
    "Bounds",
    "Change",
    "Compared",
    "Contrast",
    "Difference",
    "Dose",
    "Footing",
    "Moved",
    "Resting",
    "Shift",
    "adjusted",
    "ancova",
    "apart",
    "asked",
    "bounds",
    "by_organisation",
    "by_rank",
    "by_share",
    "compared",
    "compares",
    "contrast",
    "dose",
    "elsewhere",
    "fewest",
    "footing",
    "joined",
    "mixed",
    "of_several_starts",
    "over",
    "paired",
    "resting",
    "shift",
    "since_start",
    "threshold",
]
