"""Paired change: how far scores moved among those who answered before and after, and how sure that is.

Guards that the interval is the wider of two (people one by one; organisations as a whole), so that colleagues who
resemble each other do not make it look surer than it is, and that there is none where organisations are too few or too
uneven to tell. Standardised change: Hedges g_av with the variance of Bonett.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, inf, lgamma, sqrt

from scipy import stats

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change.apart import Moved, apart
from services.evaluation.evidence.change.moments import Moments, by_organisation, of_cell, total
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.kish import THIN, effective, judged

FEWEST_ORGANISATIONS = 3
"""A side, with fewer of which two arms are not told how sure their difference is."""
_FEWEST_PEOPLE = 3
_Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, slots=True)
class Change:
    """Means and difference in the outcome's unit, of `n` people of `organisations`; 95 % intervals.

    None where it cannot be had: no interval when fewer than three people answered, all changed alike, or several
    organisations are worth fewer than four of one size; no `g` when all scores are the same. `largest` is the number
    of people of the organisation that has most of them.
    """

    n: int
    organisations: int
    largest: int
    mean_before: float
    mean_after: float
    difference: float
    error: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    smallest_detectable: float | None
    g: float | None
    variance: float | None
    """Of the standardised difference d, which the interval below is for (Bonett 2008)."""
    interval_d: tuple[float, float] | None
    clustered: bool
    """Whether the interval is the one over organisations."""
    freedom: float = 1.0
    """Degrees of freedom that the error has."""
    part: float = 0.0
    """The largest part of the figure that is one organisation's: who answered more waves since weighs more."""
    worth: float = inf
    """How many people who weigh alike the figure is made of (Kish)."""
    fewest: int = 0
    """How many people the organisation has that has fewest of them."""
    apart: int = 0
    """How many people changed otherwise than most."""

    def unsure(self) -> "Change":
        """Return it without a word of how sure it is."""
        return replace(self, error=None, interval=None, p_value=None, smallest_detectable=None)


def paired(table: CellTable, before: int, after: int) -> Change:
    """Return the change from wave `before` to wave `after` (1-based) among those of a table who answered both.

    Raises EvidenceError when nobody did.
    """
    if not 1 <= before < after <= len(table.waves):
        raise EvidenceError(f"no change from wave {before} to {after} of {len(table.waves)}", field="waves")
    parts = by_organisation((cell.organisation, of_cell(cell, before, [after])) for cell in table.cells)
    cells = [cell for cell in table.cells if {before, after} <= set(cell.pattern)]
    return replace(_change(parts), apart=apart([Moved(before + 1, after, cells)]))


def since_start(table: CellTable) -> Change:
    """Return the change of the programme's people from the wave before their start to each wave since, averaged.

    A cohort that had begun at the first wave has no before and does not count. Raises EvidenceError when nobody has.
    """
    waves = range(1, len(table.waves) + 1)
    moved = (
        Moved(cell.cohort, wave, [cell])
        for cell in table.cells
        for wave in cell.pattern
        if 1 < cell.cohort <= wave and cell.cohort - 1 in cell.pattern
    )
    parts = (
        (cell.organisation, of_cell(cell, cell.cohort - 1, waves[cell.cohort - 1 :]))
        for cell in table.cells
        if cell.cohort > 1
    )
    return replace(_change(by_organisation(parts)), apart=apart(moved))


def hedges(n: int, means: tuple[float, float], spread: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return (g, d, variance of d) of `n` paired scores; `spread` is variance before, variance after, covariance.

    d divides by the root of the average variance; g = J·d with n - 1 degrees of freedom. Source: Bonett 2008,
    Psychological Methods 13, 99-109. Needs n of three at least and an average variance above 0.
    """
    one, two, shared = spread
    degrees, average = n - 1, (one + two) / 2
    d = (means[1] - means[0]) / sqrt(average)
    j = exp(lgamma(degrees / 2) - lgamma((degrees - 1) / 2)) * sqrt(2 / degrees)
    variance = d**2 * (one**2 + two**2 + 2 * shared**2) / (8 * average**2 * degrees)
    variance += (one + two - 2 * shared) / (average * degrees)
    return j * d, d, variance


def _change(parts: Mapping[str, Moments]) -> Change:
    whole = total(parts.values())
    if not whole.pairs:
        raise EvidenceError("nobody answered both before and after", field="pattern")
    error, degrees, clustered = _error(parts, whole)
    difference = whole.gain / whole.pairs
    known = error is not None and error > 0
    half = float(stats.t.ppf(0.975, degrees)) * (error or 0)
    g, d, variance = _standardised(whole)
    return Change(
        n=whole.people,
        organisations=len(parts),
        largest=max(part.people for part in parts.values()),
        mean_before=whole.x / whole.pairs,
        mean_after=whole.y / whole.pairs,
        difference=difference,
        error=error,
        interval=(difference - half, difference + half) if known else None,
        p_value=float(2 * stats.t.sf(abs(difference) / error, degrees)) if error else None,
        smallest_detectable=half + float(stats.t.ppf(0.8, degrees)) * error if error else None,
        g=g,
        variance=variance,
        interval_d=None if d is None or variance is None else (d - _Z * sqrt(variance), d + _Z * sqrt(variance)),
        clustered=clustered,
        freedom=degrees,
        fewest=min(part.people for part in parts.values()),
        part=max(part.pairs for part in parts.values()) / whole.pairs,
        worth=whole.pairs**2 / whole.weights,
    )


def _error(parts: Mapping[str, Moments], whole: Moments) -> tuple[float | None, float, bool]:
    """Return the standard error, its degrees of freedom and whether it is over organisations: the wider interval.

    The people of a single organisation are counted one by one: its change is no sample of organisations. Of several,
    that held the true change in 72 of 100 regions of two; those worth fewer than four of one size have no error.
    """
    n, pairs, gain = whole.people, whole.pairs, whole.gain
    if n < _FEWEST_PEOPLE:
        return None, 1, False
    squares = whole.gain_squares * pairs**2 - 2 * gain * whole.weighted_gains * pairs + gain**2 * whole.weights
    alone = sqrt(n / (n - 1) * (squares / pairs**4))
    if len(parts) == 1:
        return alone, n - 1, False
    sizes = [part.pairs for part in parts.values()]
    if effective(sizes) < THIN:
        return None, 1, False
    short, degrees = judged(sizes)
    residuals = sum((part.gain * pairs - gain * part.pairs) ** 2 for part in parts.values())
    grouped = sqrt(short * (residuals / pairs**4))
    wider = stats.t.ppf(0.975, degrees) * grouped >= stats.t.ppf(0.975, n - 1) * alone
    return (grouped, degrees, True) if wider else (alone, n - 1, False)


def _standardised(whole: Moments) -> tuple[float | None, float | None, float | None]:
    n, pairs = whole.people, whole.pairs
    if n < _FEWEST_PEOPLE:
        return None, None, None
    freed = pairs**2 * (n - 1) / n
    one, two = (whole.xx * pairs - whole.x**2) / freed, (whole.yy * pairs - whole.y**2) / freed
    if one + two <= 0:
        return None, None, None
    shared = (whole.xy * pairs - whole.x * whole.y) / freed
    return hedges(n, (whole.x / pairs, whole.y / pairs), (one, two, shared))
