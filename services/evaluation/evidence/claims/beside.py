"""What may be shown beside a claim: the event study, the sensitivity and whom the time before rests on, as coarse as
the claim itself.

Guards that nothing is shown of a comparison that the claim does not make, and no wave of fewer than k people or of an
organisation that could be recognised.
"""

from collections import Counter
from dataclasses import dataclass
from math import isfinite

from services.evaluation.evidence.cells import Cell, CellTable
from services.evaluation.evidence.change import Asked, Compared, asked, by_organisation, compares, over
from services.evaluation.evidence.claims.claim import Claim
from services.evaluation.evidence.claims.figures import downwards, nearest, rounded_people, upwards
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.recognising import as_one, own_figure, recognisable
from services.evaluation.evidence.estimate import MEANS, Estimate

_COMPARES = 2


@dataclass(frozen=True, slots=True)
class Beside:
    """Differences from the comparison in the outcome's unit; empty where the claim compares nothing."""

    event_study: tuple[tuple[int, float, float, float], ...] = ()
    """(waves since the start, difference, low, high), the band simultaneous over all of them."""
    sensitivity: tuple[tuple[float, float, float], ...] = ()
    """(how far trends may bend a wave, low, high), of the first wave since the start."""
    asked_before: tuple[tuple[int, int], ...] = ()
    """(people to the nearest k, organisations) of the programme, then of the comparison: the fewest of those compared
    who answered a wave before the start. Empty where they are too few to show.
    """


def beside(claim: Claim, table: CellTable, estimate: Estimate) -> Beside:
    """Return what may be shown beside a claim that was made from these cells and this estimate.

    Where the claim counts organisations alike, nothing since the start is: it counts people, and both together would
    tell what the people of an organisation did whose size is not that of the others, be it one person. Nor where one of
    the waves since the start may not be shown: the claim is the average of them, so the others would tell it.
    """
    if claim.level < _COMPARES:
        return Beside()
    k, people = max(table.k, ladder().fewest_people), min(estimate.people_treated, estimate.people_comparison)
    shown, hidden = _shown(table, estimate.control, k)
    if estimate.inference == MEANS or max(hidden, default=-1) >= 0:
        shown = {time: fewest for time, fewest in shown.items() if time < 0}
    decimals = {time: ladder().shown_decimals(min(people, fewest)) for time, fewest in shown.items()}
    return Beside(
        event_study=tuple(
            (time, nearest(effect, digits), downwards(low, digits), upwards(high, digits))
            for time, effect, _, low, high in estimate.event_study
            if (digits := decimals.get(time)) is not None and all(map(isfinite, (effect, low, high)))
        ),
        sensitivity=tuple(
            (nearest(bend, digits + 2), downwards(low, digits), upwards(high, digits))
            for bend, low, high in estimate.sensitivity
            if (digits := decimals.get(0)) is not None and isfinite(low) and isfinite(high)
        ),
        asked_before=_asked_before(table, estimate.control, k),
    )


def _asked_before(table: CellTable, control: str, k: int) -> tuple[tuple[int, int], ...]:
    sides = asked(table, control)
    if not all(sides) or any(_hidden(one.before, k) for side in sides for one in side):
        return ()
    return tuple(_fewest(side, k) for side in sides)


def _fewest(side: list[Asked], k: int) -> tuple[int, int]:
    share = ladder().asked_at_least
    people = min(one.before.total() for one in side)
    return rounded_people(people, k), min(one.organisations(share) for one in side)


def _shown(table: CellTable, control: str, k: int) -> tuple[dict[int, int], set[int]]:
    """Return the times since the start at which no organisation of either side could be recognised, with the people of
    the smaller side, and the other times.

    Before the start each wave is compared with the one before it, from the start on with the last one before it; with
    whoever had not begun by that wave.
    """
    times: dict[int, list[Compared]] = {}
    for start in sorted({cell.cohort for cell in table.cells if cell.cohort > 1}):
        for wave in range(2, len(table.waves) + 1):
            took = _took(table, {wave, min(start, wave) - 1})
            own = [cell for cell in took if cell.cohort == start]
            others = [cell for cell in took if cell.cohort != start and compares(cell.cohort, wave, control)]
            if own and others:
                times.setdefault(wave - start, []).append(Compared(start, wave, own, others))
    hidden = {time for time, pairs in times.items() if _recognised(table, pairs, k)}
    return {
        time: min(side.total() for side in _people(pairs)) for time, pairs in times.items() if time not in hidden
    }, hidden


def _people(pairs: list[Compared]) -> tuple[Counter[str], Counter[str]]:
    """Return the people of either side by organisation; those compared with several starts count once."""
    own, others = Counter[str](), Counter[str]()
    for one in pairs:
        own, others = own + by_organisation(one.own), others | by_organisation(one.others)
    return own, others


def _recognised(table: CellTable, pairs: list[Compared], k: int) -> bool:
    """Whether one organisation, or fewer than k people, could be told of a side: by count, by what decides it, or for
    nearly all changed alike.
    """
    if any(_hidden(side, k) for side in _people(pairs)) or as_one(pairs):
        return True
    return any(own_figure(side.largest, side.worth, k) for side in over(table, pairs))


def _took(table: CellTable, waves: set[int]) -> list[Cell]:
    return [cell for cell in table.cells if waves <= set(cell.pattern)]


def _hidden(side: Counter[str], k: int) -> bool:
    return sum(side.values()) < k or recognisable(tuple(side.values()), k)
