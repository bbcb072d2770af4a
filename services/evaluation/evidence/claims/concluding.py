"""From cells and an estimate to a claim.

Guards that a figure is handed out only by the level that was reached, rounded, and that the same input gives the same
claim.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from itertools import combinations

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import Bounds, Change, bounds, since_start
from services.evaluation.evidence.claims.claim import Claim
from services.evaluation.evidence.claims.conditions import level, limits
from services.evaluation.evidence.claims.described import described
from services.evaluation.evidence.claims.figures import Figures, downwards, nearest, rounded_people, upwards
from services.evaluation.evidence.claims.holding import NOTHING_KNOWN, Circumstances, conditions, corrected, shown
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.origin import origin, told
from services.evaluation.evidence.claims.recognising import recognisable, told_by_error
from services.evaluation.evidence.claims.registry import shown as named
from services.evaluation.evidence.claims.registry import unit_on
from services.evaluation.evidence.claims.sentences import sentence
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import MEANS, METHODS, WILD, Estimate

ENGINE = "evidence/1"
_PARTITION = re.compile(r"[A-Za-z0-9._-]{1,120}")


def conclude(table: CellTable, estimate: Estimate | None, known: Circumstances = NOTHING_KNOWN) -> Claim:
    """Return the claim that cells of one instrument and their estimate allow.

    Raises EvidenceError for a name, unit or cut-off that is none, and for cells of several instruments.
    """
    if len(table.instruments) > 1:
        raise EvidenceError("cells hold several instruments: claim one at a time", field="instrument")
    if table.then is not None:
        raise EvidenceError("a wave looks back: take it out first (`forward`)", field="then")
    estimate = None if estimate is None else described(table, estimate)
    drawn = known.declaration.drawn(table)
    control = estimate.control if estimate else ""
    alike = estimate is not None and estimate.inference == MEANS
    change, limited = _change(table), _bounds(table, lottery=drawn, control=control, alike=alike)
    return claim(table, change, estimate, limited, known)


def claim(
    table: CellTable,
    change: Change | None,
    estimate: Estimate | None,
    limited: Bounds | None,
    known: Circumstances = NOTHING_KNOWN,
) -> Claim:
    """Return the claim from its parts, which belong to the same table; see `conclude`, which finds them."""
    estimate = None if estimate is None else described(table, estimate)
    held = conditions(table, change, estimate, limited, known)
    reached, rules = level(held), ladder()
    figure = None if change is None or reached == 0 else shown(reached, table, change, estimate, known)
    compared = estimate if reached > 1 else None
    said = (compared or change) if reached else None
    rung = rules.levels[reached]
    k = max(table.k, rules.fewest_people)
    people, organisations = _counts(change, compared)
    return Claim(
        outcome=named(table.outcome.name),
        unit=unit_on(table.outcome.unit, table.outcome.low, table.outcome.high),
        better=table.outcome.better,
        observed=figure.observed if figure else None,
        expected_without=_without(figure) if figure and reached > 2 else None,  # noqa: PLR2004 # a level
        difference=figure.figure if figure and compared else None,
        interval=figure.interval if figure else None,
        smallest_detectable=figure.detectable if figure else None,
        detected=figure.detected if figure else None,
        attrition=_attrition(limited, figure, compared, k) if figure and compared else None,
        method=_method(reached, compared),
        level=reached,
        strength=rung.strength,
        maryland=rung.maryland or None,
        people=rounded_people(people, k) if figure else None,
        people_comparison=rounded_people(compared.people_comparison, k) if compared else None,
        organisations=organisations if figure else None,
        organisations_comparison=compared.organisations_comparison if compared else None,
        suppressed=reached == 0,
        assumptions=_assumptions(
            reached,
            change,
            several=said is not None
            and (figure is None or figure.interval is not None)
            and corrected(reached, table, said.p_value, known) is not None,
            early=compared is not None and known.declaration.is_early(table),
            left_out=known.left_out > 0,
        ),
        limits=limits(held),
        cut_off=_positions(known.cut_off),
        rule=rule(),
        standards=dict(sorted(known.standards.items())),
        library=estimate.library if estimate else f"scipy {version('scipy')}",
        seed=compared.seed if compared and _random(compared) else 0,
        internal=rules.internal if figure else "",
        made_from=replace(
            origin(
                table,
                known.declaration,
                control=estimate.control if estimate else "",
                cells=(known.cells or told(table)) if reached else None,
                others=known.others,
            ),
            left_out=max(k, rounded_people(known.left_out, k)) if known.left_out and reached else None,
        ),
        sentence=sentence(reached, table.outcome, figure),
    )


def moved(table: CellTable) -> float | None:
    """Return the p-value of the change of a table's people, nobody being compared; None where it cannot be had."""
    change = _change(table)
    return change.p_value if change else None


