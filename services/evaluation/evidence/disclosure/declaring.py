"""Whether tables of the same people say how they belong together, and whether their numbers agree.

Guards that no two tables of the same people go out without having been held against one another: what cannot be
related, what is spelt in two ways that look alike, and what contradicts itself, is refused with a sentence.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import gcd

from services.evaluation.evidence.disclosure import crossing, links, relations
from services.evaluation.evidence.disclosure.links import Known, Link
from services.evaluation.evidence.disclosure.naming import lookalikes, plain
from services.evaluation.evidence.disclosure.relations import Parents
from services.evaluation.evidence.disclosure.tables import At, Mean, Table
from services.evaluation.evidence.errors import EvidenceError

_SELDOM = 64
"""A score in steps of one has the sums of two answers, which are asked about, at most once in so many tables."""


def check(tables: Iterable[Table], earlier: Sequence[Table] = ()) -> None:
    """Raise an EvidenceError where tables of one population cannot be related, or count different people.

    Also where a score is yes or no: its mean is a count that nobody rounds. What was released before is still read.

    `earlier` are tables released before: dimensions of the same people have to be related to theirs too.
    """
    populations: dict[str, list[Table]] = {}
    tables = list(tables)
    _spelt([*tables, *earlier])
    for table in tables:
        _scores(table)
        populations.setdefault(plain(table.population), []).append(table)
    for population, together in populations.items():
        names = {plain(table.table) for table in together}
        before = [t for t in earlier if plain(t.population) == population and plain(t.table) not in names]
        _scales(together, [table for table in earlier if plain(table.population) == population])
        parents = relations.parents(together, before)
        _related(together, before, parents)
        _agree(together, parents)
        crossing.check([links.known(table, parents) for table in together], parents)


def _scores(table: Table) -> None:
    for mean in table.means:
        if mean.high - mean.low == 1:
            raise EvidenceError("that is a count; give it as a dimension", cell=table.table, field=mean.name)
        if mean.answers is None and _counted(mean, table.counts):
            said = (
                "its sums are those of a yes or no on a wider scale, and that is a count; give it as a dimension, or "
                'say how many different answers there are, if more than two ("answers": 5)'
            )
            raise EvidenceError(said, cell=table.table, field=mean.name)


def _scales(together: Iterable[Table], earlier: Iterable[Table]) -> None:
    """Raise an EvidenceError where one score has two scales; `earlier` tables are the newest first.

    A cell that is held keeps the sum of its last release: on another scale that is another figure.
    """
    scales: dict[str, tuple[int, int]] = {}
    for table in earlier:
        for mean in table.means:
            scales.setdefault(plain(mean.name), (mean.low, mean.high))
    for table in together:
        for mean in table.means:
            low, high = scales.setdefault(plain(mean.name), (mean.low, mean.high))
            if (low, high) != (mean.low, mean.high):
                raise EvidenceError(
                    f"was declared from {low} to {high}, in another table of the same people or in an earlier release; "
                    "sum it on that scale, or give what is scored otherwise another name, in a further table",
                    cell=table.table,
                    field=mean.name,
                )


def _counted(mean: Mean, counts: Sequence[int]) -> bool:
    """Say whether every sum can be that of two answers, of which one is an end of the scale, and hardly by chance.

    In steps of one a sum is a multiple of so many by chance, and all sums are once in so many to the power of cells.
    """
    cells = [(people, total) for people, total in zip(counts, mean.sums, strict=True) if people]
    for sums in (
        [total - people * mean.low for people, total in cells],
        [people * mean.high - total for people, total in cells],
    ):
        apart = gcd(mean.high - mean.low, *sums)
        two = all(total <= people * apart for total, (people, _) in zip(sums, cells, strict=True))
        if two and apart ** len(cells) >= _SELDOM:
            return True
    return False


def _spelt(tables: Sequence[Table]) -> None:
    """Raise an EvidenceError where tables, populations, dimensions or values look alike and are taken for others."""
    names: dict[tuple[str, ...], set[str]] = {}

    def met(name: str, *where: str) -> None:
        names.setdefault(where, set()).add(name)

    for table in tables:
        met(table.table, "table")
        met(table.population, "population")
        people = plain(table.population)
        for dimension in table.dimensions:
            for name in (dimension.name, *dimension.within, *dimension.unrelated):
                met(name, "dimensions", people)
            for value in dimension.values:
                met(value, plain(dimension.name), people, "values")
            for above, parents in dimension.within.items():
                for parent in parents.values():
                    met(parent, plain(above), people, "values")
    for where, found in names.items():
        if alike := lookalikes(found):
            said = f"{alike[0]} and {alike[1]} look alike and are not the same; write one name alike everywhere"
            raise EvidenceError(said, field=where[0])


def _related(together: list[Table], before: list[Table], parents: Parents) -> None:
    crossed = {pair for table in (*together, *before) for pair in _pairs(table, table)}
    unrelated = {
        (plain(dimension.name), plain(other))
        for table in (*together, *before)
        for dimension in table.dimensions
        for other in dimension.unrelated
    }
    pairs = [*combinations(together, 2), *((table, old) for table in together for old in before)]
    for one, other in pairs:
        for mine in one.dimensions:
            for theirs in other.dimensions:
                if plain(mine.name) == plain(theirs.name):
                    continue
                pair = (plain(mine.name), plain(theirs.name))
                nested = any(b in relations.coarser(a, parents) for a, b in (pair, pair[::-1]))
                if not nested and not {pair, pair[::-1]} & (crossed | unrelated):
                    raise EvidenceError(
                        f"how does it relate to {theirs.name} of {other.table}? They count the same people: declare "
                        f'which values lie within which ("within"), or "unrelated": ["{theirs.name}"]',
                        cell=one.table,
                        field=mine.name,
                    )


def _pairs(one: Table, other: Table) -> Iterator[tuple[str, str]]:
    for mine in one.names:
        for theirs in other.names:
            yield plain(mine), plain(theirs)


def _nested(one: Known, other: Known) -> None:
    """Raise an EvidenceError where each of two tables has values of a dimension that the other lacks.

    Also of a coarser one: a misspelt region has nobody to be held against, and the trusts within it tie to none.
    """
    for name in sorted(one.names & other.names):
        ours, yours = ({place[name] for _, place, _ in table.cells} for table in (one, other))
        if not (ours <= yours or yours <= ours):
            raise EvidenceError(
                f"{min(ours - yours)} is in no place of {other.table.table}, which counts the same people and has "
                f"{min(yours - ours)} instead: write values alike, count who is missing under a value of their own, or "
                'give the coarser dimension a name of its own and declare which values lie "within" which',
                cell=one.table.table,
                field=name,
            )


def _agree(together: list[Table], parents: Parents) -> None:
    known = [links.known(table, parents) for table in together]
    covered, sums = links.covered(known), [_sums(table) for table in together]
    for (first, one), (second, other) in combinations(enumerate(known), 2):
        _nested(one, other)
        for link in links.links(one, other, covered, covered):
            wrong = {"same": link.difference != 0, "fewer": link.difference > 0, "more": link.difference < 0}
            if wrong.get(link.alike):
                where = ", ".join(link.values) or "all"
                raise EvidenceError(
                    f"does not count the same people as {other.table.table} in {where}, though both are of population "
                    f"{one.table.population}: count who is missing as a value of its own, or name another population",
                    cell=one.table.table,
                    field="counts",
                )
            for name in sorted(sums[first].keys() & sums[second].keys()):
                (mean, mine), (_, theirs) = sums[first][name], sums[second][name]
                totals = sum(mine[at] for at in link.mine), sum(theirs[at] for at in link.theirs)
                _sums_agree(one.table, other.table, link, mean, totals)


def _sums_agree(one: Table, other: Table, link: Link, mean: Mean, sums: tuple[int, int]) -> None:
    """Raise an EvidenceError where a score has two sums over the same people, or one nobody left out can have."""
    sign = -1 if link.alike == "fewer" else 1
    people, apart = sign * link.difference, sign * (sums[0] - sums[1])
    if link.alike != "apart" and not mean.low * people <= apart <= mean.high * people:
        where = ", ".join(link.values) or "all"
        said = f"does not sum the answers of the same people as {other.table} in {where}: correct one of them"
        raise EvidenceError(said, cell=one.table, field=mean.name)


def _sums(table: Table) -> dict[str, tuple[Mean, dict[At, int]]]:
    """Return each score of a table by its name as it is compared, with its sum in each cell."""
    cells = list(table.cells())
    return {plain(mean.name): (mean, dict(zip(cells, mean.sums, strict=True))) for mean in table.means}
