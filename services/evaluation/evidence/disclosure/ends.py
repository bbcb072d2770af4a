"""Means near an end of their scale: what a sum says where all agreed, or all but one, and which other means say it too.

Guards that on a small base neither a mean nor its being hidden tells that everybody gave the same answer, not even to
one of them: what is hidden may be the answers of all, or of all but two who stand at the other end.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.evaluation.evidence.disclosure.relations import Facts, Places
from services.evaluation.evidence.disclosure.rules import Rule
from services.evaluation.evidence.disclosure.tables import Mean

STEP = 10
"""Steps of a shown mean in one point of the score."""


@dataclass(frozen=True)
class Sum:
    """The sum of a score over people, or over those that came or went, and the scale of the score."""

    people: int
    total: int
    low: int
    high: int

    @property
    def steps(self) -> int:
        """Return the mean in steps, halves upwards; there has to be somebody."""
        return (2 * STEP * self.total + self.people) // (2 * self.people)

    @property
    def below(self) -> int:
        """Return by how much the sum is more than if all had answered at the low end."""
        return self.total - self.people * self.low

    @property
    def above(self) -> int:
        """Return by how much the sum is less than if all had answered at the high end."""
        return self.people * self.high - self.total

    def reach(self, by: Rule) -> int:
        """Return how far from an end a sum is still near it.

        Two people's answers from end to end, and as many steps of one as hidden people could have taken: a yes or no
        that is declared wider is a count of people.
        """
        return max(by.apart * (self.high - self.low), by.hide.high) if by.apart else 0

    def near(self, by: Rule) -> bool:
        """Say whether so few answers could have moved the sum from an end, or the mean is within a step of one."""
        if min(self.below, self.above) <= self.reach(by):
            return True
        return not STEP * self.low + 1 < self.steps < STEP * self.high - 1

    def few_since(self, old: "Sum", by: Rule) -> bool:
        """Say whether the sum less an older one is that of fewer than k people, or of few who agree.

        Movement is net, as that of a cell.
        """
        sign = 1 if self.people >= old.people else -1
        moved = Sum(sign * (self.people - old.people), sign * (self.total - old.total), self.low, self.high)
        return moved.people < by.k or (moved.people < by.small_base and moved.near(by))

    @property
    def alike(self) -> tuple[int, int]:
        """Return how much smaller and how much larger the sum could be while the mean is shown as it is."""
        least = -(-(2 * self.steps - 1) * self.people // (2 * STEP))
        most = ((2 * self.steps + 1) * self.people - 1) // (2 * STEP)
        return self.total - max(least, self.people * self.low), min(most, self.people * self.high) - self.total


def total(mean: Mean, counts: Sequence[int], members: Sequence[int]) -> Sum:
    """Return the sum of a score over some cells of a table."""
    people = sum(counts[member] for member in members)
    return Sum(people, sum(mean.sums[member] for member in members), mean.low, mean.high)


@dataclass(frozen=True)
class Close:
    """A place whose sum nobody may learn because it is near an end of the scale, `reach` being how far that is."""

    place: Facts
    sum: Sum
    reach: int

    def left_open(self, other: Sum) -> bool:
        """Say whether the mean of `other`, all but this place in it known, leaves this sum anything near its end."""
        less, more = other.alike
        top = self.sum.above > self.reach or (more >= self.sum.above and less >= self.reach - self.sum.above)
        bottom = self.sum.below > self.reach or (less >= self.sum.below and more >= self.reach - self.sum.below)
        return top and bottom


class Ends:
    """The places of one score whose sums are near an end, asked which other means would tell them."""

    def __init__(self, close: Sequence[Close]) -> None:
        self._close = close
        self._places = Places(known.place for known in close)

    def told_by(self, place: Facts, other: Sum) -> bool:
        """Say whether the mean of a place, less means of others, would tell a sum that is near an end."""
        return bool(self._places.near(place)) and any(_tells(known, place, other) for known in self._close)

    def wholes(self, told: Iterable[tuple[Facts, Sum]]) -> Iterator[Facts]:
        """Yield those of the places whose mean would tell a sum near an end, less the other parts of the place.

        Of places within one another the narrowest: the wider one, less what else is in it, says no more.
        """
        listed = [(place, found) for place, found in told if self._places.near(place)]
        for known in self._close if listed else ():
            found = [place for place, other in listed if _tells(known, place, other)]
            yield from (place for place in found if not any(place.items() < other.items() for other in found))


def _tells(known: Close, place: Facts, other: Sum) -> bool:
    shared = all(place.get(name, value) == value for name, value in known.place.items())
    return shared and known.place != place and not known.left_open(other)
