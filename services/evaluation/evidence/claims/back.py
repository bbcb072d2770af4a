"""Looking back: the three changes of those who rated themselves before, looking back and after, where they may be said.

Guards that they cannot be taken from the claim's own figure, which is of nearly the same people: what is left over
would be the answer of those few who did not look back.
"""

from collections import Counter

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change import shift
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.recognising import recognisable
from services.evaluation.evidence.claims.sentences import checked, shift_sentences
from services.evaluation.evidence.errors import EvidenceError


def looking_back(whole: CellTable, compared: int | None = None, *, alike: bool = False) -> tuple[str, ...]:
    """Return the three changes of those whose programme began between the first and the last of the three ratings.

    `compared` is the number of the programme's people behind a comparison that is claimed; `alike` says that it counts
    organisations alike. Nothing where no wave looks back or nobody answered all three; where those on whom only one of
    the two figures rests are fewer than k, or one organisation of them could be recognised, a sentence that says so.
    Likewise where organisations count alike there and people here: the two together would tell the answers of an
    organisation whose size is not that of the others.
    """
    if whole.then is None:
        return ()
    before, then, after = whole.then
    people = whole.where(lambda cell: before < cell.cohort <= after)
    try:
        three = shift(people, before, then, after)
    except EvidenceError:
        return ()
    k = max(whole.k, ladder().fewest_people)
    apart = abs(three.conventional.n - compared) if compared is not None else 0
    only_one = (*_only_one(whole), *_at_other_waves(whole))
    if alike or 0 < apart < k or any(sizes and _few(sizes, k) for sizes in only_one):
        return (checked(ladder().shift["kept_back"], 1),)
    return shift_sentences(three, whole.outcome, whole.k)


def _few(sizes: Counter[str], k: int) -> bool:
    return sizes.total() < k or recognisable(tuple(sizes.values()), k)


def _only_one(whole: CellTable) -> tuple[Counter[str], Counter[str]]:
    """Return, by organisation, the people of the claim's change who are not of the three, and the other way round."""
    forwards, backwards = Counter[str](), Counter[str]()
    for cell in whole.cells:
        claimed, three = _claimed(cell, whole), _of_three(cell, whole)
        if claimed and not three:
            forwards[cell.organisation] += cell.n
        if three and not claimed:
            backwards[cell.organisation] += cell.n
    return forwards, backwards


def _at_other_waves(whole: CellTable) -> list[Counter[str]]:
    """Return, by organisation, the people of the claim's change at each wave since their start but that of the three:
    the claim averages them, so that less the three it tells what is left.
    """
    waves = {wave: Counter[str]() for wave in range(1, len(whole.waves) + 1) if wave not in (whole.then or ())}
    for cell in (cell for cell in whole.cells if _claimed(cell, whole)):
        for wave in (wave for wave in waves if wave in cell.pattern and wave >= cell.cohort):
            waves[wave][cell.organisation] += cell.n
    return list(waves.values())


def _of_three(cell: Cell, whole: CellTable) -> bool:
    """Whether a cell's people answered all three ratings and began in between."""
    return (
        whole.then is not None and whole.then[0] < cell.cohort <= whole.then[2] and set(whole.then) <= set(cell.pattern)
    )


def _claimed(cell: Cell, whole: CellTable) -> bool:
    """Whether a cell's people answered right before their start and since, the wave that looks back left out."""
    waves = [wave for wave in range(1, len(whole.waves) + 1) if whole.then is None or wave != whole.then.then]
    earlier = [wave for wave in waves if wave < cell.cohort]
    answered = set(cell.pattern) & set(waves)
    return bool(earlier) and earlier[-1] in answered and max(answered) >= cell.cohort
