"""How large a region is played, and the seed that decides everything in it.

Guards that a region is big enough to contain everything that is promised of it.
"""

from dataclasses import dataclass
from random import Random

LEAST_PEOPLE = 60
LEAST_ORGANISATIONS = 4
LEAST_PER_ORGANISATION = 8
"""Fewer people of each organisation leave too few seats for everything that goes wrong at one."""


@dataclass(frozen=True)
class Size:
    """People and organisations of the region; the same size and seed give the same region."""

    people: int = 400
    organisations: int = 12
    seed: int = 1

    def chance(self, purpose: str) -> Random:
        """Return a generator for one purpose, so that a change in one corner moves nothing in another."""
        return Random(f"{self.seed}:{purpose}")

    def share(self, percent: float, *, least: int = 1) -> int:
        """Return a share of the people, and at least so many."""
        return max(least, round(self.people * percent / 100))
