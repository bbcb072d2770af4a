"""How a release follows the last one: what was renamed, what is new, and what nobody recognises.

Guards that the rule on movement cannot be got round by accident: a population, table or value that goes by another name
is told by its new one, and one that appears while another vanishes has to be explained.
"""

from collections.abc import Callable, Iterable
from functools import partial

from services.evaluation.evidence.disclosure.kept import Kept
from services.evaluation.evidence.disclosure.naming import plain
from services.evaluation.evidence.disclosure.tables import Dimension, Table
from services.evaluation.evidence.errors import EvidenceError


def following(now: tuple[Table, ...], previous: Kept) -> Kept:
    """Return the last release by the names of this one; EvidenceError where something is gone, something else new."""
    for table in now:
        previous = _table_renamed(table, previous)
        for dimension in table.dimensions:
            previous = _values_renamed(table, dimension, previous)
    _populations(now, previous)
    _values(now, previous)
    return previous


def _table_renamed(table: Table, previous: Kept) -> Kept:
    if not table.renamed_from:
        return previous
    names = {plain(old.table): old for old in reversed(previous.every)}
    old = names.get(plain(table.renamed_from))
    if old is None:
        if plain(table.table) in names:
            return previous  # renamed in an earlier release
        raise EvidenceError(
            f"the last release has no table {table.renamed_from}", cell=table.table, field="renamed_from"
        )
    if plain(table.table) in names and plain(table.table) != plain(old.table):
        raise EvidenceError("the last release has a table of this name too", cell=table.table, field="renamed_from")

    def renamed(other: Table) -> Table:
        name = table.table if plain(other.table) == plain(old.table) else other.table
        same = plain(other.population) == plain(old.population)
        return other.model_copy(update={"table": name, "population": table.population if same else other.population})

    return _each(previous, renamed)


def _values_renamed(table: Table, dimension: Dimension, previous: Kept) -> Kept:
    for new, old in dimension.renamed_from.items():
        shown = _of(previous.every, table.population, dimension.name, coarse=False)
        if plain(old) not in shown and plain(new) in shown:
            continue  # renamed in an earlier release, or by another table of the same people
        if plain(old) not in _of(previous.every, table.population, dimension.name) or plain(new) in shown:
            said = f"the last release has {new} too" if plain(new) in shown else f"the last release has no {old}"
            raise EvidenceError(said, cell=table.table, field=f"{dimension.name}: renamed_from")
        previous = _each(previous, partial(_renamed, table, dimension, old, new))
    return previous


def _renamed(table: Table, dimension: Dimension, old: str, new: str, other: Table) -> Table:
    if plain(other.population) != plain(table.population):
        return other

    def lifted(above: str, parents: dict[str, str]) -> dict[str, str]:
        same = plain(above) == plain(dimension.name)
        return {value: new if same and plain(parent) == plain(old) else parent for value, parent in parents.items()}

    def named(found: Dimension) -> Dimension:
        if plain(found.name) != plain(dimension.name):
            return found.model_copy(update={"within": {above: lifted(above, of) for above, of in found.within.items()}})
        values = tuple(new if plain(value) == plain(old) else value for value in found.values)
        within = {
            above: {new if plain(v) == plain(old) else v: parent for v, parent in parents.items()}
            for above, parents in found.within.items()
        }
        told = {"values": values, "within": within, "renamed_from": {}, "new": ()}  # of an older release: explained
        return found.model_copy(update=told)

    return other.model_copy(update={"dimensions": tuple(named(found) for found in other.dimensions)})


def _each(previous: Kept, change: Callable[[Table], Table]) -> Kept:
    releases = tuple(
        release.model_copy(update={"tables": tuple(change(table) for table in release.tables)})
        for release in previous.releases
    )
    return previous.model_copy(update={"releases": releases})


def _populations(now: tuple[Table, ...], previous: Kept) -> None:
    before = {plain(table.population) for table in previous.every}
    here = {plain(table.population) for table in now}
    unknown = [table for table in now if plain(table.population) not in before and not table.new]
    if unknown and not here & before:
        raise EvidenceError(
            "the last release has nothing of these people: is it the right file? Where the population was renamed, "
            'name one of its former tables ("renamed_from"); where it is new, declare "new": true',
            cell=unknown[0].table,
            field="population",
        )
    if unknown:
        gone = f"new, while {min(before - here)} of the last release is gone" if before - here else ""
        raise EvidenceError(
            f'{gone or "in no release before"}: write it as before, name a former table ("renamed_from"), or declare '
            '"new": true',
            cell=unknown[0].table,
            field="population",
        )


def _values(now: tuple[Table, ...], previous: Kept) -> None:
    for table in now:
        listed = {plain(name) for one in now if plain(one.population) == plain(table.population) for name in one.names}
        for dimension in table.dimensions:
            new = [value for value in dimension.values if value not in dimension.new]
            if found := _unexplained(dimension.name, new, table, now, previous):
                raise EvidenceError(
                    f"{found[0]} is new, while {found[1]} of the last release is gone: declare it as renamed "
                    f'("renamed_from": {{"{found[0]}": "…"}}) or as new ("new": ["{found[0]}"])',
                    cell=table.table,
                    field=dimension.name,
                )
            for above in (name for name in dimension.within if plain(name) not in listed):
                if found := _unexplained(above, _put(table, dimension, above, previous), table, now, previous):
                    raise EvidenceError(
                        f"{found[0]} is new, while {found[1]} of the last release is gone: write it as before, or give "
                        f"a table by {above} too, that declares it as renamed or as new",
                        cell=table.table,
                        field=f"{dimension.name}: within",
                    )


def _put(table: Table, dimension: Dimension, above: str, previous: Kept) -> list[str]:
    """Return the coarser values of those values that were in none before: who has moved stays tied as it was then."""
    placed = {
        plain(value)
        for old in previous.every
        if plain(old.population) == plain(table.population)
        for known in old.dimensions
        if plain(known.name) == plain(dimension.name)
        for coarse, parents in known.within.items()
        if plain(coarse) == plain(above)
        for value in parents
    }
    return [
        parent
        for value, parent in dimension.within[above].items()
        if plain(value) not in placed and value not in dimension.new
    ]


def _unexplained(
    name: str, values: Iterable[str], table: Table, now: tuple[Table, ...], previous: Kept
) -> tuple[str, str] | None:
    """Return a value of a dimension that no release before had and one that is gone, or None."""
    before = _of(previous.every, table.population, name)
    gone = before - _of(now, table.population, name)
    new = [value for value in values if plain(value) not in before]
    return (new[0], min(gone)) if new and gone else None


def _of(tables: Iterable[Table], population: str, name: str, *, coarse: bool = True) -> set[str]:
    """Return the values of a dimension in tables of some people, as they are compared; with `coarse`, also those that
    others lie within.
    """
    found: set[str] = set()
    for table in tables:
        for dimension in table.dimensions if plain(table.population) == plain(population) else ():
            if plain(dimension.name) == plain(name):
                found.update(map(plain, dimension.values))
            for above, parents in dimension.within.items():
                if coarse and plain(above) == plain(name):
                    found.update(map(plain, parents.values()))
    return found
