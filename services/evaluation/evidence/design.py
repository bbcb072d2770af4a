"""Before a programme starts: what could be detected with so many organisations and people, and who starts when.

Guards that an order of starting is fair and can be repeated: it depends on the recorded seed and on the names, and on
nothing that anybody could arrange.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from services.evaluation.evidence.cells import trouble, twins
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import NONE, around, chosen, detectable, pooled, sides_of
from services.evaluation.evidence.panel import Numbers

_FEWEST, _MOST = 3, 1000
"""Three organisations leave one degree of freedom, the least from which chance can be judged."""
_PEOPLE, _LAST = 100_000, 60
_MANY = 100
"""Degrees of freedom from which the formula is as good as drawing regions."""
_DRAWS, _FEWEST_DRAWS, _AT_ONCE = 20_000, 2_000, 1_000_000
"""Regions to draw, fewer where each is large; and numbers held at once."""


class Task(NamedTuple):
    """One wave since a start: the places of the organisations that began, and of those they are compared with."""

    wave: int
    own: NDArray[np.int64]
    others: NDArray[np.int64]


Taken = list[Task]


class Side(NamedTuple):
    """The places of a side's organisations, the means they are spread around (columns), and the degrees of freedom."""

    places: NDArray[np.int64]
    means: Numbers
    freedom: int


@dataclass(frozen=True, slots=True)
class Power:
    """What a design can find: `detectable` in standard deviations between people, four times in five.

    `organisations` is the total, dealt out to the starts; `people` are those of one organisation who answer before
    and after. `stability` is the correlation of the two, `icc` the variance between organisations' part. Where
    `inference` is none nothing will be tested, and `detectable` is what a formula alone says.
    """

    organisations: int
    people: int
    stability: float
    icc: float
    detectable: float
    inference: str
    a_side: int
    """Organisations of the side that has fewer."""


@dataclass(frozen=True, slots=True)
class Order:
    """A draw: its seed, the starts as they were dealt out, and each organisation's: a wave (1-based), 0 for never."""

    seed: int
    dealt: tuple[int, ...]
    starts: dict[str, int]


def power(
    organisations: int, people: int, stability: float = 0.6, icc: float = 0.05, starts: Sequence[int] = (2, 0)
) -> Power:
    """Return the smallest standardised effect that would be found four times in five, up to the last start's wave.

    An estimate weighs the means of organisations, of which (1 - stability)(icc + (1 - icc)/people) is new at each
    wave; the comparison is never-treated organisations where there are any, those that begin later otherwise. Few
    organisations show their own spread badly, so what is found is counted in regions drawn from a fixed seed. Raises
    EvidenceError for a design that leaves nothing to judge chance by.
    """
    _check(organisations, people, stability, icc)
    begin = np.array(_dealt(organisations, starts))
    taken = _taken(begin)
    weighed = _weighed(begin, taken)
    freedom = _freedom(begin, taken, weighed)
    if freedom < 1:
        raise EvidenceError("nothing could be detected: add organisations, or drop some starts", field="starts")
    a_side, thinnest = _fewest(taken)
    inference, one = chosen(a_side, thinnest), sqrt((1 - stability) * (icc + (1 - icc) / people))
    if inference == NONE or freedom >= _MANY:
        found = detectable(sqrt(float((weighed**2).sum())), freedom)
    else:
        found = _found(organisations, tuple(starts))
    return Power(organisations, people, stability, icc, one * found, inference, a_side)


def order(names: Sequence[str], starts: Sequence[int], seed: int) -> Order:
    """Return who starts when: organisations in the order of a hash of seed and name, dealt out to `starts` in turn.

    Anybody can repeat it from the seed; the order in which names or starts are given plays no part. Every start gets as
    many organisations as every other, or one more. Raises EvidenceError for names that are none or one organisation's,
    for starts that leave nobody to compare, and for more of them than can be dealt twice: see `is_fair`.
    """
    check_names(names)
    dealt = rising(starts)
    drawn = sorted(names, key=lambda name: sha256(f"{seed}\n{name}".encode()).digest())
    begin = _dealt(len(drawn), dealt)
    if not is_fair(dealt, len(names)):
        what = "there are fewer than two organisations for each start, so no claim would count it as a draw"
        raise EvidenceError(f"{what}: drop some starts", field="starts")
    return Order(seed, dealt, dict(zip(drawn, begin, strict=True)))


