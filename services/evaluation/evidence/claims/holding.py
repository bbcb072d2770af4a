"""What the data hold: each condition of the ladder looked up in cells, estimate and declaration.

Guards that a condition is met only by what these show, and that a comparison which may not be shown (few people, an
organisation that could be recognised) is no comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf, isfinite
from statistics import median_high

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import (
    Bounds,
    Change,
    adjusted,
    asked,
    by_rank,
    by_share,
    compared,
    footing,
    joined,
    mixed,
    resting,
    threshold,
)
from services.evaluation.evidence.claims.conditions import Conditions
from services.evaluation.evidence.claims.declaration import Declaration
from services.evaluation.evidence.claims.described import is_described
from services.evaluation.evidence.claims.figures import Figures, Sure, figures
from services.evaluation.evidence.claims.ladder import ladder
from services.evaluation.evidence.claims.missing import bounded, harmless, outlasts, shared
from services.evaluation.evidence.claims.recognising import (
    as_one,
    later_recognisable,
    own_figure,
    recognisable,
    recognised,
)
from services.evaluation.evidence.claims.unchosen import between_unchosen
from services.evaluation.evidence.estimate import MEANS, Estimate, detectable

_COMPARES = 2
"""The lowest level that compares."""
_YEAR = 11
"""Months; a return is sometimes early."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the cells. `p_values` are those of the declared secondary outcomes, by name, unadjusted."""

    declaration: Declaration = field(default_factory=Declaration.nothing)
    p_values: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, float] = field(default_factory=dict)
    """Likewise, of their changes, nobody being compared."""
    cut_off: Mapping[str, int] = field(default_factory=dict)
    standards: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    """Fingerprints of the tables of the other outcomes that were looked at."""
    cells: str | None = None
    """Fingerprint of the whole table, the wave that looks back included; without it that of the table concluded."""
    left_out: int = 0
    """People of the whole table who answered another instrument."""
    elsewhere: float = 0.0
    """The largest part who did, of those who could have been compared: see `change.elsewhere`."""
    seed_chosen: bool = False
    """Whether somebody chose the bootstrap's seed, which was neither declared nor follows from the cells."""
    rescaled: bool = False
    """Whether a declared secondary outcome of `p_values` is measured in another way than was declared."""


NOTHING_KNOWN = Circumstances()


