"""What is too small to show in a return: fewer than k people of a group, and whatever would tell of those.

Guards that nothing hidden can be had by subtracting what is shown beside it: parts of an indicator from their whole,
bands from the workforce, one group of a share from the others, parts or organisations from those that they add up to,
in whichever shape each is given.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from services.evaluation.evidence.wres import overlap
from services.evaluation.evidence.wres.counted import GROUPS, Counted, Key, Return, share, whole_of
from services.evaluation.evidence.wres.standard import Indicator

Hidden = frozenset[Key]
"""What is not shown of a return."""
MOST_PARTS = 9
"""Of more parts it is not tried whether some add up to others: it is taken that they do, where anything is hidden."""
_SHARES = ("representation", "board")


def small(returned: Return, known: Mapping[str, Indicator], k: int, *, apart: bool = False) -> Hidden:
    """Return what is hidden: fewer than k counted or not counted in a group, and parts that would tell of those.

    In shares of a workforce white, BME and unknown people are each one group; nobody of unknown ethnicity is no group.
    `apart` says that no organisation holds people of another, where too many are there to find out (`untried`).
    """
    shares = {key: known[key[2]].kind in _SHARES for key in returned.counted}
    hidden = {key for key, counted in returned.counted.items() if _least(counted, shares=shares[key]) < k}
    before = -1
    while before < len(hidden):  # what is hidden in one organisation for another's sake has parts of its own
        before = len(hidden)
        for key in {key[:3]: key for key in returned.counted}.values():
            _beside(returned.beside(key), known[key[2]], hidden, k)
        for alike in _alike(returned.counted):
            if not hidden.isdisjoint(alike) and not (apart and len(alike) > overlap.MOST):
                _across(returned, alike, hidden, k, known)
        for wholes in _in_two_shapes(returned, known):
            if not (apart and len(wholes) > overlap.MOST):
                _across_shapes(returned, wholes, hidden, k, shares=known[wholes[0][2]].kind in _SHARES)
    return frozenset(hidden)


def untried(
    returned: Return, known: Mapping[str, Indicator], hidden: Iterable[Key]
) -> tuple[tuple[int, str, str], ...]:
    """Return year, indicator and part of which there are too many organisations to see whether some are others' sum."""
    gone = set(hidden)
    shapes = [{whole: _found(returned, whole) for whole in wholes} for wholes in _in_two_shapes(returned, known)]
    every = [*({key: [key] for key in alike} for alike in _alike(returned.counted)), *shapes]
    many = [found for found in every if len(found) > overlap.MOST and not gone.isdisjoint(chain(*found.values()))]
    return tuple(sorted({next(iter(found))[1:] for found in many}))


def _alike(keys: Iterable[Key]) -> list[list[Key]]:
    """Return the keys of each year, indicator and part, which differ by their organisation alone."""
    found: dict[tuple[int, str, str], list[Key]] = {}
    for key in keys:
        found.setdefault(key[1:], []).append(key)
    return list(found.values())


def _across(returned: Return, alike: list[Key], hidden: set[Key], k: int, known: Mapping[str, Indicator]) -> None:
    """Hide organisations that add up with a hidden one: an integrated care board, beside its trusts.

    With a whole its parts are hidden, because they may add up to it; with a workforce all bands, which do.
    """
    shares = known[alike[0][2]].kind in _SHARES
    people = {key: _columns(returned.counted[key], shares=shares) for key in alike}
    many = len(alike) > overlap.MOST
    for several in [frozenset(alike)] if many else overlap.sums(people, hidden, k):
        new = several - hidden if not hidden.isdisjoint(several) else frozenset()
        hidden.update(new, *(_parts_of(returned, key, known) for key in new))


def _in_two_shapes(returned: Return, known: Mapping[str, Indicator]) -> list[list[Key]]:
    """Return the wholes of each year and indicator that organisations give in shapes which tell of one another.

    The whole of one that is given by parts or bands alone is in no row, and is all of them.
    """
    found: dict[tuple[int, str], list[Key]] = {}
    for whole in dict.fromkeys((*key[:3], "") for key in returned.counted if known[key[2]].kind != "board"):
        found.setdefault(whole[1:3], []).append(whole)
    return [wholes for wholes in found.values() if _unlike(returned, wholes)]


