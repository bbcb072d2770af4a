"""Whom an estimate rests on: people and organisations a side, waves before the start, how far scores lie apart.

Guards that only those count who answered both waves of a comparison that was made, so that nothing is shown, and no
rung climbed, on the strength of people who played no part.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from services.evaluation.evidence.estimate.library import Fit
from services.evaluation.evidence.estimate.organisations import Changes, Task
from services.evaluation.evidence.estimate.result import Estimate
from services.evaluation.evidence.panel import Moments


def counted(blank: Estimate, groups: Sequence[Moments], changes: Changes) -> Estimate:
    """Return the estimate with its counts; some are on one side after the other, with starts that come later."""
    made = np.logical_and(changes.treated.any(axis=0), changes.control.any(axis=0))
    treated, comparison = (_sizes(groups, changes.tasks, made, own=own, control=blank.control) for own in (True, False))
    return replace(
        blank,
        organisations_treated=len(treated),
        organisations_comparison=len(comparison),
        people_treated=sum(treated.values()),
        people_comparison=sum(comparison.values()),
        sizes_treated=tuple(sorted(treated.values(), reverse=True)),
        sizes_comparison=tuple(sorted(comparison.values(), reverse=True)),
        clusters=len(treated | comparison),
    )


def pre_periods(fit: Fit) -> int:
    """Return the waves before the start of the cohort that has fewest: the last one, and each that follows another.

    Waves of the calendar that a cohort did not answer are none.
    """
    seen = [
        sum(start == cohort and wave < cohort and np.isfinite(effect) for (start, wave), effect in _effects(fit))
        for cohort in {cohort for cohort, wave in fit.pairs if wave >= cohort}
    ]
    return 1 + min(seen, default=0)


def deviation(groups: Sequence[Moments], wave: int) -> float:
    """Return the standard deviation between people at a wave, organisations' differences included."""
    there = [(group, group.pattern.index(wave)) for group in groups if wave in group.pattern]
    people = sum(group.n for group, _ in there)
    mean = sum(group.n * group.mean[at] for group, at in there) / people
    squares = sum(group.n * (group.cov[at, at] + (group.mean[at] - mean) ** 2) for group, at in there)
    return sqrt(squares / people)


def largest_score(groups: Sequence[Moments]) -> float:
    """Return the largest mean there is, whatever its sign: what rounding is measured by; 1 at least."""
    return max(1.0, *(float(np.abs(group.mean).max()) for group in groups))


def _effects(fit: Fit) -> list[tuple[Task, float]]:
    return list(zip(fit.pairs, fit.effects.tolist(), strict=True))


def _sizes(
    groups: Sequence[Moments], tasks: Sequence[Task], made: NDArray[np.bool_], *, own: bool, control: str
) -> Counter[str]:
    """Count the people of each organisation who take part in at least one task that was made."""
    wanted = [task for task, is_made in zip(tasks, made, strict=True) if is_made]
    sizes: Counter[str] = Counter()
    for group in groups:
        if any(_takes(group, task) and _plays(group.cohort, task, own=own, control=control) for task in wanted):
            sizes[group.organisation] += group.n
    return sizes


def _plays(cohort: int, task: Task, *, own: bool, control: str) -> bool:
    start, wave = task
    later = control == "not_yet_treated" and cohort > wave
    return cohort == start if own else cohort == 0 or later


def _takes(group: Moments, task: Task) -> bool:
    return task[0] - 1 in group.pattern and task[1] in group.pattern
