"""ISO 8601 durations as systems write them, in whole minutes.

Guards that a length of time is never guessed: years and months have no fixed length and are refused.
"""

import re

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_LONGEST = 64
"""Characters; no honest duration is longer."""


def minutes_of(duration: object) -> object:
    """Return whole minutes begun and finished (`PT1H30M45S` is 90); None stays None. Raises ValueError."""
    if duration is None:
        return None
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) and len(duration) <= _LONGEST else None
    if found is None or not any(found.groups()):
        raise ValueError("not an ISO 8601 duration of fixed length")
    parts = {name: float(text.replace(",", ".")) for name, text in found.groupdict().items() if text}
    # Rounded first: 0.1 hours is 6 minutes, though not in binary fractions.
    return int(round(sum(_SECONDS[name] * amount for name, amount in parts.items()), 3) // 60)
