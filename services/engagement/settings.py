"""What engagement needs from its environment.

Guards that there is nothing to set for this service alone: what it knows of programmes and people arrives as events.
"""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of engagement."""