def methods(level: int) -> tuple[str, ...]:
    """Return all that a claim of a level may give as its method."""
    if level > 1:
        return tuple(f"{method}; {inference}" for inference, method in METHODS.items())
    return ("paired change since the start",) if level else ("none",)


def further(level: int, *, left_out: bool) -> tuple[tuple[str, ...], ...]:
    """Return all that a claim of a level may assume beside what all of its level do."""
    rules = ladder()
    own = {0: (), 1: (rules.people_alone, rules.several)}.get(level, (rules.several, rules.early))
    without = (rules.left_out,) if left_out else ()
    return tuple((*some, *without) for many in range(len(own) + 1) for some in combinations(own, many))


def rule() -> str:
    """Return the versions of the rules that claims are made by."""
    return f"{ENGINE} {ladder().version}"


def sound_positions(cut_off: Mapping[str, int]) -> bool:
    """Return whether each is a whole number from 0 on, for a partition's name."""
    return all(_PARTITION.fullmatch(name) and position >= 0 for name, position in cut_off.items())


def _change(table: CellTable) -> Change | None:
    try:
        change = since_start(table)
    except EvidenceError:
        return None
    return change.unsure() if told_by_error(change, max(table.k, ladder().fewest_people)) else change


def _bounds(table: CellTable, *, lottery: bool, control: str, alike: bool) -> Bounds | None:
    try:
        return bounds(table, lottery=lottery, control=control, alike=alike)
    except EvidenceError:
        return None


def _counts(change: Change | None, compared: Estimate | None) -> tuple[int, int]:
    """Return people and organisations of the programme's side behind the very figures that are said."""
    if compared is not None:
        return compared.people_treated, compared.organisations_treated
    return (change.n, change.organisations) if change else (0, 0)


def _without(figure: Figures) -> float:
    return nearest(figure.observed - figure.figure, figure.decimals)


def _attrition(limited: Bounds | None, figure: Figures, compared: Estimate, k: int) -> tuple[float, float] | None:
    """Return the bounds, unless they rest on so few who left that these could be counted and their answers solved for,
    by anybody or by an organisation that knows its own; or unless the difference lies outside, which weighs starts by
    fewer people than the bounds. Where it counts organisations alike, bounds by people are of another figure, and both
    together would tell an organisation whose size is not that of the others.

    Whether the sign would have held is still said: by the level, and among what keeps it from the next.
    """
    if limited is None or compared.inference == MEANS:
        return None
    if 0 < limited.fewest < k or any(recognisable(sizes, k) for sizes in limited.leavers):
        return None
    low, high = downwards(limited.low, figure.decimals), upwards(limited.high, figure.decimals)
    return (low, high) if low <= figure.figure <= high else None


def _method(reached: int, compared: Estimate | None) -> str:
    if reached == 0:
        return "none"
    return f"{compared.method}; {compared.inference}" if compared else "paired change since the start"


def _random(compared: Estimate) -> bool:
    """Whether anything of a comparison, or of what is shown beside it, was drawn at random."""
    return bool(compared.event_study) or compared.inference == WILD


def _assumptions(reached: int, change: Change | None, *, several: bool, early: bool, left_out: bool) -> tuple[str, ...]:
    rules = ladder()
    alone = reached == 1 and change is not None and change.interval is not None and not change.clustered
    left_out = left_out and reached > 0
    asked = {rules.people_alone: alone, rules.several: several, rules.early: early, rules.left_out: left_out}
    return (*rules.levels[reached].assumptions, *(text for text, holds in asked.items() if holds))


def _positions(cut_off: Mapping[str, int]) -> dict[str, int]:
    if not sound_positions(cut_off):
        raise EvidenceError("a position is a whole number for a partition's name", field="cut_off")
    return dict(sorted(cut_off.items()))
