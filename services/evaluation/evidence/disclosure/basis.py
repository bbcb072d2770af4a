"""On which counts a release stands: a cell moves when at least k people came or went since the last one, or not at all.

Guards that two releases side by side never show the answer of a newcomer, and that the same people give the same
release.
"""

from services.evaluation.evidence.disclosure.rules import Margins, Rule, figure, interval
from services.evaluation.evidence.disclosure.tables import At, Table, Tables
from services.evaluation.evidence.errors import EvidenceError


def standing(now: Tables, previous: Tables | None, by: Rule) -> Tables:
    """Return the tables with every cell that moved by fewer than k people as it was in the previous release.

    Movement is net, which is never more than the people who came or went. A place that is new stands as it is.
    """
    before = {} if previous is None else previous.by_name()
    kept = tuple(_held(table, before[table.table], by) if table.table in before else table for table in now.tables)
    return now.model_copy(update={"rule": by.rule, "tables": kept})


def positions(table: Table) -> dict[At, int]:
    """Return where each cell is in the flat counts."""
    return {at: position for position, at in enumerate(table.cells())}


def _held(table: Table, before: Table, by: Rule) -> Table:
    if table.names != before.names or {mean.name for mean in table.means} != {mean.name for mean in before.means}:
        raise EvidenceError("declared otherwise in the previous release; give it a new name", cell=table.table)
    was = positions(before)
    old = [was.get(at) for at in table.cells()]
    held = [
        None if place is None or _moves(before.counts[place], count, by, table.total_kind) else place
        for count, place in zip(table.counts, old, strict=True)
    ]
    sums = {mean.name: mean.sums for mean in before.means}
    means = tuple(mean.model_copy(update={"sums": _mixed(mean.sums, sums[mean.name], held)}) for mean in table.means)
    return table.model_copy(update={"counts": _mixed(table.counts, before.counts, held), "means": means})


def _moves(old: int, new: int, by: Rule, margins: Margins) -> bool:
    """Say whether a cell moves: by k people at least, and never so that crossing the line of hiding tells too much.

    Who sees a hidden cell appear as 10 knows that it held 14 - k people at most; a strict rule waits for more people.
    """
    if abs(new - old) < by.k:
        return False
    seen, unseen = figure(max(old, new), by, margins), figure(min(old, new), by, margins)
    if seen.suppressed or not unseen.suppressed:
        return True
    return interval(seen, by, margins)[1] - by.k - by.hide.low + 1 >= min(by.keeps, by.hide.high - by.hide.low + 1)


def _mixed(new: tuple[int, ...], old: tuple[int, ...], held: list[int | None]) -> tuple[int, ...]:
    return tuple(fresh if place is None else old[place] for fresh, place in zip(new, held, strict=True))
