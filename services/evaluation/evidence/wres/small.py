"""What is too small to show in a return: fewer than k people of a group, and whatever would tell of those.

Guards that nothing hidden can be had by subtracting what is shown beside it: parts of an indicator from their whole,
bands from the workforce, one group of a share from the others, parts from parts that they add up to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

from services.evaluation.evidence.wres.returns import Counted, Key, Return, share
from services.evaluation.evidence.wres.standard import Indicator

MOST_PARTS = 9
"""Of more parts it is not tried whether some add up to others: it is taken that they do, where anything is hidden."""


def small(returned: Return, known: Mapping[str, Indicator], k: int) -> frozenset[Key]:
    """Return what is hidden: fewer than k counted or not counted in a group, and parts that would tell of those.

    In shares of a workforce white, BME and unknown people are each one group; nobody of unknown ethnicity is no group.
    """
    shares = {key: known[key[2]].kind in ("representation", "board") for key in returned.counted}
    hidden = {key for key, counted in returned.counted.items() if _least(counted, shares=shares[key]) < k}
    for key in {key[:3]: key for key in returned.counted}.values():
        beside = returned.beside(key)
        if known[key[2]].kind == "representation":
            _complement({band: _groups(counted, shares=True) for band, counted in beside.items()}, [], hidden, k)
        elif not shares[key] and (*key[:3], "") in beside:
            bases = {part: _bases(counted) for part, counted in beside.items()}
            if len(set(bases.values())) == 1:
                continue  # sub-questions, each asked of the same people: nothing adds up to a whole
            parts = {part: _groups(counted, shares=False) for part, counted in beside.items()}
            whole = parts.pop((*key[:3], ""))
            _parts(parts, whole, (*key[:3], ""), hidden, k)
    for key in {key[:3]: key for key in returned.counted}.values():
        beside = returned.beside(key)
        if known[key[2]].kind != "board" and not hidden.isdisjoint(beside) and _overlapping(beside, shares=shares[key]):
            hidden.update(part for part in beside if part[3])  # nothing can be had from the whole alone
    return frozenset(hidden)


def _overlapping(beside: Mapping[Key, Counted], *, shares: bool) -> bool:
    """Say whether some parts add up to others, in every group: "nurses and doctors", beside nurses and doctors.

    Then people are in several parts, and a hidden one can be had from those that are shown, by adding and subtracting.
    All parts together are the whole, which is no overlap. Numbers that agree by chance are taken for a sum.
    """
    bases = {_bases(counted) for counted in beside.values()}
    if shares:
        vectors = {key: _groups(counted, shares=True) for key, counted in beside.items()}
    elif len(bases) == 1:  # sub-questions of the same people: their answers may add up, their bases cannot
        vectors = {key: [counted.of(group).count for group in ("white", "bme")] for key, counted in beside.items()}
    else:
        vectors = {key: _groups(counted, shares=False) for key, counted in beside.items()}
    parts, whole = (
        [vector for key, vector in vectors.items() if key[3]],
        [v for key, v in vectors.items() if not key[3]],
    )
    if len(parts) > MOST_PARTS:
        return True
    return any(_adds_up(signs, [*parts, *whole], whole=bool(whole)) for signs in _signs(len(parts) + len(whole)))


def _signs(size: int) -> Sequence[tuple[int, ...]]:
    """Return every way of putting some of so many parts on one side and some on the other, three of them at least."""
    few = 3
    return [signs for signs in product((0, 1, -1), repeat=size) if size - signs.count(0) >= few]


def _adds_up(signs: tuple[int, ...], vectors: list[list[int]], *, whole: bool) -> bool:
    partition = whole and Counter(signs[:-1])[-signs[-1]] == len(signs) - 1 and signs[-1] != 0
    if partition or len(set(signs) - {0}) == 1:
        return False
    return all(not sum(s * n for s, n in zip(signs, column, strict=True)) for column in zip(*vectors, strict=True))


def _groups(counted: Counted, *, shares: bool) -> list[int]:
    """Return the numbers of people that nobody may know if they are few, in a fixed order."""
    if shares:
        return [counted.of(group).count for group in ("white", "bme", "unknown")]
    parts = [counted.of(group) for group in ("white", "bme")]
    return [number for part in parts for number in (part.count, part.base - part.count)]


def _bases(counted: Counted) -> tuple[int, ...]:
    return tuple(counted.of(group).base for group in ("white", "bme"))


def _least(counted: Counted, *, shares: bool) -> int:
    groups = _groups(counted, shares=shares)
    if not shares:  # of a base that was rebuilt from a percentage the least is taken
        parts = [counted.of(group) for group in ("white", "bme")]
        groups += [part.least - part.count for part in parts if part.least is not None]
    if shares:
        whole = share(counted)
        groups = [*groups[:2], *(n for n in groups[2:] if n), whole.base - whole.count]
    return min(groups)


def _parts(parts: dict[Key, list[int]], whole: list[int], key: Key, hidden: set[Key], k: int) -> None:
    """Hide parts beside a hidden one, or beside people who are in none; the whole if nothing else helps.

    Where somebody is in two parts, or a part lies within another, nobody can say which of them tell of the hidden one:
    then all are hidden.
    """
    rest = [n - sum(part[at] for part in parts.values()) for at, n in enumerate(whole)]
    if not parts:
        return
    if min(rest) < 0:
        hidden.update(parts if not hidden.isdisjoint(parts) else ())
        return
    enough = _complement(parts, [rest] if max(rest) > 0 and min(rest) < k else [], hidden, k)
    if not enough:
        hidden.add(key)


def _complement(parts: Mapping[Key, list[int]], others: list[list[int]], hidden: set[Key], k: int) -> bool:
    """Hide the smallest further parts until those hidden hold k people of each group that they have at all.

    `others` are parts that are not in the return. Returns False where all parts together are not enough.
    """
    while True:
        inside, shown = [key for key in parts if key in hidden], [key for key in parts if key not in hidden]
        within = [*(parts[key] for key in inside), *others]
        sums = [sum(numbers) for numbers in zip(*within, strict=True)]
        if not within or (len(within) > 1 and min((n for n in sums if n), default=0) >= k and _firm(sums)):
            return True
        if not shown:
            return False
        hidden.add(min(shown, key=lambda key: (min((n for n in parts[key] if n), default=0), key)))


def _firm(sums: list[int]) -> bool:
    """Say whether the groups that every part has (all but people of unknown ethnicity) are there."""
    unknown_last = len(("white", "bme", "unknown"))
    return all(sums[:-1]) if len(sums) == unknown_last else all(sums)
