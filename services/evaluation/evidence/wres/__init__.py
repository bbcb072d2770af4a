"""Workforce race equality standards: a return's indicators with intervals, from counts and never from percentages.

Guards that a ratio always names whose likelihood stands above, that a published one is explained before it is doubted,
and that nothing below k people is shown.
"""

from services.evaluation.evidence.wres.counted import Return
from services.evaluation.evidence.wres.figures import Measure, Part, against_whole, change, points, ratio, rebuilt
from services.evaluation.evidence.wres.indicators import Row
from services.evaluation.evidence.wres.publication import WRES_FORMAT, document, text
from services.evaluation.evidence.wres.results import Read, read
from services.evaluation.evidence.wres.returns import COLUMNS, parse
from services.evaluation.evidence.wres.standard import Indicator, Standard, names, standard

__all__ = [
    "COLUMNS",
    "WRES_FORMAT",
    "Indicator",
    "Measure",
    "Part",
    "Read",
    "Return",
    "Row",
    "Standard",
    "against_whole",
    "change",
    "document",
    "names",
    "parse",
    "points",
    "ratio",
    "read",
    "rebuilt",
    "standard",
    "text",
]
