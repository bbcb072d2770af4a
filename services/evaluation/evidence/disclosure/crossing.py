"""Three or more tables of the same people whose dimensions form a circle: the joint cross that stands behind them.

Guards against what no two of the tables tell: sex by age, sex by band and age by band are each safe beside each other,
and all three together may give a hidden count away. Where there is no circle, ties of two tables say it all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from services.evaluation.evidence.disclosure.links import Covered, Known, covered
from services.evaluation.evidence.disclosure.relations import Parents, completed
from services.evaluation.evidence.disclosure.tables import At
from services.evaluation.evidence.errors import EvidenceError

MOST_CROSSED = 2_000
"""A circle of tables with more cells in its cross is turned away: it would take too long to try."""
Cross = list[dict[str, str]]


@dataclass(frozen=True)
class Tie:
    """Cells of a table (by its position) that hold the people of some cells of the cross, or `fewer` than they."""

    table: int
    cells: tuple[At, ...]
    crossed: tuple[int, ...]
    people: int
    fewer: bool


@dataclass(frozen=True)
class Circle:
    """How many cells the cross has, how they tie to the tables, and the names of the tables in the circle."""

    size: int
    ties: tuple[Tie, ...]
    names: tuple[str, ...]

    def slack(self, most: Sequence[int]) -> int | None:
        """Return by how many people a cell has to be off, the least of `most`, for anybody to have these counts."""
        return next((people for people in most if self._possible(people)), None)

    def _possible(self, slack: int) -> bool:
        at = [(row, cell) for row, tie in enumerate(self.ties) for cell in tie.crossed]
        places = ([row for row, _ in at], [cell for _, cell in at])
        matrix = csr_array((np.ones(len(at)), places), shape=(len(self.ties), self.size))
        low = [tie.people - slack * len(tie.cells) for tie in self.ties]
        high = [np.inf if tie.fewer else tie.people + slack * len(tie.cells) for tie in self.ties]
        rows, none = LinearConstraint(matrix, low, high), np.zeros(self.size)
        return bool(milp(none, integrality=np.ones(self.size), constraints=rows).success)


def circle(tables: Sequence[Known], parents: Parents) -> Circle | None:
    """Return the cross of the dimensions that form a circle, or None; EvidenceError where it is too large."""
    names = _circular([table.names for table in tables])
    if not names:
        return None
    around = tuple(table.table.table for table in tables if len(table.names & names) > 1)
    known = covered(tables)
    cross = _cross(sorted(names), known, parents, around)
    ties = tuple(tie for at, table in enumerate(tables) for tie in _ties(at, table, names, cross, known))
    return Circle(len(cross), ties, around)


def check(tables: Sequence[Known], parents: Parents) -> None:
    """Raise EvidenceError where tables agree two by two, and nobody can have their counts all the same."""
    found = circle(tables, parents)
    if found is not None and found.slack([0]) is None:
        said = f"no people can have the counts of {', '.join(found.names)} together: they do not count the same people"
        raise EvidenceError(said, cell=found.names[0], field="counts")


def _circular(edges: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the dimensions left when all that stand in one table only, and tables within others, are taken away.

    Nothing is left where there is no circle: then counts that agree two by two are those of somebody (Beeri, Fagin,
    Maier and Yannakakis 1983, for whole numbers Atserias and Kolaitis 2021).
    """
    left = set(edges)
    while True:
        once = {name for name in frozenset().union(*left) if sum(name in edge for edge in left) == 1}
        fewer = {edge - once for edge in left}
        fewer = {edge for edge in fewer if edge and not any(edge < other for other in fewer)}
        if fewer == left:
            return frozenset().union(*left)
        left = fewer


def _cross(names: Sequence[str], known: Covered, parents: Parents, tables: Sequence[str]) -> Cross:
    cross: Cross = [{}]
    for name in names:
        cross = [{**cell, name: value} for cell in cross for value in sorted(known[name])]
        cross = [cell for cell in cross if _agrees(cell, parents)]
        if len(cross) > MOST_CROSSED:
            said = (
                f"{', '.join(tables)} cross {', '.join(names)} in a circle, with more than {MOST_CROSSED} cells: what "
                "they tell together cannot be tried. Keep at most two of these tables, or join values"
            )
            raise EvidenceError(said, cell=tables[0], field="dimensions")
    return cross


def _agrees(cell: dict[str, str], parents: Parents) -> bool:
    """Say whether no value is put together with a coarser one that it does not lie within."""
    above = [completed({name: value}, parents) for name, value in cell.items()]
    return all(cell.get(name, value) == value for found in above for name, value in found.items())


def _ties(at: int, table: Known, names: frozenset[str], cross: Cross, known: Covered) -> list[Tie]:
    shared = sorted(table.names & names)
    crossed: dict[tuple[str, ...], list[int]] = {}
    for position, cell in enumerate(cross):
        crossed.setdefault(tuple(cell[name] for name in shared), []).append(position)
    fewer = table.lacks(frozenset(shared), known)
    return [
        Tie(at, tuple(cells), tuple(crossed.get(key, ())), people, fewer)
        for key, (cells, people) in table.by(shared).items()
    ]
