"""Compared: whose answers stand on both sides of every difference that the estimate averages.

Guards that whatever is asked of those compared, how they began, whether they were asked before, which organisations
they belong to, is asked of the same people.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell, CellTable, Histogram
from services.evaluation.evidence.change.ends import counted


class Compared(NamedTuple):
    """A cohort and a wave since its start: cells of its people and of those they are compared with, if there are any.

    All of them answered that wave and the last one before the start.
    """

    cohort: int
    wave: int
    own: list[Cell]
    others: list[Cell]


class Scored(NamedTuple):
    """How many gave which score: those who begin and the comparison before the start, the comparison at the wave."""

    own: Histogram
    before: Histogram
    after: Histogram


def compared(table: CellTable, control: str) -> Iterator[Compared]:
    """Yield what is compared by cohort and wave; `control` is `never_treated` or `not_yet_treated`."""
    for cohort in sorted({cell.cohort for cell in table.cells if cell.cohort > 1}):
        for wave in range(cohort, len(table.waves) + 1):
            took = [cell for cell in table.cells if {cohort - 1, wave} <= set(cell.pattern)]
            own = [cell for cell in took if cell.cohort == cohort]
            others = [cell for cell in took if compares(cell.cohort, wave, control)]
            yield Compared(cohort, wave, own, others)


def compares(cohort: int, wave: int, control: str) -> bool:
    """Say whether those who begin with a cohort (0: never) are what others are compared with at a wave."""
    return cohort == 0 or (control == "not_yet_treated" and cohort > wave)


def fewest(table: CellTable, control: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return how few people each organisation of either side has at some cohort and wave that is compared."""
    sides: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for one in compared(table, control):
        people = [+by_organisation(cells) for cells in (one.own, one.others)]
        if all(people):
            for side, found in zip(sides, people, strict=True):
                side.update({name: min(many, side.get(name, many)) for name, many in found.items()})
    return sides


def scored(table: CellTable, control: str) -> list[Scored]:
    """Return who gave which score, by cohort and wave that are compared; empty where a cell does not say."""
    found: list[Scored] = []
    for one in compared(table, control):
        own, before = (counted(side, one.cohort - 1) for side in (one.own, one.others))
        after = counted(one.others, one.wave)
        if own is None or before is None or after is None:
            return []
        if own and before:
            found.append(Scored(own, before, after))
    return found


def averaged(every: Sequence[Scored], each: Callable[[Scored], float]) -> float:
    """Return the mean over starts and waves by the people who begin; without end where there are none."""
    people = [sum(one.own.values()) for one in every]
    whole = sum(people)
    return sum(many * each(one) for many, one in zip(people, every, strict=True)) / whole if whole else inf


def by_organisation(cells: Iterable[Cell]) -> Counter[str]:
    """Return how many people of some cells each organisation has."""
    found: Counter[str] = Counter()
    for cell in cells:
        found[cell.organisation] += cell.n
    return found


def units(cells: Iterable[Cell]) -> Counter[tuple[str, int]]:
    """Return the people of each organisation within a start, as the estimate counts organisations."""
    found: Counter[tuple[str, int]] = Counter()
    for cell in cells:
        if cell.n:
            found[cell.organisation, cell.cohort] += cell.n
    return found


def starting(table: CellTable) -> Counter[int]:
    """Return how many people weigh for each start: those who answered before it, and more than one wave."""
    found: Counter[int] = Counter()
    for cell in table.cells:
        found[cell.cohort] += cell.n * (len(cell.pattern) > 1 and cell.pattern[0] < cell.cohort)
    return found
