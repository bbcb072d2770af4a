"""What every figure must be, worked out from the script alone. Pure.

Guards that the platform is judged by a second opinion: written from the meaning of the figures, sharing nothing
with the services, and plain enough to be checked by eye.
"""

from deploy.local.region.truth.figures import PARTICIPATION, PROJECTS, Cell, Figures
from deploy.local.region.truth.truth import Truth

__all__ = ["PARTICIPATION", "PROJECTS", "Cell", "Figures", "Truth"]
