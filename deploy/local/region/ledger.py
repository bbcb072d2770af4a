"""The ids the platform gave to the people, journals, projects and milestones of the region.

Guards that the region's own keys never reach the platform, and that an id is learnt once.
"""

from dataclasses import dataclass, field


@dataclass
class Ledger:
    """From the region's keys to the platform's ids."""

    people: dict[str, str] = field(default_factory=dict)
    journals: dict[str, str] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)
    milestones: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Receipts of erasures by person, with the organisation that asked."""
