"""Tells the end of the story: evaluation's answers beside the truth, the dead letters, and whether all of it is
exact.

Guards that the last line is true: it says "exact" only when every figure is equal and every dead letter was
expected.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console

from deploy.local.region.answers import PARTICIPATION_PATH, PROJECTS_PATH, answered
from deploy.local.region.comparison import Difference, Side, change_projects, participation
from deploy.local.region.deadletters import DeadLetter
from deploy.local.region.office import Office
from deploy.local.region.tables import table
from deploy.local.region.truth import Truth
from deploy.local.region.world import World

_PATIENCE_SECONDS = 60.0
_LISTED = 40


@dataclass(frozen=True)
class Outcome:
    """Everything that was compared."""

    sides: tuple[Side, Side]
    unexpected: Counter[DeadLetter] = field(default_factory=Counter)
    missing: Counter[DeadLetter] = field(default_factory=Counter)
    letters: int = 0

    @property
    def figures(self) -> int:
        """How many figures were compared."""
        return sum(side.count() for side in self.sides)

    @property
    def differences(self) -> list[Difference]:
        """Which of them are not equal."""
        return [difference for side in self.sides for difference in side.differences()]

    @property
    def is_exact(self) -> bool:
        """Whether nothing at all is left to explain."""
        return not (self.differences or self.unexpected or self.missing)

    def verdict(self) -> str:
        """Return the last line."""
        equal = self.figures - len(self.differences)
        letters = f"{self.letters} dead letters"
        fine = "all expected" if not (self.unexpected or self.missing) else "not those that were expected"
        word = "exact" if self.is_exact else "NOT EXACT"
        return f"{word}: {equal} of {self.figures} figures equal the simulated truth; {letters}, {fine}"


async def caught_up(
    office: Office, world: World, truth: Truth, patience: float = _PATIENCE_SECONDS
) -> tuple[Side, Side]:
    """Ask evaluation until it tells the truth, or until its answers have not changed for the time of patience."""
    organisations = [organisation.code for organisation in world.organisations]
    true = (truth.participation(), truth.change_projects())
    before: list[Difference] = []
    deadline = time.monotonic() + patience
    while True:
        sides = (
            participation(await answered(office, PARTICIPATION_PATH, organisations), true[0]),
            change_projects(await answered(office, PROJECTS_PATH, organisations), true[1]),
        )
        left = [difference for side in sides for difference in side.differences()]
        if not left or time.monotonic() > deadline:
            return sides
        if left != before:
            before, deadline = left, time.monotonic() + patience
        await asyncio.sleep(0.5)


def weigh(sides: tuple[Side, Side], found: Counter[DeadLetter], expected: Counter[DeadLetter]) -> Outcome:
    """Put figures and dead letters together."""
    return Outcome(sides, found - expected, expected - found, found.total())


def tell(console: Console, world: World, outcome: Outcome) -> None:
    """Print the tables, what is wrong if anything is, and the verdict as the last line."""
    for cohort in world.cohorts:
        console.print(table(cohort, world.organisations, outcome.sides[0]))
        if cohort.places is not None:
            console.print(table(cohort, world.organisations, outcome.sides[1]))
    _list(console, "figures that are not equal", outcome.differences)
    _list(console, "dead letters that nobody expected", outcome.unexpected.elements())
    _list(console, "records that should have become dead letters", outcome.missing.elements())
    style = "bold green" if outcome.is_exact else "bold red"
    console.print(outcome.verdict(), style=style, highlight=False, soft_wrap=True)


def _list(console: Console, title: str, wrong: Iterable[object]) -> None:
    listed = list(wrong)
    if not listed:
        return
    console.print(f"{len(listed)} {title}:", style="red")
    for one in listed[:_LISTED]:
        console.print(f"  {one}", highlight=False, soft_wrap=True)
    if len(listed) > _LISTED:
        console.print(f"  and {len(listed) - _LISTED} more")
