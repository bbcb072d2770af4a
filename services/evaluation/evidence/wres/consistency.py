"""The parts of a return held against one another: can they be of one workforce?

Guards that a base which the workforce cannot hold gives no figure, and that one which should be the workforce and is
not is said to be another.
"""

from collections.abc import Iterable, Mapping

from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres import bands
from services.evaluation.evidence.wres.counted import GROUPS, Counted, Key, Return, share, whole_of
from services.evaluation.evidence.wres.figures import Part
from services.evaluation.evidence.wres.standard import Indicator

_SEVERAL, _FEW = 3, 10
"""So many bands seldom add up to one more, in every group, by chance, where it has so many BME people."""


def consistent(returned: Return, indicators: Mapping[str, Indicator]) -> None:
    """Hold the parts of a return against one another; EvidenceError where they cannot be of one workforce."""
    for key in {key[:3]: key for key in returned.counted}.values():
        beside, cell = returned.beside(key), f"{key[0]} {key[1]}, indicator {key[2]}"
        if len({name for counted in beside.values() for name in counted.lists}) > 1:
            said = "two lists of codes are used: some groups have other borders; use one"
            raise EvidenceError(said, file=returned.file, cell=cell, field="list")
        if indicators[key[2]].kind == "representation":
            _once(beside, returned.file, cell)
        workforce = beside.get((*key[:3], "workforce"))
        if indicators[key[2]].kind == "board" and workforce is not None:
            _board(returned, key, workforce, indicators.values())
    for key, counted in returned.counted.items():
        _within(returned, key, counted, indicators)


def other_base(returned: Return, key: Key, indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Return a note where the standard divides by the workforce and the return by other people; without a number."""
    workforce = _workforce(returned, key, indicators.values())
    if indicators[key[2]].among != "workforce" or key[3] or workforce is None:
        return ()
    counted = returned.counted[key]
    names = [
        name for group, name in (("white", "white"), ("bme", "BME")) if not _is(counted.of(group), workforce, group)
    ]
    people = " and of ".join(names)
    said = f"The base of {people} people is not the workforce in this return, which the standard asks for."
    return (said,) if names else ()


def _is(part: Part, workforce: Counted, group: str) -> bool:
    least, most = (part.base if end is None else end for end in (part.least, part.most))
    return least <= workforce.of(group).count <= most


def _workforce(returned: Return, key: Key, indicators: Iterable[Indicator]) -> Counted | None:
    """Return the workforce of the same organisation and year: the board indicator's, or all bands of the standard."""
    for one in indicators:
        beside = returned.beside((*key[:2], one.indicator, ""))
        if one.kind == "board" and (*key[:2], one.indicator, "workforce") in beside:
            return beside[*key[:2], one.indicator, "workforce"]
        if one.kind == "representation" and bands.are_all([band[3] for band in beside], one.bands):
            return whole_of(beside.values())
    return None


def _within(returned: Return, key: Key, counted: Counted, indicators: Mapping[str, Indicator]) -> None:
    """Refuse a base of staff that the workforce does not hold.

    Who answers a survey says there what they are: people of unknown ethnicity may be in either group.
    """
    among, workforce = indicators[key[2]].among, _workforce(returned, key, indicators.values())
    for group in ("white", "bme") if among is not None and workforce is not None else ():
        part, most = counted.of(group), workforce.of(group).count if workforce else 0
        most += workforce.of("unknown").count if workforce and among == "staff" else 0
        if (part.base if part.least is None else part.least) > most:
            raise EvidenceError(
                f"has more people of group {group} than the workforce in this return; correct one of them",
                file=returned.file,
                cell=f"{key[0]} {key[1]}, indicator {key[2]}{f' ({key[3]})' if key[3] else ''}",
                field="base",
                figures=f"{part.base} of at most {most}",
            )


def _board(returned: Return, key: Key, workforce: Counted, indicators: Iterable[Indicator]) -> None:
    cell = f"{key[0]} {key[1]}, indicator {key[2]}"
    board = returned.beside(key).get((*key[:3], "board"))
    if board is not None and share(board).base > share(workforce).base:
        said = "the board has more people than the workforce; check which is which"
        raise EvidenceError(said, file=returned.file, cell=cell, field="count")
    if board is not None and len({one.published for one in (board, workforce) if one.published}) > 1:
        said = "another figure is published for the same indicator"
        raise EvidenceError(said, file=returned.file, cell=cell, field="published")
    for name in [one.indicator for one in indicators if one.kind == "representation"]:
        parts = list(returned.beside((*key[:2], name, "")).values())
        for group in GROUPS if parts else ():
            people = [whole_of(parts).of(group).count, workforce.of(group).count]
            if people[0] != people[1]:
                raise EvidenceError(
                    f"the bands of indicator {name} do not add up to the people of group {group} in the workforce, "
                    "though both are the whole workforce",
                    file=returned.file,
                    cell=cell,
                    field="count",
                    figures=f"bands {people[0]}, workforce {people[1]}",
                )


def _once(beside: Mapping[Key, Counted], file: str, cell: str) -> None:
    """Refuse a band that has the people of others: the workforce would count them twice.

    It has the names of these as well, or is all the others together, as a line of totals is.
    """
    for key, counted in beside.items():
        words, others = key[3].casefold().split(), [other for other in beside if other != key]
        within = [other for other in others if other[3].casefold() in words]
        if len(within) > 1 and _has(counted, [beside[one] for one in within]):
            names = ", ".join(other[3] for other in within)
            said = f"{key[3]} has the people of {names}, who would be counted twice: give each person one band"
            raise EvidenceError(said, file=file, cell=cell, field="part")
        many = len(others) >= _SEVERAL and counted.of("bme").count >= _FEW
        if many and _has(counted, [beside[one] for one in others]):
            said = f"{key[3]} has the people of all other bands, who would be counted twice: leave out totals"
            raise EvidenceError(said, file=file, cell=cell, field="part")


def _has(counted: Counted, others: Iterable[Counted]) -> bool:
    whole = whole_of(others)
    return all(counted.of(group).count == whole.of(group).count for group in GROUPS)
