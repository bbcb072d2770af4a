"""Elsewhere: what part of those who could have been compared answered another instrument than the one looked at.

Guards that nobody is left out for how they fared: a declaration names the instrument, never who answers it, and whoever
is handed in by another is missing from the difference and from what is said of those who left. Held against those who
are compared, not against whoever answered: people who came since the start would hide any number.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from services.evaluation.evidence.cells import Cell, CellTable, Key
from services.evaluation.evidence.change.compared import compared
from services.evaluation.evidence.change.resting import resting

People = dict[Key, int]


def elsewhere(everybody: CellTable, chosen: CellTable, control: str) -> Fraction:
    """Return the larger of two parts: of the people of one start (0 is one), and of those of one side's organisations
    as the estimate weighs them, whatever start they are said to have, which is declared nowhere; 0 for nobody.

    Counted are those of other instruments who answered before the start, beside those who are compared in the `chosen`
    table; `control` is `never_treated` or `not_yet_treated`. Neither table has a wave that looks back.
    """
    looked_at = chosen.instruments
    others = [cell for cell in everybody.cells if cell.instrument not in looked_at and cell.n]
    if not others:
        return Fraction(0)
    sides = _sides(chosen, control)
    return max(_of_a_start(others, sides, chosen), _of_a_side(others, sides, chosen, control))


def _of_a_start(others: Sequence[Cell], sides: Sequence[People], chosen: CellTable) -> Fraction:
    """Of those who begin together; who had begun at the first wave is compared with nobody and does not count here."""
    last, missing, there = _last(chosen), Counter[int](), Counter[int]()
    for cell in others:
        missing[cell.cohort] += cell.n * (cell.cohort != 1 and cell.pattern[0] < (cell.cohort or last))
    for key, people in {**sides[0], **sides[1]}.items():
        there[key.cohort] += people
    return max(_part(many, there[start]) for start, many in missing.items())


def _of_a_side(others: Sequence[Cell], sides: Sequence[People], chosen: CellTable, control: str) -> Fraction:
    """Of the organisations that a side rests on, each by its part of the figure."""
    last, starts, missing = _last(chosen), Counter[str](), Counter[str]()
    for cell in chosen.cells:
        starts[cell.organisation] = max(starts[cell.organisation], cell.cohort)
    for cell in others:
        missing[cell.organisation] += cell.n * (cell.pattern[0] < (starts[cell.organisation] or last))
    found = []
    for side, rests in zip(sides, resting(chosen, control, alike=False), strict=True):
        there = Counter[str]()
        for key, people in side.items():
            there[key.organisation] += people
        parts = rests.parts.items()
        found.append(sum((Fraction(part) * _part(missing[name], there[name]) for name, part in parts), Fraction(0)))
    return max(found)


def _sides(chosen: CellTable, control: str) -> tuple[People, People]:
    """Return the people of each cell that is compared, of the programme's side and of the other."""
    own, others = People(), People()
    for one in compared(chosen, control):
        if any(cell.n for cell in one.own) and any(cell.n for cell in one.others):
            own.update({cell.key: cell.n for cell in one.own})
            others.update({cell.key: cell.n for cell in one.others})
    return own, others


def _last(chosen: CellTable) -> int:
    return max((cell.cohort for cell in chosen.cells), default=0)


def _part(missing: int, there: int) -> Fraction:
    return Fraction(missing, missing + there) if missing else Fraction(0)
