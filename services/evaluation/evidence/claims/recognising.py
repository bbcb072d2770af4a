"""Recognising: whether one organisation's own figure could be read off what is shown of several.

Guards that it cannot, neither in one figure, nor by how sure that is, nor by taking one comparison of the same people
from another.
"""

from collections.abc import Iterable, Iterator, Sequence

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import Change, Compared, Moved, apart, by_organisation
from services.evaluation.evidence.claims.ladder import ladder

_ALONE = 2
_AMONG = 3
"""Small organisations among larger ones that hide one another: one or two stand out."""
_FOUR, _FIVE = 4, 5
"""Organisations of which the others nearly follow for whoever knows one, and how far all of them differ: where people
count alike, and where organisations do."""


def recognised(people: int, largest: int, organisations: int, k: int) -> bool:
    """Return whether one organisation is alone, leaves fewer than k others, or has nearly all the people."""
    return organisations < _ALONE or people - largest < k or largest > ladder().own_share * people


def recognisable(sizes: Sequence[int], k: int) -> bool:
    """Return whether one organisation of a side with so many people each could be recognised in the side's figure."""
    return recognised(sum(sizes), max(sizes, default=0), len(sizes), k)


def own_figure(part: float, worth: float, k: int) -> bool:
    """Return whether a figure is nearly all one organisation's, or made of fewer than k people who weigh alike.

    By count it may be of many: those who answered at more waves, or are all there is to compare with at some, weigh
    more. Of k people who weigh alike each is a k-th of it.
    """
    return part > ladder().own_share or worth < k


def as_one(pairs: Iterable[Compared]) -> bool:
    """Return whether nearly all of a side changed alike, so that its figure would tell what each of them did.

    The same people are compared with every start, so each start and wave is looked at alone: one of them who goes up
    and down would be as many.
    """
    made = [one for one in pairs if one.own and one.others]
    own = apart(Moved(one.cohort, one.wave, one.own) for one in made)
    others = max((apart([Moved(one.cohort, one.wave, one.others)]) for one in made), default=0)
    return min(own, others) < ladder().fewest_apart


def told_by_spread(sizes: Sequence[int], k: int) -> bool:
    """Return whether the mean of organisations that count alike, each once, and how far they differ would tell what the
    people did of one with fewer than k.

    Of five or fewer each can solve for the others, whose means are parts of unlike wholes; among more, one or two small
    ones stand out from larger ones, whose means differ less.
    """
    few = sum(size < k for size in sizes)
    return 0 < few < _AMONG or (few > 0 and len(sizes) <= _FIVE)


def told_by_error(change: Change, k: int) -> bool:
    """Return whether how sure a change is would tell what organisations with fewer than k people did.

    With the change itself it says how far they differ: of four each, knowing its own, is left few sets of changes that
    the three others can have had.
    """
    return change.fewest < k and change.organisations <= _FOUR


def later_recognisable(table: CellTable, control: str, k: int) -> bool:
    """Return whether those who begin later, compared beside those who never do, would give one organisation away.

    The same cells can be compared with those who never begin alone: the difference of the two is what those who begin
    later did, so at each wave that is compared they must be enough by themselves.
    """
    never = any(cell.cohort == 0 and len(cell.pattern) > 1 for cell in table.cells)
    if control != "not_yet_treated" or not never:
        return False
    return any(recognisable(sizes, k) for sizes in _later(table))


def _later(table: CellTable) -> Iterator[tuple[int, ...]]:
    """Yield the people of each organisation of those who begin later, for every start and wave that has some.

    Before the start each wave is compared with the one before it, from the start on with the last one before it: before
    it those who begin earlier, but after the wave, are compared as well.
    """
    for start in sorted({cell.cohort for cell in table.cells if cell.cohort > 1}):
        for wave in range(2, len(table.waves) + 1):
            asked = {wave, min(start, wave) - 1}
            took = (cell for cell in table.cells if asked <= set(cell.pattern))
            sizes = by_organisation(cell for cell in took if cell.cohort != start and cell.cohort > wave)
            if sizes:
                yield tuple(sizes.values())
