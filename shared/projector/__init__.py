"""Projections: state folded from the stream, exact, with its position beside it, and rebuilt on any day.

Guards law 2: a projection only folds. What it is, is a `Projection` (pure, a service's own); how it survives kills,
zombies and rebalances is here.
"""

from shared.projector.projection import CellKey, Figures, Projection
from shared.projector.rebuild import rebuild
from shared.projector.views import AsOf, Row, View
from shared.projector.worker import Projector

__all__ = ["AsOf", "CellKey", "Figures", "Projection", "Projector", "Row", "View", "rebuild"]
