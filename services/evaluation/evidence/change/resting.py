"""Resting: how much of each side of a difference is one organisation's, and how many people's it is.

Guards that nobody's answer passes for that of many. A difference averages starts and waves by the people of each start,
whoever is left to answer or to compare with at each: those who begin last are all that others are compared with at the
end, and counted over all waves they are lost among people who decide nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.evaluation.evidence.cells import Cell, CellTable, Key
from services.evaluation.evidence.change.compared import Compared, compared, starting, units

_STEADY = 9
"""Decimals at which floating point is cut off: ten people who weigh alike are worth ten."""


class Resting(NamedTuple):
    """`parts` of a side's figure by organisation, together 1; `worth` is how many people who weigh alike it rests on.

    Kish's effective number, (Σw)²/Σw² over people; 0 and no parts where nobody is compared.
    """

    parts: Mapping[str, float]
    worth: float

    @property
    def largest(self) -> float:
        """Return the largest part of one organisation; all of it where nobody is compared."""
        return max(self.parts.values(), default=1.0)


def resting(table: CellTable, control: str, *, alike: bool) -> tuple[Resting, Resting]:
    """Return what both sides of the estimate rest on; `alike` says that organisations count alike, whatever their size.

    `control` is `never_treated` or `not_yet_treated`.
    """
    return over(table, compared(table, control), alike=alike)


def over(table: CellTable, pairs: Iterable[Compared], *, alike: bool = False) -> tuple[Resting, Resting]:
    """Return what both sides rest on where these starts and waves are averaged, by the people of each start who
    answered before it and once more: who came since is compared with nobody, and decides nothing.
    """
    made = [one for one in pairs if _people(one.own) and _people(one.others)]
    starts = starting(table)
    weights = [len(units(one.own)) if alike else starts[one.cohort] for one in made]
    sides = ([one.own for one in made], [one.others for one in made])
    own, others = (_rests(zip(weights, side, strict=True), alike=alike) for side in sides)
    return own, others


def _rests(side: Iterable[tuple[int, list[Cell]]], *, alike: bool) -> Resting:
    each: defaultdict[Key, float] = defaultdict(float)
    people: dict[Key, int] = {}
    for weight, cells in side:
        sizes, whole = units(cells), _people(cells)
        for cell in (cell for cell in cells if cell.n):
            mine = 1 / len(sizes) / sizes[cell.organisation, cell.cohort] if alike else 1 / whole
            each[cell.key] += weight * mine
            people[cell.key] = cell.n
    parts: dict[str, float] = defaultdict(float)
    for key, one in each.items():
        parts[key.organisation] += one * people[key]
    total, squares = sum(parts.values()), sum(one**2 * people[key] for key, one in each.items())
    if not squares:
        return Resting({}, 0.0)
    return Resting(
        {name: round(part / total, _STEADY) for name, part in parts.items()}, round(total**2 / squares, _STEADY)
    )


def _people(cells: Iterable[Cell]) -> int:
    return sum(cell.n for cell in cells)
