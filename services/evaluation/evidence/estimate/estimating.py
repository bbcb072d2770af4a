"""From cells to an estimate: who is compared with whom, by which inference, and why not when it cannot be.

Guards that every way in which data can be too little ends as an estimate that was not attempted, with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import inference, library
from services.evaluation.evidence.estimate.bands import event_study
from services.evaluation.evidence.estimate.counting import counted, deviation, largest_score, pre_periods
from services.evaluation.evidence.estimate.inference import MEANS, NONE, PEOPLE, WILD, Inference
from services.evaluation.evidence.estimate.library import Control, Fit
from services.evaluation.evidence.estimate.organisations import Changes, changes, nameless
from services.evaluation.evidence.estimate.pretest import pre_test
from services.evaluation.evidence.estimate.result import Estimate
from services.evaluation.evidence.estimate.spacing import months
from services.evaluation.evidence.kish import THIN
from services.evaluation.evidence.panel import Moments, Numbers, means, panel

BENDS = (0.0, 0.01, 0.02)
"""How far trends may bend a wave, in standard deviations between people at the last wave before the first start."""
_NOTHING = 1e-9
"""An error or half an interval below this part of the largest score is rounding, not sampling."""
NO_SPREAD = "organisations do not differ at all: nothing to judge chance by"
METHODS = {
    NONE: "difference of changes (Callaway and Sant'Anna), description only",
    MEANS: "difference of organisations' mean changes",
    WILD: "Callaway and Sant'Anna (2021), clustered by organisation",
    PEOPLE: "Callaway and Sant'Anna (2021), by person",
}
"""What each inference is an estimate by."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to estimate: without a control, never-treated people where there are any and not-yet-treated otherwise.

    `clustered=False` treats people as independent: for data that have no organisations. `every_bend` goes on after a
    sensitivity interval holds 0, when no claim can survive any more.
    """

    control: Control | None = None
    clustered: bool = True
    bends: Sequence[float] = BENDS
    every_bend: bool = False
    seed: int = 0


DEFAULT = Options()


def estimate(table: CellTable, options: Options = DEFAULT, instrument: str | None = None) -> Estimate:
    """Estimate the effect on a table's outcome; raises EvidenceError when it mixes instruments and none is chosen."""
    found = table.instruments
    if instrument is None and len(found) > 1:
        raise EvidenceError(f"cells hold several instruments ({', '.join(found)}): choose one", field="instrument")
    if instrument is not None and instrument not in found:
        raise EvidenceError(f"no cell has the instrument {instrument!r}", field="instrument")
    cells = [cell for cell in table.cells if instrument in (None, cell.instrument)]
    return from_moments([Moments.of(cell) for cell in cells if cell.n], len(table.waves), options, months(table.waves))


def from_moments(
    groups: Iterable[Moments], waves: int, options: Options = DEFAULT, when: Numbers | None = None
) -> Estimate:
    """Estimate from moments of people who share organisation, cohort and waves answered; `when` each wave was, in
    months, and without it one like the other.
    """
    usable = nameless(group for group in groups if len(group.pattern) > 1 and (not group.cohort or _was_asked(group)))
    control: Control = options.control or _control(usable)
    blank = Estimate(attempted=False, control=control, library=library.library_version(), seed=options.seed)
    if reason := _missing(usable, waves, control, options):
        return replace(blank, reason=reason)
    frame = means(usable) if options.clustered else panel(usable)
    try:
        fit = library.fit(frame, control)
    except EvidenceError as error:
        return replace(blank, reason=error.what)
    if not any(wave >= cohort for cohort, wave in fit.pairs) or not np.isfinite(fit.simple[0]):
        return replace(blank, reason="no cohort has both waves around its start and a comparison that answered them")
    return _estimated(blank, usable, fit, options, np.arange(float(waves)) if when is None else when)


def _was_asked(group: Moments) -> bool:
    """Whether people answered before their start: who did not is compared with nobody, and may weigh for no start."""
    return group.pattern[0] < group.cohort


def _control(groups: Iterable[Moments]) -> Control:
    return "never_treated" if any(group.cohort == 0 for group in groups) else "not_yet_treated"


