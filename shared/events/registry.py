"""Every event the platform knows, by its name.

Guards that a name stands for one class for ever and starts with the service that says it.
"""

from shared.events import engagement, enrolment, evaluation, recap_tracker
from shared.events.facts import Fact

_SPEAKERS = (enrolment, engagement, recap_tracker, evaluation)


def _known() -> dict[str, type[Fact]]:
    """Collect the public fact classes of every speaking service."""
    known: dict[str, type[Fact]] = {}
    for speaker in _SPEAKERS:
        for thing in vars(speaker).values():
            if isinstance(thing, type) and issubclass(thing, Fact) and "type" in vars(thing):
                known[thing.type] = thing
    return known


EVENTS: dict[str, type[Fact]] = _known()
"""Event type to fact class."""
