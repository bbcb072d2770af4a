"""What the tracker needs from its environment.

Guards that there is nothing to set for this service alone: its numbers are in the catalogue and arrive as events.
"""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the tracker."""
