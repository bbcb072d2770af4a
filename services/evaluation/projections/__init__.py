"""The projections of evaluation: pure folds over what the other services say.

Guards law 3: a fold keeps the latest fact of each thing, so that shuffled or repeated events give the same state.
"""

from services.evaluation.projections.participation import ParticipationProjection
from services.evaluation.projections.projects import ProjectsProjection

__all__ = ["ParticipationProjection", "ProjectsProjection"]