def rising(starts: Sequence[int]) -> tuple[int, ...]:
    """Return starts in the order in which they are dealt out: rising, 0 for never last."""
    return tuple(sorted(starts, key=lambda wave: (wave == 0, wave)))


def is_fair(dealt: Sequence[int], organisations: int) -> bool:
    """Return whether starts are in the one order, and few enough for every place among them to be dealt twice.

    A list as long as that of the organisations, in any order, could spell out any starts.
    """
    return bool(dealt) and tuple(dealt) == rising(dealt) and 2 * len(dealt) <= organisations


def check_starts(starts: Sequence[int]) -> None:
    """Raise EvidenceError for starts that leave nothing to compare."""
    given = set(starts)
    wrong = {
        "give the waves to start at: 2, 3, … up to 60, and 0 for those who only compare": not given
        or not all(0 <= start <= _LAST for start in given),
        "nobody begins: give a wave to start at beside 0": given == {0},
        "wave 1 has no wave before it: start at wave 2 or later": 1 in given,
        "nobody is left to compare with: give 0, or a later start": len(given) == 1,
    }
    for what in (what for what, bad in wrong.items() if bad):
        raise EvidenceError(what, field="starts")


def _dealt(organisations: int, starts: Sequence[int]) -> list[int]:
    """Return a start for each place in the order; raises EvidenceError for starts that cannot be compared."""
    check_starts(starts)
    if organisations < len(starts):
        raise EvidenceError("there are fewer organisations than starts: drop some starts", field="starts")
    return [starts[place % len(starts)] for place in range(organisations)]


def _taken(begin: NDArray[np.int64]) -> Taken:
    """Return what is compared: every start with every wave from it to that of the last start, as far as both exist."""
    never, last = np.flatnonzero(begin == 0), int(begin.max())
    return [
        Task(wave, own, others)
        for start in sorted({*begin.tolist()} - {0})
        for wave in range(start, last + 1)
        for own in [np.flatnonzero(begin == start)]
        for others in [never if len(never) else np.flatnonzero(begin > wave)]
        if len(others)
    ]


def _weighed(begin: NDArray[np.int64], taken: Taken) -> Numbers:
    """Return what the estimate multiplies each organisation's mean at each wave with; organisations by waves."""
    weighed = np.zeros((len(begin), _LAST + 1))
    whole = sum(len(task.own) for task in taken)
    for task in taken:
        waves, part = np.array([task.wave, begin[task.own[0]] - 1]), len(task.own) / whole
        weighed[np.ix_(task.own, waves)] += np.array([part, -part]) / len(task.own)
        weighed[np.ix_(task.others, waves)] -= np.array([part, -part]) / len(task.others)
    return weighed


def _sides(begin: NDArray[np.int64], taken: Taken, weighed: Numbers) -> list[Side]:
    """Return the sides as the engine will judge them where nobody is missing."""
    used = np.flatnonzero(np.abs(weighed).sum(axis=1))
    sides = sides_of(np.isin(used, np.concatenate([task.own for task in taken])))
    found: list[Side] = []
    for side in (used[one] for one in sides):
        alike, spent = around(begin[side], whole=len(sides) == 1)
        same = (alike[:, None] == np.unique(alike)).astype(float)
        found.append(Side(side, same / same.sum(axis=0), len(side) - same.shape[1] - spent))
    return found


def _freedom(begin: NDArray[np.int64], taken: Taken, weighed: Numbers) -> float:
    """Return the degrees of freedom by which the engine will judge the design, were the spread known."""
    parts = [(float((weighed[side] ** 2).sum()), freedom) for side, _, freedom in _sides(begin, taken, weighed)]
    return pooled(parts) if min(freedom for _, freedom in parts) > 0 else 0.0


