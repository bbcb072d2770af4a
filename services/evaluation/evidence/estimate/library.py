"""The one door to `diff-diff`: Callaway and Sant'Anna's estimator, its event study, and the smoothness sensitivity.

Guards that nothing of the library is used that we do not trust: not its relative-magnitude sensitivity (its intervals
are too narrow), not its reports (they claim too much), not its data loaders (offline they make data up).
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from math import inf
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate.bending import evened, shortest
from services.evaluation.evidence.estimate.smallness import Side, Smallness, smallness
from services.evaluation.evidence.kish import THIN
from services.evaluation.evidence.panel import Numbers

Interval = tuple[float, float]
Control = Literal["never_treated", "not_yet_treated"]


def library_version() -> str:
    """Return the library's name and version, as every claim carries it."""
    return f"diff-diff {version('diff-diff')}"


@dataclass(frozen=True)
class Fit:
    """A fitted panel; effects are in the score's unit, covariances clustered when the fit is.

    `pairs` are (cohort, wave) in rising order with `effects`; `influence` has one row per cluster (person without
    clustering) and one column per pair, so that their covariance is `scale` · influenceᵀ influence.
    """

    pairs: tuple[tuple[int, int], ...]
    effects: Numbers
    influence: Numbers
    shares: dict[int, float]
    """Part of all people who belong to each programme cohort."""
    share_influence: Numbers
    """Rows as `influence`, one column per programme cohort in rising order."""
    scale: float
    simple: tuple[float, float]
    """Effect and error averaged over cohorts and waves after the start, weighted by people."""
    clusters: int | None
    sides: tuple[Side, ...]
    """Both sides of each pair, by organisation; none without clusters."""
    _varying: Any
    _units: pd.DataFrame
    _again: Callable[..., Any]
    """Fits the same panel once more, otherwise: against another base, or bootstrapped."""

    @cached_property
    def small(self) -> Smallness:
        """Return by how much the clustered covariance falls short of an unbiased one, with its degrees of freedom."""
        return self._small(self.sides)

    @cached_property
    def small_before(self) -> Smallness:
        """Return the same of the pairs before the start alone."""
        return self._small([side for side in self.sides if side.pair[1] < side.pair[0]])

    def _small(self, sides: Sequence[Side]) -> Smallness:
        if self.clusters is None:
            return Smallness(1.0, inf)
        return smallness(sides, self.clusters, len(self.shares))

    @property
    def thinnest(self) -> float:
        """Return the fewest organisations, as if all were of one size, that a side of a pair rests on."""
        return min((side.effective for side in self.sides), default=inf)

    @cached_property
    def covariance(self) -> Numbers:
        """Return the covariance of `effects`."""
        return np.asarray(self.scale * self.influence.T @ self.influence)

    @property
    def event_study(self) -> tuple[tuple[int, ...], Numbers, Numbers]:
        """Return waves since the start, effects and covariance; before the start each against the wave before it."""
        study = self._varying.aggregate("event_study")
        effects = dict(zip(study.event_time, study.att, strict=True))
        times = [time for time in study.vcov_index if np.isfinite(effects[time])]
        kept = [list(study.vcov_index).index(time) for time in times]
        covariance = np.asarray(study.vcov)[np.ix_(kept, kept)]
        return tuple(int(time) for time in times), np.array([effects[time] for time in times]), covariance

    @cached_property
    def _universal(self) -> Any:
        """The fit with the last wave before the start as base of all, as the sensitivity wants it."""
        return self._again("universal")

    @cached_property
    def _against_the_last_wave(self) -> Any:
        return self._universal.aggregate("event_study")

    def multiplier_critical_value(self, draws: int, seed: int) -> float:
        """Return the library's own critical value of the event study, by its multiplier bootstrap."""
        return float(self._again("varying", n_bootstrap=draws, seed=seed).aggregate("event_study").cband_crit_value)

    def sensitivity(self, bend: float, when: Numbers | None = None) -> Interval | None:
        """Return the interval for the first wave after the start when trends may bend by `bend` a wave, or None.

        Rambachan and Roth (2023), smoothness; None where there are too few waves before the start to say, or too few
        organisations. `when` each wave was, in any unit: slopes before are those of the time to the first wave after,
        of each start by itself. Without it, as published: all waves equally far apart, of whatever starts had them.
        """
        known = self._published() if when is None else self._by_start(when)
        sides = _sides(self._universal, self._units)
        if known is None or min((side.effective for side in sides), default=inf) < THIN:
            return None
        effects, covariance = known
        before = len(effects) - 1
        small = self._small(sides).fitted(before - 1)
        if small is None:
            return None
        ends = shortest(effects, small.correction * covariance, before, bend, small.freedom)
        return ends if np.isfinite(ends).all() else None

    def _published(self) -> tuple[Numbers, Numbers] | None:
        """Return effects against the last wave before the start, up to the first since it, with their covariance."""
        from diff_diff.honest_did import _extract_event_study_params  # noqa: PLC0415 # the order of its event study

        try:
            effects, covariance, before, *_ = _extract_event_study_params(self._against_the_last_wave)
        except ValueError:
            return None
        return effects[: before + 1], covariance[: before + 1, : before + 1]

    def _by_start(self, when: Numbers) -> tuple[Numbers, Numbers] | None:
        """Return the same of those starts that have a first wave since, at the times before that all of them have, each
        stretched by its own calendar; None without such a time.

        Of other starts the slopes say nothing of these: a start that moved alike for years would vouch for one that
        parted from the comparison in a straight line.
        """
        found = {pair: one["effect"] for pair, one in self._universal.group_time_effects.items()}
        there = {(cohort, wave - cohort) for (cohort, wave), effect in found.items() if np.isfinite(effect)}
        first = min((time for _, time in there if time >= 0), default=0)
        cohorts = sorted(cohort for cohort, time in there if time == first)
        times = sorted({time for _, time in there if time < -1 and all((one, time) in there for one in cohorts)})
        if not cohorts or not times:
            return None
        shares = np.array([self.shares[cohort] for cohort in cohorts])
        pairs = [[(cohort, cohort + time) for time in (*times, first)] for cohort in cohorts]
        calendars = (np.array([when[wave - 1] - when[cohort - 2] for cohort, wave in own]) for own in pairs)
        even = [one for one in map(evened, calendars) if one is not None]
        if len(even) < len(cohorts):
            return None
        each = np.array([one @ [found[pair] for pair in own] for one, own in zip(even, pairs, strict=True)])
        moved = [_influence(self._universal, self._units, own) @ one.T for one, own in zip(even, pairs, strict=True)]
        effects = shares @ each / shares.sum()
        spread = np.tensordot(shares, moved, 1) / shares.sum()
        of_shares = self.share_influence[:, np.searchsorted(sorted(self.shares), cohorts)]
        spread += of_shares @ (each - effects) / shares.sum()
        return effects, self.scale * spread.T @ spread

    def library_sensitivity(self, bend: float) -> Interval | None:
        """Return the library's own interval: at once without bending, after seconds with it."""
        from diff_diff import HonestDiD  # noqa: PLC0415 # takes seconds to load, and most uses of this room need none

        study = self._against_the_last_wave
        after = int(np.sum((study.event_time >= 0) & np.isfinite(study.att)))
        with _quiet():
            try:
                found = HonestDiD(method="smoothness", M=bend, l_vec=np.eye(max(after, 1))[0]).fit(study)
            except ValueError:
                return None
        ends = (float(found.ci_lb), float(found.ci_ub))
        return ends if np.isfinite(ends).all() else None


