"""Two ways to count a story: as the kernel does, by differences, and from nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.events import Fact
from tests.unit.evaluation.stories import wire

States = dict[str, Any]
Cells = dict[tuple[str, ...], dict[str, int]]


def fold(projection: Any, facts: Iterable[Fact]) -> States:
    """Fold facts from the wire into states by subject."""
    states: States = {}
    for fact in facts:
        tell(projection, states, fact)
    return states


def tell(projection: Any, states: States, fact: Fact) -> bool:
    """Fold one fact and say whether it changed anything; what was there before must stay as it was."""
    event = projection.decode(wire(fact))
    subject = projection.subject(event)
    before = states.get(subject)
    shown = None if before is None else projection.pack({subject: before})
    after = projection.fold(before, event)
    assert before is None or projection.pack({subject: before}) == shown
    if after is None or after is before:
        return False
    states[subject] = after
    return True


def count(projection: Any, states: States) -> Cells:
    """Sum the contributions of all states."""
    cells: Cells = {}
    for state in states.values():
        add(cells, projection.contribution(state), 1)
    return tidy(cells)


def count_by_differences(projection: Any, facts: Sequence[Fact], every: int) -> Cells:
    """Keep cells up to date by taking old contributions out and putting new ones in, after every few facts."""
    states: States = {}
    counted: States = {}
    cells: Cells = {}
    for start in range(0, len(facts), every):
        for fact in facts[start : start + every]:
            tell(projection, states, fact)
        for subject, state in states.items():
            if subject in counted:
                add(cells, projection.contribution(counted[subject]), -1)
            add(cells, projection.contribution(state), 1)
        counted = dict(states)
    return tidy(cells)


def add(cells: Cells, contribution: Any, sign: int) -> None:
    for key, figures in contribution.items():
        cell = cells.setdefault(key, {})
        for name, figure in figures.items():
            cell[name] = cell.get(name, 0) + sign * figure


def tidy(cells: Cells) -> Cells:
    """Leave out what is nought."""
    kept = {key: {name: figure for name, figure in cell.items() if figure} for key, cell in cells.items()}
    return {key: cell for key, cell in kept.items() if cell}