def _missing(groups: Sequence[Moments], waves: int, control: Control, options: Options) -> str:
    """Return why nothing can be compared, or nothing."""
    cohorts = {group.cohort for group in groups}
    answered = {wave for group in groups for wave in group.pattern}
    absent = [wave for wave in range(1, waves + 1) if wave not in answered]
    spread = max((float(group.cov.max()) for group in groups), default=0.0)
    same = spread <= 0 and len({float(mean) for group in groups for mean in group.mean}) == 1
    reasons = {
        "nobody in a programme that began after the first wave answered twice": not cohorts - {0},
        "there is no comparison: nobody without the programme answered twice": control == "never_treated"
        and 0 not in cohorts,
        "there is no comparison: all programmes began at the same wave": 0 not in cohorts and len(cohorts) < 2,  # noqa: PLR2004 # two starts
        "only one organisation answered": options.clustered and len({group.organisation for group in groups}) == 1,
        f"nobody answered twice with wave {absent[0] if absent else 0}": bool(absent),
        "everybody gave the same score at every wave": same,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _estimated(blank: Estimate, groups: Sequence[Moments], fit: Fit, options: Options, when: Numbers) -> Estimate:
    tasks = [pair for pair in fit.pairs if pair[1] >= pair[0]]
    shares = np.array([fit.shares[cohort] for cohort, _ in tasks])
    found, weights = changes(groups, tasks, options.control or _control(groups)), shares / shares.sum()
    known = counted(replace(blank, pre_periods=pre_periods(fit)), groups, found)
    thinnest = inference.thinnest(found, weights)
    thin = options.clustered and min(thinnest, fit.thinnest) < THIN
    name = _name(known, thinnest) if options.clustered else PEOPLE
    if name in (MEANS, WILD) and fit.simple[1] <= _NOTHING * largest_score(groups):
        return replace(known, reason=NO_SPREAD)
    sure = _inferred(name, found, weights, fit, options)
    if sure is None or name == NONE:
        observed = inference.moved(found, weights)
        described = replace(known, effect=fit.simple[0], observed=observed, method=METHODS[NONE], inference=NONE)
        return replace(described, attempted=True)
    if min(sure.error, sure.interval[1] - sure.interval[0]) <= _NOTHING * largest_score(groups):
        return replace(known, reason=NO_SPREAD)
    by_people = (fit.simple[0], inference.moved(found, weights)) if name == MEANS else None
    judged = _judged(replace(known, method=METHODS[name], inference=name, by_people=by_people), sure)
    last = min(cohort for cohort, _ in tasks) - 1
    return judged if thin else _over_time(judged, fit, options, deviation(groups, last), when)


def _name(known: Estimate, thinnest: float) -> str:
    """Return the inference; the same organisations on both sides are no more organisations for that."""
    return inference.chosen(
        min(known.organisations_treated, known.organisations_comparison, known.clusters // 2), thinnest
    )


def _inferred(name: str, found: Changes, weights: Numbers, fit: Fit, options: Options) -> Inference | None:
    if name == PEOPLE:
        sure = inference.by_t(*fit.simple, inf) if fit.simple[1] > 0 else None
        return sure and replace(sure, observed=inference.moved(found, weights))
    if name == NONE:
        return None
    if name == MEANS:
        return inference.by_means(found)
    return inference.by_wild(found, weights, fit.simple[1], options.seed)


def _judged(known: Estimate, sure: Inference) -> Estimate:
    return replace(
        known,
        attempted=True,
        effect=sure.effect,
        observed=sure.observed,
        error=sure.error,
        interval=sure.interval,
        p_value=sure.p_value,
        smallest_detectable=sure.smallest_detectable,
        freedom=sure.freedom,
    )


def _over_time(judged: Estimate, fit: Fit, options: Options, spread: float, when: Numbers) -> Estimate:
    """Add what rests on the spread within each cohort and wave: not said where few organisations make one up."""
    before = pre_test(fit, spread, when)
    times, effects, covariance = fit.event_study
    errors = np.sqrt(np.diag(fit.covariance))
    return replace(
        judged,
        pre_test_p=before.p if before else None,
        pre_test_powered=before.powered if before else False,
        sensitivity=_sensitivity(fit, options, spread, when),
        event_study=event_study(times, effects, fit.small.correction * covariance, fit.small.freedom, options.seed),
        group_time=tuple(
            (cohort, wave, float(effect), float(error))
            for (cohort, wave), effect, error in zip(fit.pairs, fit.effects, errors, strict=True)
        ),
    )


def _sensitivity(fit: Fit, options: Options, spread: float, when: Numbers) -> tuple[tuple[float, float, float], ...]:
    """Return an interval for each bend up to the first that holds 0; an interval that is not known holds it. None where
    nobody differed at the last wave before the start: bends of 0 would say so, and with it what each answered.
    """
    found: list[tuple[float, float, float]] = []
    for bend in options.bends if spread > _NOTHING else ():
        low, high = fit.sensitivity(bend * spread, when) or (-inf, inf)
        if not found and (low, high) == (-inf, inf):
            break
        found.append((bend * spread, low, high))
        if low <= 0 <= high and not options.every_bend:
            break
    return tuple(found)