def _unlike(returned: Return, wholes: Iterable[Key]) -> bool:
    """Say whether some give a whole and others parts alone, or two give other parts: "Bands 2 to 4", beside 2, 3, 4."""
    shapes = [frozenset(key[3] for key in returned.beside(whole)) for whole in wholes]
    return len({"" in shape for shape in shapes}) > 1 or len({shape - {""} for shape in shapes if shape != {""}}) > 1


def _found(returned: Return, whole: Key) -> list[Key]:
    """Return the rows that a whole is made of: its own, or those of all its parts."""
    beside = returned.beside(whole)
    return [whole] if whole in beside else list(beside)


def _across_shapes(returned: Return, wholes: list[Key], hidden: set[Key], k: int, *, shares: bool) -> None:
    """Hide organisations, with all parts, that add up with one of which anything is hidden, though in another shape."""
    gone = {whole for whole in wholes if not hidden.isdisjoint(returned.beside(whole))}
    rows = {whole: [returned.counted[key] for key in _found(returned, whole)] for whole in wholes}
    people = {
        whole: _columns(whole_of(found), shares=True) if shares else _added(found) for whole, found in rows.items()
    }
    many = len(wholes) > overlap.MOST
    for several in ([frozenset(wholes)] if many else overlap.sums(people, gone, k)) if gone else ():
        if not gone.isdisjoint(several) and _unlike(returned, several):
            hidden.update(*(returned.beside(whole) for whole in several))


def _added(parts: list[Counted]) -> list[list[int]]:
    """Return the people of all parts, counted and not; of kinds of the same people these are there once."""
    once = len({_bases(part) for part in parts}) == 1
    people = [sum(numbers) for numbers in zip(*map(_bases, parts[:1] if once else parts), strict=True)]
    counted = [sum(numbers) for numbers in zip(*map(_answers, parts), strict=True)]
    return [[n, base - n] for n, base in zip(counted, people, strict=True)]


def _parts_of(returned: Return, whole: Key, known: Mapping[str, Indicator]) -> list[Key]:
    """Return what may add up to a whole: its parts, or the bands of a workforce; nothing of what is no whole."""
    if known[whole[2]].kind == "board" and whole[3] == "workforce":
        bands = [name for name, one in known.items() if one.kind == "representation"]
        return [band for name in bands for band in returned.beside((*whole[:2], name, ""))]
    return [] if known[whole[2]].kind in _SHARES or whole[3] else list(returned.beside(whole))


def _beside(beside: Mapping[Key, Counted], indicator: Indicator, hidden: set[Key], k: int) -> None:
    """Hide parts of one indicator, organisation and year beside hidden ones."""
    whole = next((key for key in beside if not key[3]), None)
    if indicator.kind == "representation":
        _complement({band: _groups(counted, shares=True) for band, counted in beside.items()}, [], hidden, k)
    elif indicator.kind != "board" and whole is not None:
        _within(beside, whole, hidden, k)
    if indicator.kind != "board" and not hidden.isdisjoint(beside) and _overlapping(beside, indicator, hidden, k):
        hidden.update(part for part in beside if part[3])  # nothing can be had from the whole alone


def _within(beside: Mapping[Key, Counted], whole: Key, hidden: set[Key], k: int) -> None:
    """Hide kinds of an answer, which have the bases of the whole, and parts of its people; each beside its own.

    Where both are there, people are in several: all are hidden as soon as one is.
    """
    kinds = {key: _answers(part) for key, part in beside.items() if _bases(part) == _bases(beside[whole])}
    parts = {key: _groups(part, shares=False) for key, part in beside.items() if key == whole or key not in kinds}
    if len(parts) > 1:
        _parts(dict(parts), whole, hidden, k)
        _nearly_all({key: _answers(beside[key]) for key in parts}, whole, hidden, k)
    if len(kinds) > 1:
        _kinds(dict(kinds), whole, hidden, k)
    every = {*kinds, *parts} - {whole}
    if min(len(kinds), len(parts)) > 1 and not hidden.isdisjoint(every):
        hidden.update(every)