def fit(frame: pd.DataFrame, control: Control) -> Fit:
    """Fit a panel of `panel.panel` (by person) or `panel.means` (weighted, clustered by organisation).

    Raises EvidenceError when no effect can be estimated from it.
    """
    again = partial(_fitted, frame, control)
    varying = again("varying")
    found = sorted(varying._aggregation_kit.influence)  # noqa: SLF001 # as below
    units = frame.drop_duplicates("unit").sort_values("unit")
    weights = units["people"].to_numpy() if "people" in units else np.ones(len(units))
    cohorts = [cohort for cohort in sorted(units["cohort"].unique()) if cohort]
    members = np.column_stack([units["cohort"].to_numpy() == cohort for cohort in cohorts])
    shares = weights @ members / weights.sum()
    shifts = weights[:, None] * (members - shares) / weights.sum()
    clusters = units["organisation"].to_numpy() if "people" in units else None
    count = None if clusters is None else len(np.unique(clusters))
    return Fit(
        pairs=tuple((int(cohort), int(wave)) for cohort, wave in found),
        effects=np.array([varying.group_time_effects[pair]["effect"] for pair in found]),
        influence=_influence(varying, units, found),
        shares={int(cohort): float(share) for cohort, share in zip(cohorts, shares, strict=True)},
        share_influence=_summed(shifts, clusters),
        scale=1.0 if count is None else count / max(count - 1, 1),
        simple=(float(varying.overall_att), float(varying.overall_se)),
        clusters=count,
        sides=_sides(varying, units),
        _varying=varying,
        _units=units,
        _again=again,
    )


