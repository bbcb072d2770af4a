"""What everybody knows of a place: which values it has in which dimensions, also in coarser ones it lies within.

Guards that whether two places may share people is answered by their values alone, whatever the order, the capitals or
the shape of the tables they stand in; where nothing sets them apart, they may. A later release that puts a value
elsewhere does not change what an earlier one told.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.tables import At, Table
from services.evaluation.evidence.errors import EvidenceError

Facts = Mapping[str, str]
"""Dimension to value, both as they are compared."""
Parents = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Dimension to coarser dimension to (value to coarser value), all as they are compared."""
_Key = tuple[str, ...]


def parents(tables: Iterable[Table], earlier: Iterable[Table] = ()) -> Parents:
    """Return what tables of the same people declare of coarser dimensions, together; EvidenceError if they differ.

    `earlier` tables add what these do not say; where something has moved since, the newer declaration holds.
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    for table in tables:
        for kept, value, parent in _declared(table, found):
            if kept.setdefault(plain(value), plain(parent)) != plain(parent):
                said = f"another table of the same people puts {value} elsewhere; declare it alike"
                raise EvidenceError(said, cell=table.table, field="within")
    for name, values in {name: set().union(*above.values()) for name, above in found.items()}.items():
        for value in sorted(values):
            if elsewhere := _elsewhere(found, name, value):
                raise EvidenceError(f"{elsewhere}; correct one of them", field=f"{name}: within")
    _fill(found, earlier)
    return found


def of_each(releases: Sequence[Sequence[Table]]) -> list[Parents]:
    """Return what each release declares, and where it is silent what the others do, the newest first."""
    found: list[Parents] = []
    for own in releases:
        mine: dict[str, dict[str, dict[str, str]]] = {}
        for tables in (own, *releases):
            _fill(mine, tables)
        found.append(mine)
    return found


def agreed(each: Sequence[Parents]) -> Parents:
    """Return only what all releases put alike: a value that moved once is set apart from no coarser one."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, above in each[0].items():
        for coarse, values in above.items():
            found.setdefault(name, {})[coarse] = {
                value: parent
                for value, parent in values.items()
                if all(other.get(name, {}).get(coarse, {}).get(value) == parent for other in each)
            }
    return found


def _fill(found: dict[str, dict[str, dict[str, str]]], tables: Iterable[Table]) -> None:
    """Add what tables declare, but nothing that contradicts what is there: it has moved since."""
    for table in tables:
        for dimension in table.dimensions:
            name = plain(dimension.name)
            for above, values in dimension.within.items():
                kept = found.setdefault(name, {}).setdefault(plain(above), {})
                for value, parent in ((plain(value), plain(parent)) for value, parent in values.items()):
                    if value not in kept:
                        kept[value] = parent
                        if any(_elsewhere(found, *below) for below in _below(found, name, value)):
                            del kept[value]


def _below(known: Parents, name: str, value: str) -> list[tuple[str, str]]:
    """Return a value with its dimension, and all that lie within it."""
    found = {(name, value): None}
    waiting = [(name, value)]
    while waiting:
        coarse, parent = waiting.pop()
        for finer, above in known.items():
            inside = {(finer, one): None for one, lies in above.get(coarse, {}).items() if lies == parent}
            waiting += inside.keys() - found.keys()
            found |= inside
    return list(found)


def _elsewhere(known: Parents, name: str, value: str) -> str:
    """Say where a value lies in two places, by way of different dimensions; empty where it does not.

    A trust of the north in a board of the south would share no region with it: the two were never held together.
    """
    own = completed({name: value}, known)
    for between, middle in own.items():
        for above, values in known.get(between, {}).items():
            if middle in values and values[middle] != own[above]:
                return f"{value} lies in {own[above]}, and by way of {middle} in {values[middle]}"
    return ""


def _declared(table: Table, found: dict[str, dict[str, dict[str, str]]]) -> Iterator[tuple[dict[str, str], str, str]]:
    for dimension in table.dimensions:
        for above, values in dimension.within.items():
            kept = found.setdefault(plain(dimension.name), {}).setdefault(plain(above), {})
            for value, parent in values.items():
                yield kept, value, parent


def facts(table: Table, at: At, known: Parents) -> Facts:
    """Return everything that is known of a place: its own values and those of the dimensions these lie within."""
    own = {plain(name): plain(value) for name, value in zip(table.names, at, strict=True) if value is not None}
    return completed(own, known)


def completed(own: Facts, known: Parents) -> Facts:
    """Return facts and the values of the dimensions that these lie within."""
    found = dict(own)
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        for coarser, values in known.get(name, {}).items():
            if coarser not in found and found[name] in values:
                found[coarser] = values[found[name]]
                waiting.append(coarser)
    return found


def coarser(name: str, known: Parents) -> set[str]:
    """Return the dimensions that one lies within, near and far."""
    found: set[str] = set()
    waiting = [plain(name)]
    while waiting:
        for above in known.get(waiting.pop(), {}):
            if above not in found:
                found.add(above)
                waiting.append(above)
    return found


class Places:
    """Many places, asked quickly how many of them may share people with another one."""

    def __init__(self, places: Iterable[Facts] = ()) -> None:
        self._places: dict[_Key, list[Facts]] = {}
        self._counted: dict[tuple[_Key, _Key], Counter[_Key]] = {}
        for place in places:
            self.add(place)

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._places)

    def add(self, place: Facts) -> None:
        """Add a place."""
        names = tuple(sorted(place))
        self._places.setdefault(names, []).append(place)
        for (theirs, common), counted in self._counted.items():
            if theirs == names:
                counted[_key(place, common)] += 1

    def near(self, place: Facts) -> int:
        """Return how many of the places are not set apart from `place` by a value; a place is near itself."""
        found = 0
        for names, places in self._places.items():
            common = tuple(name for name in names if name in place)
            if (names, common) not in self._counted:
                self._counted[names, common] = Counter(_key(other, common) for other in places)
            found += self._counted[names, common][_key(place, common)]
        return found


def _key(place: Facts, names: _Key) -> _Key:
    return tuple(place[name] for name in names)