def conditions(
    table: CellTable,
    change: Change | None,
    estimate: Estimate | None,
    limited: Bounds | None,
    known: Circumstances = NOTHING_KNOWN,
) -> Conditions:
    """Return what the ladder asks, as the data show it; what is not known is not met."""
    if change is None:
        return Conditions(k=table.k)
    rules, declared = ladder(), known.declaration
    k = max(table.k, rules.fewest_people)
    alone = Conditions(
        people=change.n,
        k=k,
        identifiable=recognised(change.n, change.largest, change.organisations, k)
        or own_figure(change.part, change.worth, k)
        or change.apart < rules.fewest_apart,
        paired=True,
        adjusted=declared.is_primary(table) or corrected(1, table, change.p_value, known) is not None,
        annual=declared.annual or _yearly(table.waves),
        returns=_returns(table.waves),
    )
    if estimate is None or not _estimated(estimate) or not _comparable(table, estimate, k):
        return alone
    effect, passed, stood = estimate.effect or 0.0, estimate.pre_test_p, footing(table, estimate.control)
    unchosen = between_unchosen(table, estimate)
    return replace(
        alone,
        comparison=True,
        told=is_described(estimate),
        dominated=_part(estimate.sizes_treated, estimate.sizes_comparison) > rules.dominant_share,
        organisations_treated=min(
            _sizeable(estimate.organisations_treated, estimate.sizes_treated, estimate.clusters), change.organisations
        ),
        organisations_comparison=_sizeable(
            estimate.organisations_comparison, estimate.sizes_comparison, estimate.clusters
        ),
        pre_periods=estimate.pre_periods,
        pre_test_passed=None if passed is None else passed >= rules.pre_test_alpha,
        pre_test_powered=estimate.pre_test_powered,
        asked_before=_asked_before(table, estimate.control),
        alike_before=stood.apart <= rules.apart_at_most,
        room=stood.room >= rules.room_at_least,
        spread_alike=stood.spread <= rules.spread_at_most,
        ends_alike=stood.uneven <= rules.ends_within,
        ranks_alike=all(outlasts(estimate, estimate, further) for further in _furthers(table, estimate.control)),
        chosen_harmless=outlasts(estimate, unchosen),
        sensitivity_excludes_zero=_robust(estimate),
        bounds_same_sign=limited is not None and bounded(limited, estimate, unchosen),
        adjusted=declared.is_primary(table) or corrected(_COMPARES, table, estimate.p_value, known) is not None,
        detected=shown(2, table, change, estimate, known).detected is True,
        lottery_recorded=declared.drawn(table),
        lottery_refused="" if declared.drawn(table) else declared.against(table),
        all_drawn_used=_all_used(table, estimate),
        attrition_balanced=limited is not None and limited.uneven <= rules.balanced_within,
        leavers_harmless=limited is not None and harmless(limited, estimate, unchosen),
        few_joined=joined(table, estimate.control, alike=estimate.inference == MEANS) <= rules.left_at_most,
        protocol_declared=declared.made_before(table),
        foreseen=declared.foresaw(table, estimate.control) and not known.seed_chosen,
        instrument_foreseen=declared.foresaw_instrument(table, others=known.left_out > 0),
        organisations_foreseen=declared.foresaw_organisations(table),
        waves_foreseen=declared.foresaw_waves(table),
        people_foreseen=1 - mixed(table, estimate.control) >= rules.begin_as_one,
        instrument_shared=shared(known.elsewhere, limited, effect, table.outcome),
        settled=declared.settled(table),
        scale_foreseen=declared.foresaw_scale(table) and not (known.rescaled and declared.is_secondary(table)),
        complete=declared.foresaw_leavers(table) or (limited is not None and limited.left > 0),
        everybody=known.left_out == 0,
    )


def shown(reached: int, table: CellTable, change: Change, estimate: Estimate | None, known: Circumstances) -> Figures:
    """Return the figures of a level: of the change alone at level 1, of the difference above it."""
    rules = ladder()
    if reached == 1 or estimate is None or estimate.effect is None:
        observed, figure, people = change.difference, change.difference, change.n
        sure, freedom = Sure(change.interval, change.smallest_detectable, change.p_value), change.freedom
    else:
        observed, figure = estimate.observed or 0.0, estimate.effect
        people = min(estimate.people_treated, estimate.people_comparison)
        sure, freedom = Sure(estimate.interval, estimate.smallest_detectable, estimate.p_value), estimate.freedom
    several = corrected(reached, table, sure.p_value, known)
    if several is not None:
        others = [value for name, value in _secondary(reached, known).items() if name != table.outcome.name]
        sure = Sure(sure.interval, _beside(others, sure.detectable, freedom), several)
    decimals = rules.shown_decimals(people)
    return figures(observed, figure, sure, decimals=decimals, significance=rules.significance)


def corrected(reached: int, table: CellTable, p_value: float | None, known: Circumstances) -> float | None:
    """Return the p-value of a secondary outcome among all that were declared, or None where one is kept back.

    At level 1 it is that of its change, among the changes of the others.
    """
    declared, p_values = known.declaration, _secondary(reached, known)
    if not declared.is_secondary(table) or p_value is None or len(p_values) < len(set(declared.secondary)):
        return None
    return adjusted(p_values | {table.outcome.name: p_value})[table.outcome.name]


def _secondary(reached: int, known: Circumstances) -> dict[str, float]:
    p_values = known.p_values if reached >= _COMPARES else known.changes
    return {name: value for name, value in p_values.items() if name in known.declaration.secondary}