@cache
def _found(organisations: int, starts: tuple[int, ...]) -> float:
    """Return the effect that is found four times in five where the means of organisations vary by 1 at each wave.

    Guards against a promise that takes the spread for known: the engine (`by_means`) has to judge it, and its degrees
    of freedom, by the few organisations there are. What a formula
    promises six was found in 69 of 100 regions.
    """
    begin = np.array(_dealt(organisations, starts))
    taken, random = _taken(begin), np.random.default_rng(0)
    weighed = _weighed(begin, taken)[:, : int(begin.max()) + 1]
    draws = min(_DRAWS, max(_FEWEST_DRAWS, 10 * _AT_ONCE // weighed.size))
    step, sides, held = max(1, _AT_ONCE // weighed.size), _sides(begin, taken, weighed), _held(begin, taken)
    each = (random.normal(size=(min(step, draws - done), *weighed.shape)) for done in range(0, draws, step))
    return float(np.quantile(np.concatenate([_asked(means, begin, weighed, sides, held) for means in each]), 0.8))


def _asked(means: Numbers, begin: NDArray[np.int64], weighed: Numbers, sides: list[Side], held: Numbers) -> Numbers:
    """Return how large an effect each region would have shown as more than chance, as it is and turned round.

    `means` are regions by organisations by waves, without any effect.
    """
    chance = means.reshape(len(means), -1) @ weighed.ravel()
    total, squares = np.zeros(len(means)), np.zeros(len(means))
    for side, same, freedom in sides:
        part = np.zeros(len(means))
        for cohort, many in zip(*np.unique(begin[side], return_counts=True), strict=True):
            one = np.flatnonzero(begin == cohort)[0]
            away = means[:, side] @ weighed[one] - chance[:, None] * held[one, side]
            away -= (away @ same) @ (same > 0).T
            part += many * (away**2).sum(axis=1) / freedom
        total, squares = total + part, squares + part**2 / freedom
    needed = stats.t.isf(0.025, total**2 / squares) * np.sqrt(total)
    return np.concatenate([needed - chance, needed + chance])


def _held(begin: NDArray[np.int64], taken: Taken) -> Numbers:
    """Return how much of an effect, weighed as one organisation is, the changes of another hold: of its own start."""
    held, whole = np.zeros((len(begin), len(begin))), sum(len(task.own) for task in taken)
    for task in taken:
        inside, part = (begin >= begin[task.own[0]]) & (begin <= task.wave), len(task.own) / whole
        held[task.own] += part / len(task.own) * inside
        held[task.others] -= part / len(task.others) * inside
    return held


def _fewest(taken: Taken) -> tuple[int, int]:
    """Return the organisations of the side that has fewer, and how few one side of one (start, wave) rests on."""
    own, others = (
        {*np.concatenate(side).tolist()} for side in zip(*((task.own, task.others) for task in taken), strict=True)
    )
    return min(len(own), len(others)), min(min(len(task.own), len(task.others)) for task in taken)


def check_names(names: Sequence[str]) -> None:
    """Raise EvidenceError for names that a file of cells could not hold, or that are one organisation's."""
    for name in names:
        if what := trouble(name):
            raise EvidenceError(f"{name!r} {what}", field="names")
    if len(set(names)) < len(names):
        raise EvidenceError(f"{max(names, key=names.count)!r} is there twice: remove one", field="names")
    if same := twins(names):
        raise EvidenceError(f"{same[1]!r} is there twice, as {same[0]!r}: remove one", field="names")


def _check(organisations: int, people: int, stability: float, icc: float) -> None:
    wrong = {
        "organisations": (not _FEWEST <= organisations <= _MOST, f"give {_FEWEST} to {_MOST} organisations"),
        "people": (not 1 <= people <= _PEOPLE, f"give 1 to {_PEOPLE} people of each organisation"),
        "stability": (not 0 <= stability < 1, "give a correlation from 0 to below 1, such as 0.6"),
        "icc": (not 0 <= icc <= 1, "give a part from 0 to 1, such as 0.05"),
    }
    for field, (_, what) in ((field, found) for field, found in wrong.items() if found[0]):
        raise EvidenceError(what, field=field)
