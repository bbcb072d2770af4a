"""Unchosen: the difference between those alone whom nobody can have chosen for how they stood or fared.

Guards that nobody else makes it: people who join later, such as those who enrol because they stand low, rise by
themselves, and the waves before they joined know nothing of them; and of an organisation of which some begin and others
do not, who counts as begun is declared nowhere. How few they are says nothing of how much they make.
"""

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import of_several_starts
from services.evaluation.evidence.estimate import Estimate, Options, estimate

_FIRST = 1


def between_unchosen(table: CellTable, whole: Estimate) -> Estimate:
    """Return the estimate made again, in the same way, of those alone who answered the first wave, in organisations
    whose people begin together; and the `whole` one where they are all there are, or where it found nothing.

    It is as unsure as they are few: two people who are all that is left of a start may move far by chance, and
    somebody else's interval would not know. Without an interval where it cannot be had.
    """
    mixed = of_several_starts(table)
    some = table.where(lambda cell: cell.pattern[0] == _FIRST and cell.organisation not in mixed)
    low, high = whole.interval or (0.0, 0.0)
    if low <= 0 <= high or some.cells == table.cells:
        return whole
    later = whole.control == "not_yet_treated"
    asked = Options(control="not_yet_treated" if later else "never_treated", bends=(), seed=whole.seed)
    return estimate(some, asked)
