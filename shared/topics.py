"""The names of the topics, in one place; how many partitions each has is data in `deploy/topics.yaml`.

Guards that every process speaks of the same topic by the same name, and that a prefix (a test's own world) reaches
every one of them. The organisation of an external record is read from here and nowhere else.
"""

import re
from dataclasses import dataclass

DOMAIN_PARTITIONS = 12
SERVICES = ("enrolment", "engagement", "recap_tracker", "evaluation")
_ATTENDANCE = "ext.attendance.v1."


@dataclass(frozen=True)
class Topics:
    """Names of topics behind an optional prefix."""

    prefix: str = ""

    def events(self, service: str) -> str:
        """Return the topic on which a service states its facts."""
        return f"{self.prefix}{service}.events"

    def identifiers(self) -> str:
        """Return the compacted topic of pseudonymous identifiers, keyed by participant."""
        return f"{self.prefix}enrolment.identifiers"

    def dead_letters(self, service: str) -> str:
        """Return the topic on which a service keeps what it could not handle."""
        return f"{self.prefix}{service}.dead-letters"

    def attendance(self, organisation: str) -> str:
        """Return the topic to which one organisation's systems publish attendance."""
        return f"{self.prefix}{_ATTENDANCE}{organisation}"

    def attendance_pattern(self) -> str:
        """Return the regular expression that matches every organisation's attendance topic."""
        return "^" + re.escape(f"{self.prefix}{_ATTENDANCE}") + r"[A-Za-z0-9-]+$"

    def attendance_organisation(self, topic: str) -> str:
        """Return the organisation that owns an attendance topic."""
        return topic.removeprefix(f"{self.prefix}{_ATTENDANCE}")

    def named(self, name: str) -> str:
        """Return a topic given without prefix, with it."""
        return f"{self.prefix}{name}"
