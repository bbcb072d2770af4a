"""Claims: the ladder, and the only room where causal words exist.

Guards that nobody gets a figure without the level it stands on, the smallest change that could have been detected
beside it, and a sentence that says no more than the data hold.
"""

from services.evaluation.evidence.claims.back import looking_back
from services.evaluation.evidence.claims.beside import Beside, beside
from services.evaluation.evidence.claims.claim import Claim, canonical
from services.evaluation.evidence.claims.concluding import claim, conclude, moved, rule
from services.evaluation.evidence.claims.conditions import Conditions, level, limits
from services.evaluation.evidence.claims.declaration import DECLARATION_FORMAT, Declaration, declaration
from services.evaluation.evidence.claims.described import described
from services.evaluation.evidence.claims.figures import Figures
from services.evaluation.evidence.claims.holding import Circumstances, conditions
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.lottery import Lottery, Place
from services.evaluation.evidence.claims.measured import Measured
from services.evaluation.evidence.claims.origin import WITHHELD, Origin, fingerprint, origin, seed_of, told
from services.evaluation.evidence.claims.reading import read
from services.evaluation.evidence.claims.recognising import later_recognisable, recognisable, told_by_spread
from services.evaluation.evidence.claims.registry import check_outcome, outcomes
from services.evaluation.evidence.claims.sentences import checked, dose_sentence, sentence, shift_sentences

__all__ = [
    "DECLARATION_FORMAT",
    "WITHHELD",
    "Beside",
    "Circumstances",
    "Claim",
    "Conditions",
    "Declaration",
    "Figures",
    "Lottery",
    "Measured",
    "Origin",
    "Place",
    "beside",
    "canonical",
    "check_outcome",
    "checked",
    "claim",
    "conclude",
    "conditions",
    "declaration",
    "described",
    "dose_sentence",
    "fingerprint",
    "ladder",
    "later_recognisable",
    "level",
    "limits",
    "looking_back",
    "moved",
    "origin",
    "outcomes",
    "read",
    "recognisable",
    "rule",
    "seed_of",
    "sentence",
    "shift_sentences",
    "told",
    "told_by_spread",
]
