"""What is too small to show in a return: fewer than k people of a group, and whatever would tell of those.

Guards that nothing hidden can be had by subtracting what is shown beside it: parts of an indicator from their whole,
bands from the workforce, one group of a share from the others.
"""

from collections.abc import Mapping

from services.evaluation.evidence.wres.returns import Counted, Key, Return, share
from services.evaluation.evidence.wres.standard import Indicator


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
    return frozenset(hidden)


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
