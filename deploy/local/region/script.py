"""The order of things: every act has a day and a stage, and a month is played stage by stage.

Guards that whatever depends on something else comes in a later stage or later in the same chain; within a stage
acts may happen in any order and at the same time without changing what is true afterwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from deploy.local.region.acts import Act


class Stage(IntEnum):
    """What is done first, next and last in a month."""

    PEOPLE = 1
    """Registrations, applications, enrolments, withdrawals, moves."""
    SESSIONS = 2
    """Registers, records of systems, journals."""
    OPENINGS = 3
    """Projects for which there is surely a place: they may all be opened at once."""
    PLACES = 4
    """Whatever takes or frees a place while others wait: one after another."""
    MILESTONES = 5
    SECOND_THOUGHTS = 6
    """Corrections, voids, retractions."""
    ERASURES = 7


@dataclass(frozen=True)
class Scheduled:
    """An act with its time."""

    on: date
    stage: Stage
    act: Act

    @property
    def month(self) -> date:
        """First day of the month it happens in."""
        return self.on.replace(day=1)


@dataclass(frozen=True)
class Month:
    """A month of programme time; `stages` in order, those without acts left out."""

    first: date
    stages: tuple[tuple[Stage, tuple[Act, ...]], ...]

    @property
    def title(self) -> str:
        """Month and year in words."""
        return self.first.strftime("%B %Y")

    def acts(self) -> Iterator[Act]:
        """Return the acts in order."""
        for _, acts in self.stages:
            yield from acts


def months(scheduled: Iterable[Scheduled]) -> tuple[Month, ...]:
    """Sort acts into months and stages; what was given first stays first within its stage."""
    sorted_into: dict[date, dict[Stage, list[Act]]] = {}
    for item in scheduled:
        sorted_into.setdefault(item.month, {}).setdefault(item.stage, []).append(item.act)
    return tuple(
        Month(first, tuple((stage, tuple(stages[stage])) for stage in sorted(stages)))
        for first, stages in sorted(sorted_into.items())
    )
