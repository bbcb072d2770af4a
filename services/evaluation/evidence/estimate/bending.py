"""The shortest interval of fixed length that holds the effect when trends may bend (Rambachan and Roth 2023, 4.1).

Guards the library's answer, which takes it 280 nested optimisations, at a hundredth of the work: we walk the one path
on which the answer lies. Tests hold the two together.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import optimize, stats

from services.evaluation.evidence.panel import Numbers

_FAR = 3.0


@dataclass(frozen=True, slots=True)
class _Spread:
    """Variance uᵀHu + gᵀu + c of the estimator that takes the slopes before the start with cumulated weights u."""

    h: Numbers
    g: Numbers
    c: float

    def error(self, u: Numbers) -> float:
        """Return the standard error at u."""
        return sqrt(max(float(u @ self.h @ u + self.g @ u) + self.c, 0.0))


def shortest(effects: Numbers, covariance: Numbers, before: int, bend: float, freedom: float) -> tuple[float, float]:
    """Return the 95 % interval of the first effect after the start when slopes change by at most `bend` a wave.

    `effects` are against the last wave before the start, the `before` earlier ones first, in the order of time.
    """
    spread = _spread(covariance, before)
    path = _path(spread)
    stretches = pairwise(path)
    found = [_shortest_on(spread, *ends, bend, freedom) for ends in stretches]
    length, u = min(found, key=lambda one: one[0], default=(_length(spread, path[0], bend, freedom), path[0]))
    weights = np.diff(np.concatenate([[0.0], u, [1.0]]))
    slopes = np.diff(np.concatenate([effects[:before], [0.0]]))
    middle = float(effects[before] - weights @ slopes)
    return middle - length, middle + length


def evened(times: Numbers) -> Numbers | None:
    """Return the matrix that stretches all slopes to the time which the first one after the start takes, or None.

    `times` are those of the effects, counted from the last wave before the start: rising, the last one after it. None
    where they do not rise: a wave that names no day is one with that of the first of its month.
    """
    spans = np.diff(np.insert(times, -1, 0.0))
    if spans.min() <= 0:
        return None
    slopes = np.diff(np.insert(np.eye(len(times)), -1, 0.0, axis=0), axis=0)
    return np.asarray(np.linalg.solve(slopes, slopes * (spans[-1] / spans)[:, None]))


def _spread(covariance: Numbers, before: int) -> _Spread:
    """The estimator is first effect minus weighted slopes; weights are differences of u and sum to 1."""
    slopes = np.zeros((before, before + 1))
    slopes[:, :before] = np.diff(np.vstack([np.eye(before), np.zeros(before)]), axis=0)
    first = np.eye(before + 1)[before]
    weigh = np.diff(np.vstack([np.zeros(before - 1), np.eye(before - 1), np.zeros(before - 1)]), axis=0)
    last = np.eye(before)[before - 1]
    fixed, moved = first - last @ slopes, -(slopes.T @ weigh)
    known = covariance[: before + 1, : before + 1]
    return _Spread(moved.T @ known @ moved, 2 * moved.T @ known @ fixed, float(fixed @ known @ fixed))


def _path(spread: _Spread) -> list[Numbers]:
    """Return the corners of the path of argmin variance + λ Σ|u| from λ = ∞ to 0: the least bias for each variance."""
    u, signs = np.zeros(len(spread.g)), np.zeros(len(spread.g))
    corners, level = [u], float(np.abs(spread.g).max(initial=0.0))
    if level > 0:
        first = int(np.argmax(np.abs(spread.g)))
        signs[first] = -np.sign(spread.g[first])
    while level > 0 and len(corners) <= 10 * len(u):
        level, u, signs = _next_corner(spread, level, u, signs)
        corners.append(u)
    return corners


def _next_corner(spread: _Spread, level: float, u: Numbers, signs: Numbers) -> tuple[float, Numbers, Numbers]:
    """Lower λ until a weight comes back to 0 or another one leaves it; `signs` are of those that are out."""
    out, many = signs != 0, len(u)
    move = np.zeros(many)
    move[out] = np.linalg.lstsq(2 * spread.h[np.ix_(out, out)], signs[out], rcond=None)[0]
    pull, change = 2 * spread.h @ u + spread.g, 2 * spread.h @ move
    with np.errstate(divide="ignore", invalid="ignore"):
        home = np.where(out & (u * move < 0), -u / move, inf)
        leaves = [np.where(out, inf, (side * level - pull) / (change + side)) for side in (1.0, -1.0)]
    steps = np.concatenate([home, *leaves])
    steps[~(steps > level * 1e-9)] = inf
    event, step = int(np.argmin(steps)), min(float(steps.min()), level)
    after, signs = u + step * move, signs.copy()
    if step < level:
        weight = event % many
        signs[weight] = (0.0, -1.0, 1.0)[event // many]
        after[weight] = 0.0
    return level - step, after, signs


def _shortest_on(spread: _Spread, start: Numbers, end: Numbers, bend: float, freedom: float) -> tuple[float, Numbers]:
    found = optimize.minimize_scalar(
        lambda part: _length(spread, start + part * (end - start), bend, freedom),
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-6},
    )
    places = [0.0, 1.0, float(found.x)]
    lengths = [_length(spread, start + part * (end - start), bend, freedom) for part in places]
    best = int(np.argmin(lengths))
    return lengths[best], start + places[best] * (end - start)


def _length(spread: _Spread, u: Numbers, bend: float, freedom: float) -> float:
    """Half the interval: the 95 % point of |t| around the worst bias, which is bend · (1 + Σ|u|)."""
    error = spread.error(u)
    bias = bend * (1.0 + float(np.abs(u).sum()))
    return error * _critical(bias / error, freedom) if error > 0 else inf


def _critical(shift: float, freedom: float) -> float:
    """Return the 95 % point of |t| around `shift`; beyond `_FAR` the other tail is nothing."""
    if shift > _FAR:
        return float(_law(shift, freedom).ppf(0.95))
    return float(_near(freedom)(shift))


@cache
def _near(freedom: float) -> Chebyshev:
    """The points for small shifts, interpolated to five digits: each costs the library of laws some milliseconds."""
    return Chebyshev.interpolate(np.vectorize(lambda shift: _exact(shift, freedom)), 16, domain=[0.0, _FAR])


def _exact(shift: float, freedom: float) -> float:
    law = _law(shift, freedom)
    top = float(law.ppf(0.975)) + 1.0
    return float(optimize.brentq(lambda x: law.cdf(x) - _other_tail(law, x) - 0.95, 0.0, top, xtol=1e-10))


def _other_tail(law: Any, x: float) -> float:
    """Return how much lies below -x. From 164 degrees of freedom on the library of laws has no number for some tails
    below 1e-7, and every second region of that size could not be judged: such a tail is none.
    """
    tail = float(law.cdf(-x))
    return 0.0 if np.isnan(tail) else tail


def _law(shift: float, freedom: float) -> Any:
    return stats.norm(shift) if np.isinf(freedom) else stats.nct(freedom, shift)
