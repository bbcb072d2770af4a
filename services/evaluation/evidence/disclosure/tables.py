"""Tables of people as they are kept: `groundswell-tables/1`, whole numbers, dimensions and totals declared beforehand.

Guards that a file which cannot be a table of people (a negative count, a part, a hole, a sum out of its scale) is
refused with file, cell and field.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.evaluation.evidence import documents
from services.evaluation.evidence.disclosure.naming import Name, Words, lookalikes, plain, written_twice
from services.evaluation.evidence.disclosure.rules import Margins
from services.evaluation.evidence.errors import EvidenceError

TABLES_FORMAT = "groundswell-tables/1"
MOST_CELLS = 20_000
"""More cells in one file are an error: nobody could say in reasonable time that they are safe together."""
MOST_CUBED = 8_000
"""More cells of three dimensions with all their totals are an error: at 20 x 20 x 20 the attack takes its minute."""
LARGEST = 10**9
"""No number in a table is larger, whatever it counts."""
At = tuple[str | None, ...]
"""A place in a table, one value for each dimension; None is the total over it."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Dimension(_Model):
    """What a table is broken down by, and its values in their order.

    `within` says of another dimension which of its values each value here belongs to, `unrelated` names dimensions of
    the same people that this one tells nothing of. `renamed_from` and `new` explain values that the last release of the
    same people did not have.
    """

    name: Name
    values: tuple[Name, ...] = Field(min_length=1)
    within: dict[Name, dict[str, Name]] = Field(default_factory=dict)
    unrelated: tuple[Name, ...] = ()
    renamed_from: dict[str, Name] = Field(default_factory=dict)
    new: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if written_twice(self.values):
            raise ValueError("a value is there twice (capitals and blanks do not make another)")
        if plain(self.name) in {plain(name) for name in (*self.within, *self.unrelated)}:
            raise ValueError("a dimension is named in its own within or unrelated; the coarser one has another name")
        if any(set(parents) != set(self.values) for parents in self.within.values()):
            raise ValueError("within names each value of the dimension once, and nothing else")
        if not {*self.renamed_from, *self.new} <= set(self.values):
            raise ValueError("renamed_from and new are about values of the dimension")
        return self


class Mean(_Model):
    """Sums of a score over the people of each cell, in the shape of the counts; the score runs from low to high.

    `answers`, where it is said, is how many different answers there are.
    """

    name: Name
    low: int = Field(ge=-LARGEST, le=LARGEST)
    high: int = Field(ge=-LARGEST, le=LARGEST)
    sums: Any
    answers: int | None = Field(default=None, ge=3)


class Table(_Model):
    """One declared table. Tables of the same `population` count the same people, and are attacked together.

    `counts` and the sums of `means` are flat after reading, the last dimension running fastest. `renamed_from` is the
    table's name in the last release, `new` says that its population was in no release before.
    """

    table: Name
    title: Words = ""
    unit: Words = "people"
    population: Name
    dimensions: tuple[Dimension, ...] = Field(min_length=1, max_length=3)
    margins: Margins
    percent_of: tuple[str, ...] | None = None
    """Dimensions whose total is the base of percentages; () is the grand total; None where no percentages are shown."""
    counts: Any
    means: tuple[Mean, ...] = ()
    renamed_from: str = ""
    new: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the dimensions."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def total_kind(self) -> Margins:
        """Return which totals there really are: all margins of a single dimension are its grand total."""
        return "grand_total" if self.margins == "all" and len(self.dimensions) == 1 else self.margins

    def cells(self) -> Iterator[At]:
        """Return the places of the cells, in the order of `counts`."""
        return product(*(dimension.values for dimension in self.dimensions))

    def label(self, at: At) -> str:
        """Return a place in words, with the table's name."""
        named = zip(self.names, at, strict=True)
        return f"{self.table}: " + ", ".join(value or f"all of {name}" for name, value in named)


