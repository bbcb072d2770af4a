"""From cells to an estimate: who is compared with whom, by which inference, and why not when it cannot be.

Guards that every way in which data can be too little ends as an estimate that was not attempted, with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import inference, library
from services.evaluation.evidence.estimate.bands import event_study
from services.evaluation.evidence.estimate.inference import MEANS, NONE, PEOPLE, WILD, Inference
from services.evaluation.evidence.estimate.library import Control, Fit
from services.evaluation.evidence.estimate.organisations import changes
from services.evaluation.evidence.estimate.pretest import pre_test
from services.evaluation.evidence.estimate.result import Estimate
from services.evaluation.evidence.panel import Moments, means, panel

BENDS = (0.0, 0.01, 0.02)
"""How far trends may bend a wave, in standard deviations between people at the last wave before the first start."""
_NOTHING = 1e-9
"""An error below this part of the scores' spread is rounding, not sampling."""
_METHOD = {
    NONE: "difference of changes (Callaway and Sant'Anna), description only",
    MEANS: "difference of organisations' mean changes",
    WILD: "Callaway and Sant'Anna (2021), clustered by organisation",
    PEOPLE: "Callaway and Sant'Anna (2021), by person",
}


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


@dataclass(frozen=True, slots=True)
class _Sides:
    treated: tuple[Moments, ...]
    comparison: tuple[Moments, ...]

    @property
    def all(self) -> tuple[Moments, ...]:
        return (*self.treated, *(group for group in self.comparison if group not in self.treated))


DEFAULT = Options()


def estimate(table: CellTable, options: Options = DEFAULT, instrument: str | None = None) -> Estimate:
    """Estimate the effect on a table's outcome; raises EvidenceError when it mixes instruments and none is chosen."""
    found = table.instruments
    if instrument is None and len(found) > 1:
        raise EvidenceError(f"cells hold several instruments ({', '.join(found)}): choose one", field="instrument")
    if instrument is not None and instrument not in found:
        raise EvidenceError(f"no cell has the instrument {instrument!r}", field="instrument")
    cells = [cell for cell in table.cells if instrument in (None, cell.instrument)]
    return from_moments([Moments.of(cell) for cell in cells if cell.n], len(table.waves), options)


def from_moments(groups: Iterable[Moments], waves: int, options: Options = DEFAULT) -> Estimate:
    """Estimate from moments of people who share organisation, cohort and waves answered."""
    usable = [group for group in groups if group.cohort != 1 and len(group.pattern) > 1]
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
    return _estimated(blank, usable, fit, options)


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


def _estimated(blank: Estimate, groups: Sequence[Moments], fit: Fit, options: Options) -> Estimate:
    tasks = [pair for pair in fit.pairs if pair[1] >= pair[0]]
    counted = _counted(blank, groups, tasks)
    fewest = min(counted.organisations_treated, counted.organisations_comparison)
    name = inference.chosen(fewest) if options.clustered else PEOPLE
    sure = _inferred(name, groups, fit, tasks, options)
    if sure is None or name == NONE:
        return replace(counted, attempted=True, effect=fit.simple[0], method=_METHOD[NONE], inference=NONE)
    spread = _spread(groups, counted.pre_periods)
    if sure.error <= _NOTHING * spread:
        return replace(counted, reason="organisations do not differ at all: nothing to judge chance by")
    return _judged(replace(counted, method=_METHOD[name], inference=name), sure, fit, options, spread)


def _inferred(
    name: str, groups: Sequence[Moments], fit: Fit, tasks: Sequence[tuple[int, int]], options: Options
) -> Inference | None:
    if name == PEOPLE:
        return inference.by_t(*fit.simple, inf) if fit.simple[1] > 0 else None
    if name == NONE:
        return None
    found = changes(groups, tasks, options.control or _control(groups))
    if name == MEANS:
        return inference.by_means(found)
    shares = np.array([fit.shares[cohort] for cohort, _ in tasks])
    return inference.by_wild(found, shares / shares.sum(), fit.simple[1], options.seed)


def _judged(counted: Estimate, sure: Inference, fit: Fit, options: Options, spread: float) -> Estimate:
    before = pre_test(fit)
    times, effects, covariance = fit.event_study
    errors = np.sqrt(np.diag(fit.covariance))
    return replace(
        counted,
        attempted=True,
        effect=sure.effect,
        error=sure.error,
        interval=sure.interval,
        p_value=sure.p_value,
        smallest_detectable=sure.smallest_detectable,
        pre_test_p=before.p if before else None,
        pre_test_powered=before.powered if before else False,
        sensitivity=_sensitivity(fit, options, spread),
        event_study=event_study(times, effects, fit.correction * covariance, fit.freedom, options.seed),
        group_time=tuple(
            (cohort, wave, float(effect), float(error))
            for (cohort, wave), effect, error in zip(fit.pairs, fit.effects, errors, strict=True)
        ),
    )


def _sensitivity(fit: Fit, options: Options, spread: float) -> tuple[tuple[float, float, float], ...]:
    found = []
    for bend in options.bends:
        interval = fit.sensitivity(bend * spread)
        if interval is None:
            break
        found.append((bend * spread, *interval))
        if interval[0] <= 0 <= interval[1] and not options.every_bend:
            break
    return tuple(found)


def _counted(blank: Estimate, groups: Sequence[Moments], tasks: Sequence[tuple[int, int]]) -> Estimate:
    """Count those who answered both waves of at least one comparison, on either side; some are on both in turn."""
    sides = _Sides(
        tuple(group for group in groups if _takes(group, [task for task in tasks if task[0] == group.cohort])),
        tuple(group for group in groups if _takes(group, [task for task in tasks if not 0 < group.cohort <= task[1]])),
    )
    comparison = (
        sides.comparison if blank.control == "not_yet_treated" else [g for g in sides.comparison if not g.cohort]
    )
    return replace(
        blank,
        organisations_treated=len({group.organisation for group in sides.treated}),
        organisations_comparison=len({group.organisation for group in comparison}),
        people_treated=sum(group.n for group in sides.treated),
        people_comparison=sum(group.n for group in comparison),
        pre_periods=min(cohort for cohort, _ in tasks) - 1,
    )


def _takes(group: Moments, tasks: Iterable[tuple[int, int]]) -> bool:
    return any(cohort - 1 in group.pattern and wave in group.pattern for cohort, wave in tasks)


def _spread(groups: Sequence[Moments], wave: int) -> float:
    """Return the standard deviation between people at a wave, organisations' differences included."""
    there = [(group, group.pattern.index(wave)) for group in groups if wave in group.pattern]
    people = sum(group.n for group, _ in there)
    mean = sum(group.n * group.mean[at] for group, at in there) / people
    squares = sum(group.n * (group.cov[at, at] + (group.mean[at] - mean) ** 2) for group, at in there)
    return sqrt(squares / people)
