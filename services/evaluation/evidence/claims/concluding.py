"""From cells and an estimate to a claim.

Guards that a figure is handed out only by the level that was reached, rounded, and that the same input gives the same
claim.
"""

import re
from collections.abc import Mapping
from importlib.metadata import version

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import Bounds, Change, bounds, since_start
from services.evaluation.evidence.claims.claim import Claim
from services.evaluation.evidence.claims.conditions import level, limits
from services.evaluation.evidence.claims.figures import Figures, downwards, nearest, rounded_people, upwards
from services.evaluation.evidence.claims.holding import NOTHING_KNOWN, Circumstances, conditions, shown
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.sentences import sentence
from services.evaluation.evidence.claims.words import label
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import Estimate

ENGINE = "evidence/1"
_PARTITION = re.compile(r"[A-Za-z0-9._-]{1,120}")


def conclude(table: CellTable, estimate: Estimate | None, known: Circumstances = NOTHING_KNOWN) -> Claim:
    """Return the claim that cells of one instrument and their estimate allow.

    Raises EvidenceError for a name, unit or cut-off that is none, and for cells of several instruments.
    """
    if len(table.instruments) > 1:
        raise EvidenceError("cells hold several instruments: claim one at a time", field="instrument")
    drawn = known.declaration.drawn(table)
    control = estimate.control if estimate else ""
    change, limited = _change(table), _bounds(table, lottery=drawn, control=control)
    return claim(table, change, estimate, limited, known)


def claim(
    table: CellTable,
    change: Change | None,
    estimate: Estimate | None,
    limited: Bounds | None,
    known: Circumstances = NOTHING_KNOWN,
) -> Claim:
    """Return the claim from its parts, which belong to the same table; see `conclude`, which finds them."""
    held = conditions(table, change, estimate, limited, known)
    reached, rules = level(held), ladder()
    figure = None if change is None or reached == 0 else shown(reached, table, change, estimate, known)
    compared = estimate if reached > 1 else None
    rung = rules.levels[reached]
    k = max(table.k, rules.fewest_people)
    people, organisations = _counts(change, compared)
    return Claim(
        outcome=label(table.outcome.name, "name", rules.verdicts),
        unit=label(table.outcome.unit, "unit", rules.verdicts),
        better=table.outcome.better,
        observed=figure.observed if figure else None,
        expected_without=_without(figure) if figure and reached > 2 else None,  # noqa: PLR2004 # a level
        difference=figure.figure if figure and compared else None,
        interval=figure.interval if figure else None,
        smallest_detectable=figure.detectable if figure else None,
        detected=figure.detected if figure else None,
        attrition=_attrition(limited, figure) if figure and compared else None,
        method=_method(reached, compared),
        level=reached,
        strength=rung.strength,
        maryland=rung.maryland or None,
        people=rounded_people(people, k) if figure else None,
        people_comparison=rounded_people(compared.people_comparison, k) if compared else None,
        organisations=organisations if figure else None,
        organisations_comparison=compared.organisations_comparison if compared else None,
        suppressed=reached == 0,
        assumptions=_assumptions(reached, change),
        limits=(*limits(held), *_reason(reached, estimate)),
        cut_off=_positions(known.cut_off),
        rule=f"{ENGINE} {rules.version}",
        standards=dict(sorted(known.standards.items())),
        library=estimate.library if estimate else f"scipy {version('scipy')}",
        seed=estimate.seed if estimate else 0,
        sentence=sentence(reached, table.outcome, figure),
    )


def _change(table: CellTable) -> Change | None:
    try:
        return since_start(table)
    except EvidenceError:
        return None


def _bounds(table: CellTable, *, lottery: bool, control: str) -> Bounds | None:
    try:
        return bounds(table, lottery=lottery, control=control)
    except EvidenceError:
        return None


def _counts(change: Change | None, compared: Estimate | None) -> tuple[int, int]:
    """Return people and organisations of the programme's side behind the very figures that are said."""
    if compared is not None:
        return compared.people_treated, compared.organisations_treated
    return (change.n, change.organisations) if change else (0, 0)


def _reason(reached: int, estimate: Estimate | None) -> tuple[str, ...]:
    """Return why no comparison was attempted, as a limit of what is said without one."""
    if reached != 1 or estimate is None or estimate.attempted or not estimate.reason:
        return ()
    return (f"Not compared: {estimate.reason}.",)


def _without(figure: Figures) -> float:
    return nearest(figure.observed - figure.figure, figure.decimals)


def _attrition(limited: Bounds | None, figure: Figures) -> tuple[float, float] | None:
    if limited is None:
        return None
    return downwards(limited.low, figure.decimals), upwards(limited.high, figure.decimals)


def _method(reached: int, compared: Estimate | None) -> str:
    if reached == 0:
        return "none"
    return f"{compared.method}; {compared.inference}" if compared else "paired change since the start"


def _assumptions(reached: int, change: Change | None) -> tuple[str, ...]:
    alone = reached == 1 and change is not None and not change.clustered
    return (*ladder().levels[reached].assumptions, *([ladder().people_alone] if alone else []))


def _positions(cut_off: Mapping[str, int]) -> dict[str, int]:
    for name, position in cut_off.items():
        if not _PARTITION.fullmatch(name) or position < 0:
            raise EvidenceError("a position is a whole number for a partition's name", field="cut_off")
    return dict(sorted(cut_off.items()))
