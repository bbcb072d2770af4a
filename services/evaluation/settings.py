"""What evaluation needs from its environment.

Guards that there is nothing to set for this service alone: what it counts, and by which rules, arrives as events.
"""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of evaluation."""
