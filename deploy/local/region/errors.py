"""What can go wrong while a region is played.

Guards that a failure says what was asked, of whom, and what came back, so that it can be followed in the services'
logs.
"""


class RegionError(Exception):
    """The region could not be played to its end."""


class RefusedByPlatformError(RegionError):
    """A command that should have been accepted was refused."""


class NotInTimeError(RegionError):
    """Something that had to become true did not, within its time."""