def _overlapping(beside: Mapping[Key, Counted], indicator: Indicator, hidden: set[Key], k: int) -> bool:
    """Say whether some parts add up to others: "nurses and doctors", beside nurses and doctors.

    Then people are in several parts, and a hidden one can be had from those that are shown, by adding and subtracting.
    All parts together are the whole, which is no overlap. Numbers that agree by chance are taken for a sum.
    """
    whole = next((key for key in beside if not key[3]), None)
    if len(beside) - (whole is not None) > MOST_PARTS:
        return True
    if indicator.kind not in _SHARES and len({_bases(counted) for counted in beside.values()}) == 1:
        answers = {key: [[n] for n in _answers(counted)] for key, counted in beside.items()}
        return bool(overlap.sums(answers, hidden, k, whole))  # of the same people: their bases cannot add up
    people = {key: _columns(counted, shares=indicator.kind in _SHARES) for key, counted in beside.items()}
    return bool(overlap.sums(people, hidden, k, whole))


def _columns(counted: Counted, *, shares: bool) -> list[list[int]]:
    numbers, each = _groups(counted, shares=shares), 1 if shares else len(("counted", "not"))
    return [numbers[at : at + each] for at in range(0, len(numbers), each)]


def _groups(counted: Counted, *, shares: bool) -> list[int]:
    """Return the numbers of people that nobody may know if they are few, in a fixed order."""
    if shares:
        return [counted.of(group).count for group in GROUPS]
    parts = [counted.of(group) for group in ("white", "bme")]
    return [number for part in parts for number in (part.count, part.base - part.count)]


def _answers(counted: Counted) -> list[int]:
    return [counted.of(group).count for group in ("white", "bme")]


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


def _parts(parts: dict[Key, list[int]], key: Key, hidden: set[Key], k: int) -> None:
    """Hide parts beside a hidden one, or beside people who are in none; the whole if nothing else helps.

    Where somebody is in two parts, or a part lies within another, nobody can say which of them tell of the hidden one:
    then all are hidden.
    """
    rest = _rest(parts, key)
    if not parts:
        return
    if min(rest) < 0:
        hidden.update(parts if not hidden.isdisjoint(parts) else ())
        return
    enough = _complement(parts, [rest] if max(rest) > 0 and min(rest) < k else [], hidden, k)
    if not enough:
        hidden.add(key)


def _kinds(parts: dict[Key, list[int]], key: Key, hidden: set[Key], k: int) -> None:
    """Hide kinds of an answer of the same people, such as two kinds of a procedure, where they add up to the whole.

    People with two kinds make the sum too large: as long as they are fewer than k, or of one group only, it still
    tells. Kinds that lie far from it are questions of their own.
    """
    _nearly_all(dict(parts), key, hidden, k)
    rest = _rest(parts, key)
    told = max(map(abs, rest), default=k) < k or 0 in rest
    if told and key in hidden:  # it is hidden for those who were not counted, and the kinds would tell it
        hidden.update(parts)
    if min(rest, default=0) < 0:
        hidden.update(parts if told and not hidden.isdisjoint(parts) else ())
        return
    other = max(rest) > 0 and (min(rest) < k or not hidden.isdisjoint(parts))
    if not _complement(parts, [rest] if other else [], hidden, k):
        hidden.add(key)


def _nearly_all(parts: dict[Key, list[int]], key: Key, hidden: set[Key], k: int) -> None:
    """Hide a part that leaves fewer than k people of the whole, who would be had by one subtraction."""
    whole = parts.pop(key)
    for part, people in parts.items():
        left = [n - counted for n, counted in zip(whole, people, strict=True)]
        if min(left) >= 0 and any(0 < n < k for n in left):
            hidden.add(part)


def _rest(parts: dict[Key, list[int]], key: Key) -> list[int]:
    """Take the whole out of the parts and return its people less theirs."""
    whole = parts.pop(key)
    return [n - sum(part[at] for part in parts.values()) for at, n in enumerate(whole)]


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
    return all(sums[:-1]) if len(sums) == len(GROUPS) else all(sums)