class Tables(_Model):
    """The tables of one release."""

    format: Literal["groundswell-tables/1"]
    tables: tuple[Table, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Place:
    """A cell or a total: where it is, and the positions of the cells in it."""

    at: At
    members: tuple[int, ...]


def places(table: Table) -> tuple[Place, ...]:
    """Return the cells and then the totals that stand beside them."""
    cells = list(table.cells())
    found = [Place(at, (position,)) for position, at in enumerate(cells)]
    size = len(table.dimensions)
    every = [axes for fewer in reversed(range(size)) for axes in combinations(range(size), fewer)]
    kept: dict[Margins, list[tuple[int, ...]]] = {"none": [], "grand_total": [()], "all": every}
    for fixed in kept[table.margins]:
        members: dict[At, list[int]] = {}
        for position, at in enumerate(cells):
            total = tuple(value if axis in fixed else None for axis, value in enumerate(at))
            members.setdefault(total, []).append(position)
        found.extend(Place(at, tuple(positions)) for at, positions in members.items())
    return tuple(found)


def parse(document: Any, file: str = "") -> Tables:
    """Return the tables of a JSON document; EvidenceError names file, cell and field of what is wrong."""
    try:
        read = Tables.model_validate(document)
    except ValidationError as error:
        raise documents.told(error, file, TABLES_FORMAT) from None
    twice = written_twice(table.table for table in read.tables)
    if twice:
        raise EvidenceError("two tables have the same name", file=file, cell=twice, field="table")
    if sum(prod(len(d.values) for d in table.dimensions) for table in read.tables) > MOST_CELLS:
        raise EvidenceError(f"more than {MOST_CELLS} cells: release fewer tables at once", file=file, field="tables")
    try:
        return read.model_copy(update={"tables": tuple(_flat(table) for table in read.tables)})
    except EvidenceError as error:
        raise error.inside(file) from error


def written(tables: Tables) -> dict[str, Any]:
    """Return tables as the JSON document that `parse` reads."""
    document = tables.model_dump(mode="json")
    for table, kept in zip(document["tables"], tables.tables, strict=True):
        shape = [len(dimension.values) for dimension in kept.dimensions]
        table["counts"] = _nested(list(kept.counts), shape)
        for mean, flat in zip(table["means"], kept.means, strict=True):
            mean["sums"] = _nested(list(flat.sums), shape)
    return document


def _nested(flat: list[int], shape: list[int]) -> list[Any]:
    if len(shape) == 1:
        return flat
    size = len(flat) // shape[0]
    return [_nested(flat[start : start + size], shape[1:]) for start in range(0, len(flat), size)]


def _flat(table: Table) -> Table:
    """Check what the shape of the model cannot say, and lay the numbers out in one row."""
    if written_twice(table.names):
        raise EvidenceError("two dimensions have the same name", cell=table.table, field="dimensions")
    if written_twice(mean.name for mean in table.means):
        raise EvidenceError("two means have the same name", cell=table.table, field="means")
    columns = [table.unit, *([] if table.percent_of is None else ["per cent"]), *(mean.name for mean in table.means)]
    if written_twice(columns) or lookalikes(columns):
        said = "what is counted (unit), per cent and each mean need names of their own"
        raise EvidenceError(said, cell=table.table, field="means")
    if any(plain(parent) in map(plain, table.names) for dimension in table.dimensions for parent in dimension.within):
        raise EvidenceError("crossed with what it lies within; leave the coarser one out", cell=table.table)
    _triable(table)
    _percentages(table)
    counts = tuple(_numbers(table, table.counts, "counts", 0))
    means = tuple(_mean(table, mean, counts) for mean in table.means)
    return table.model_copy(update={"counts": counts, "means": means})


def _triable(table: Table) -> None:
    cubed = bool(table.dimensions[2:]) and table.margins == "all"
    if cubed and prod(len(dimension.values) for dimension in table.dimensions) > MOST_CUBED:
        said = (
            f"more than {MOST_CUBED} cells in three dimensions with all totals: trying them takes too long; show a "
            "grand total only, cross two dimensions at a time, or join values"
        )
        raise EvidenceError(said, cell=table.table, field="margins")


def _percentages(table: Table) -> None:
    if table.percent_of is None:
        return
    if table.margins == "none" or (table.margins == "grand_total" and table.percent_of):
        raise EvidenceError("their base is not among the totals shown", cell=table.table, field="percent_of")
    if not set(table.percent_of) < set(table.names):
        raise EvidenceError("name some of the dimensions, not all", cell=table.table, field="percent_of")


def _numbers(table: Table, nested: Any, field: str, least: int | None) -> Iterator[int]:
    shape = [len(dimension.values) for dimension in table.dimensions]
    for at in product(*(range(size) for size in shape)):
        found, cell = nested, table.label(tuple(d.values[i] for d, i in zip(table.dimensions, at, strict=True)))
        for position, size in zip(at, shape, strict=True):
            if not isinstance(found, list) or len(found) != size:
                raise EvidenceError(f"its shape is not {' x '.join(map(str, shape))}", cell=cell, field=field)
            found = found[position]
        if type(found) is not int or (least is not None and found < least) or abs(found) > LARGEST:
            raise EvidenceError(
                "not a whole number of people" if least == 0 else "not a whole number", cell=cell, field=field
            )
        yield found


def _mean(table: Table, mean: Mean, counts: tuple[int, ...]) -> Mean:
    if mean.low >= mean.high:
        raise EvidenceError("the scale's low end is not below its high end", cell=table.table, field=mean.name)
    sums = tuple(_numbers(table, mean.sums, mean.name, None))
    for at, people, total in zip(table.cells(), counts, sums, strict=True):
        if not people * mean.low <= total <= people * mean.high:
            raise EvidenceError("the sum does not fit the people and the scale", cell=table.label(at), field=mean.name)
    return mean.model_copy(update={"sums": sums})
