"""What sentences are filled in with: one outcome, and figures that rose, fell, were not detected or not tested."""

from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.claims import Figures
from services.evaluation.evidence.claims.ladder import Level

PLAIN = Outcome(name="Confidence to challenge", unit="points", low=1, high=5)
UP = Figures(observed=0.62, figure=0.42, interval=(0.1, 0.74), detectable=0.51, detected=True, decimals=2)
DOWN = Figures(observed=-0.1, figure=-0.42, interval=(-0.74, -0.1), detectable=0.51, detected=True, decimals=2)
NOT = Figures(observed=0.1, figure=0.02, interval=(-0.3, 0.34), detectable=0.51, detected=False, decimals=2)
ONLY = Figures(observed=0.1, figure=0.02, interval=None, detectable=None, detected=None, decimals=2)
LEVELS: tuple[Level, ...] = (0, 1, 2, 3, 4)
FIGURES = [UP, DOWN, NOT, ONLY]


def named(name: str) -> Outcome:
    return PLAIN.model_copy(update={"name": name})


def in_unit(unit: str) -> Outcome:
    return PLAIN.model_copy(update={"unit": unit})