def _beside(others: Sequence[float], smallest: float | None, freedom: float) -> float | None:
    """Return what could have been detected of one among several outcomes, held to more than one alone."""
    if smallest is None:
        return None
    significance = ladder().significance
    asked, alone = (detectable(1.0, freedom, one) for one in (threshold(others, significance), significance))
    return smallest * asked / alone


def _sizeable(organisations: int, sizes: Sequence[int], clusters: int) -> int:
    """Count the organisations of a side that have people enough; one that is on both sides is half of one on each."""
    enough = sum(size >= ladder().fewest_in_organisation for size in sizes)
    return min(organisations, enough, clusters // 2)


def _part(*sides: Sequence[int]) -> float:
    """Return the largest part of a side's people that belongs to one organisation; all where it is not known."""
    return max(max(sizes) / sum(sizes) if sizes else 1.0 for sizes in sides)


def _yearly(waves: Sequence[str]) -> bool:
    """Whether most waves lie so far apart that they are yearly returns, declared or not."""
    months = _months(waves)
    return len(months) > 1 and median_high(late - early for early, late in pairwise(months)) >= _YEAR


def _returns(waves: Sequence[str]) -> int:
    """Count the yearly returns among waves: one soon after another is no further year."""
    counted: list[int] = []
    for month in _months(waves):
        if not counted or month - counted[-1] >= _YEAR:
            counted.append(month)
    return len(counted)


def _months(waves: Sequence[str]) -> list[int]:
    return [12 * int(wave[:4]) + int(wave[5:7]) for wave in waves]


def _estimated(estimate: Estimate) -> bool:
    known = (estimate.effect, estimate.observed)
    return estimate.attempted and all(value is not None and isfinite(value) for value in known)


def _comparable(table: CellTable, estimate: Estimate, k: int) -> bool:
    """Whether both sides of the very comparison that was made may be shown, and the difference from the other one."""
    if later_recognisable(table, estimate.control, k):
        return False
    fewest = min(estimate.organisations_treated, estimate.organisations_comparison)
    enough = min(estimate.people_treated, estimate.people_comparison) >= k and fewest > 1
    if not enough or any(recognisable(sizes, k) for sizes in (estimate.sizes_treated, estimate.sizes_comparison)):
        return False
    sides = resting(table, estimate.control, alike=estimate.inference == MEANS)
    one = as_one(compared(table, estimate.control))
    return not (one or any(own_figure(side.largest, side.worth, k) for side in sides))


def _asked_before(table: CellTable, control: str) -> bool:
    """Whether those compared answered the waves before the start, not others: on either side, for each wave since."""
    rules, sides = ladder(), [side for pair in asked(table, control) for side in pair]
    return bool(sides) and all(
        side.people >= rules.asked_at_least
        and side.organisations(rules.asked_at_least) >= rules.asked_at_least * len(side.compared)
        and side.organisations(rules.asked_at_least) >= min(rules.fewest_organisations, len(side.compared))
        for side in sides
    )


def _all_used(table: CellTable, estimate: Estimate) -> bool:
    """Whether no organisation fell out of the comparison; those that begin after the last wave may still wait."""
    last = len(table.waves) if estimate.control == "never_treated" else inf
    return estimate.clusters >= len({cell.organisation for cell in table.cells if cell.cohort <= last})


def _furthers(table: CellTable, control: str) -> tuple[float, ...]:
    """Return what steps and ends of the scale may have made of the difference; of yes and no, and of little between
    them, whichever side's people stood further apart beneath.
    """
    apart = ladder().spread_unseen
    return by_rank(table, control), *(by_share(table, control, spread) for spread in (None, apart, 1 / apart))


def _robust(estimate: Estimate) -> bool:
    """Trends were allowed to bend, and no interval holds 0 or lies on the other side of it."""
    bent = any(bend > 0 for bend, _, _ in estimate.sensitivity)
    effect = estimate.effect or 0.0
    return bent and all(min(low * effect, high * effect) > 0 for _, low, high in estimate.sensitivity)
