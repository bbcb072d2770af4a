"""Which cells stand on the people of their own day, and how far those that were held may be from theirs.

Guards that nobody is taken to know less than they do: a cell that moved, or was not there before, holds the people of
its release to the last one, and beside such cells those that were held give away how many people they hold by now.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.evaluation.evidence.disclosure.basis import moves
from services.evaluation.evidence.disclosure.kept import MOST_RELEASES
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.rules import Figure, Margins, Rule, interval
from services.evaluation.evidence.disclosure.tables import At, Place, Table, places

Fresh = frozenset[tuple[int, str, At]]
"""Cells by the age of their release (a position, newest first), and table and values as they are compared."""
_Values = frozenset[tuple[str, str]]


class Drift(NamedTuple):
    """Of the people of a held cell by now: the least below its count, the most above, and how many wait unseen.

    `below` is None where there may be nobody left. Up to `waiting` people, whatever the count, do not show the cell:
    crossing the line of hiding would tell too much.
    """

    below: int | None
    above: int
    waiting: int


def fresh(releases: Sequence[Sequence[Table]]) -> Fresh:
    """Return the cells that are seen to stand on the people of their release; releases from the newest to the oldest.

    Of a cell that was in no earlier release nobody can tell once releases were forgotten.
    """
    found: set[tuple[int, str, At]] = set()
    own: dict[tuple[str, At], int] = {}
    anywhere: dict[_Values, set[int]] = {}
    for age in reversed(range(len(releases))):
        first = age == len(releases) - 1 or len(releases) > MOST_RELEASES
        listed = [(table, place) for table in releases[age] for place in places(table)]
        for table, place in listed:
            if None not in place.at:
                cell, values, people = _told(table, place)
                before = own.get(cell)
                held = first or people in anywhere.get(values, ()) if before is None else before == people
                if not held:
                    found.add((age, *cell))
        for table, place in listed:
            cell, values, people = _told(table, place)
            own[cell] = people
            anywhere.setdefault(values, set()).add(people)
    return frozenset(found)


def _told(table: Table, place: Place) -> tuple[tuple[str, At], _Values, int]:
    """Return what a place is found by, in its own table and in others, and its people."""
    at = tuple(None if value is None else plain(value) for value in place.at)
    names = zip(map(plain, table.names), at, strict=True)
    values = frozenset((name, value) for name, value in names if value is not None)
    return (plain(table.table), at), values, sum(table.counts[member] for member in place.members)


def drift(shown: Figure, by: Rule, margins: Margins) -> Drift:
    """Return how far from its count the people of a cell may be that is shown so and was held."""
    gone = not shown.suppressed and not moves(interval(shown, by, margins)[1], by.hide.low, by, margins)
    waiting = by.hide.high
    while shown.suppressed and not moves(by.hide.low, waiting + 1, by, margins):
        waiting += 1
    return Drift(None if gone else by.k - 1, by.k - 1, waiting if waiting > by.hide.low + by.k - 1 else 0)
