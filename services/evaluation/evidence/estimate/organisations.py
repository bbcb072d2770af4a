"""Changes by organisation: what inference with few organisations rests on.

Guards that organisations, not people, are what is counted: two people of one organisation are not independent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.evaluation.evidence.estimate.library import Control
from services.evaluation.evidence.panel import Moments, Numbers

Task = tuple[int, int]
"""(cohort, wave) after the start; its base is the wave before the cohort's first."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Mean change of each unit (organisation within a cohort) for each task, and how many people it rests on.

    `mean` and `people` are units by tasks; where nobody answered both waves people is 0 and mean is 0.
    `treated` and `control` say which role a unit has in a task.
    """

    tasks: tuple[Task, ...]
    organisation: NDArray[np.int64]
    cohort: NDArray[np.int64]
    mean: Numbers
    people: Numbers
    treated: NDArray[np.bool_]
    control: NDArray[np.bool_]


def changes(groups: Iterable[Moments], tasks: Sequence[Task], control: Control) -> Changes:
    """Return the changes of all units over all tasks; a task needs both waves answered by the same people."""
    sums: dict[tuple[str, int], Numbers] = {}
    for group in groups:
        total = sums.setdefault((group.organisation, group.cohort), np.zeros((2, len(tasks))))
        total += _contribution(group, tasks)
    names = {name: number for number, name in enumerate(sorted({name for name, _ in sums}))}
    units = sorted(sums)
    people = np.array([sums[unit][0] for unit in units])
    cohort = np.array([cohort for _, cohort in units])
    answered = people > 0
    starts, waves = (np.array(side) for side in zip(*tasks, strict=True))
    later = cohort[:, None] > waves if control == "not_yet_treated" else np.zeros(people.shape, dtype=bool)
    return Changes(
        tasks=tuple(tasks),
        organisation=np.array([names[name] for name, _ in units]),
        cohort=cohort,
        mean=np.array([sums[unit][1] for unit in units]) / np.where(answered, people, 1),
        people=people,
        treated=answered & (cohort[:, None] == starts),
        control=answered & ((cohort[:, None] == 0) | later),
    )


def nameless(groups: Iterable[Moments]) -> list[Moments]:
    """Return the groups with organisations numbered and sorted by what they hold, so that no name decides anything.

    Signs and normal draws of the bootstraps go by the order of organisations.
    """
    houses: dict[str, list[Moments]] = {}
    for group in sorted(groups, key=_content):
        houses.setdefault(group.organisation, []).append(group)
    ordered = sorted(houses.values(), key=lambda house: [_content(group) for group in house])
    return [replace(group, organisation=f"{place:06}") for place, house in enumerate(ordered) for group in house]


def _content(group: Moments) -> tuple[int, tuple[int, ...], int, list[float], list[float]]:
    return group.cohort, group.pattern, group.n, group.mean.tolist(), group.cov.ravel().tolist()


def _contribution(group: Moments, tasks: Sequence[Task]) -> Numbers:
    at: Mapping[int, int] = {wave: place for place, wave in enumerate(group.pattern)}
    added = np.zeros((2, len(tasks)))
    for number, (cohort, wave) in enumerate(tasks):
        if wave in at and cohort - 1 in at:
            added[:, number] = group.n, group.n * (group.mean[at[wave]] - group.mean[at[cohort - 1]])
    return added