def wild(design: Numbers, outcome: Numbers, clusters: NDArray[np.int64], seed: int) -> tuple[float, float, float]:
    """Return p-value and interval ends of the first coefficient by the restricted wild cluster bootstrap.

    All sign vectors where there are at most 4,096, otherwise 1,999 drawn ones.
    """
    from diff_diff.utils import wild_bootstrap_se  # noqa: PLC0415 # see above

    count = len(np.unique(clusters))
    draws = 2**count if count <= _ENUMERATED else 1999
    with _quiet():
        found = wild_bootstrap_se(
            design, outcome, np.zeros(len(outcome)), clusters, 0, n_bootstrap=draws, weight_type="rademacher", seed=seed
        )
    return float(found.p_value), float(found.ci_lower), float(found.ci_upper)


_ENUMERATED = 12


def _fitted(frame: pd.DataFrame, control: Control, base: str, **drawing: int) -> Any:
    from diff_diff import CallawaySantAnna, SurveyDesign  # noqa: PLC0415 # see above

    design = SurveyDesign(weights="people", psu="organisation") if "people" in frame else None
    estimator = CallawaySantAnna(control_group=control, estimation_method="reg", base_period=base, **drawing)
    with _quiet():
        try:
            return estimator.fit(
                frame, outcome="score", unit="unit", time="wave", first_treat="cohort", survey_design=design
            )
        except ValueError as error:
            raise EvidenceError("no wave was answered by both sides together with the wave before a start") from error


def _sides(found: Any, units: pd.DataFrame) -> tuple[Side, ...]:
    """Return both sides of each pair that anybody answered; none for people without organisations."""
    if "people" not in units:
        return ()
    places = np.unique(units["organisation"].to_numpy(), return_inverse=True)[1]
    people = units["people"].to_numpy()
    sides = []
    for (cohort, wave), info in sorted(found._aggregation_kit.influence.items()):  # noqa: SLF001 # as below
        for own, name in ((True, "treated"), (False, "control")):
            there = info[f"{name}_idx"]
            of_each = np.bincount(places[there], weights=people[there]).astype(np.float64)
            summed = np.bincount(places[there], weights=info[f"{name}_inf"]).astype(np.float64)
            if (some := of_each > 0).any():
                sides.append(Side((int(cohort), int(wave)), own, of_each[some], summed[some]))
    return tuple(sides)


def _influence(found: Any, units: pd.DataFrame, pairs: Sequence[tuple[int, int]]) -> Numbers:
    """Return the influence on each pair, one column each; one row per cluster, or per person without clusters."""
    kit = found._aggregation_kit  # noqa: SLF001 # the library has no public way to its influence function
    spread = np.column_stack([_scattered(kit.influence[pair], len(units)) for pair in pairs])
    return _summed(spread, units["organisation"].to_numpy() if "people" in units else None)


def _scattered(info: dict[str, Any], count: int) -> Numbers:
    spread = np.zeros(count)
    spread[info["treated_idx"]] += info["treated_inf"]
    spread[info["control_idx"]] += info["control_inf"]
    return spread


def _summed(spread: Numbers, clusters: NDArray[Any] | None) -> Numbers:
    if clusters is None:
        return spread
    names, places = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(names), spread.shape[1]))
    np.add.at(sums, places, spread)
    return sums


@contextmanager
def _quiet() -> Iterator[None]:
    """What the library warns of (few clusters, pairs nobody answered) is judged here, by rules of our own."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
