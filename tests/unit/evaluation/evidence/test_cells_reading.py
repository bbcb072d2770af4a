"""Files of cells that nobody can have answered: each ends as a sentence with file, cell and field."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from services.evaluation.evidence.cells import parse, written
from services.evaluation.evidence.cells.reading import MANY
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import Region, region

Plain = dict[str, Any]
Spoil = Callable[[Plain], object]
GOOD = written(region(Region(organisations=4, people=30, waves=3, starts=(2,), dropout=0.1)))


def refusal(text: str) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        parse(text, "region.json")
    return caught.value


def put(where: str, value: Any) -> Spoil:
    """Spoil the file at a path such as cells.0.n."""
    *path, last = [int(part) if part.isdigit() else part for part in where.split(".")]

    def spoil(plain: Plain) -> None:
        at: Any = plain
        for part in path:
            at = at[part]
        at[last if not isinstance(at, dict) else str(last)] = value

    return spoil


CELL, WHOLE = GOOD["cells"][0], GOOD["cells"][2]
SPOILED: list[tuple[Spoil, str, str, str]] = [
    (put("format", "groundswell-cells/2"), "", "format", "wrong version"),
    (put("cells.0.n", -3), "cells[0]", "n", "greater than or equal to 0"),
    (put("cells.0.n", 2.5), "cells[0]", "n", "integer"),
    (put("cells.0.n", True), "cells[0]", "n", "integer"),
    (put("cells.2.n", WHOLE["n"] - 1), "cells[2] (Organisation 001)", "scores.1", f"people, n is {WHOLE['n'] - 1}"),
    (put("cells.0.sums", []), "cells[0]", "sums", "at least 1"),
    (put("cells.0.sums.0", 10**6), "cells[0] (Organisation 001)", "sums[0]", "cannot sum to this"),
    (put("cells.2.products.0", [1]), "cells[2] (Organisation 001)", "products", "must be 3 by 3"),
    (put("cells.2.products.0.0", 1), "cells[2] (Organisation 001)", "products[0][0]", "with this sum of squares"),
    (put("cells.2.products.0.1", 0), "cells[2] (Organisation 001)", "products", "symmetric"),
    (put("cells.0.pattern", [2, 1]), "cells[0] (Organisation 001)", "pattern", "rise"),
    (put("cells.0.pattern", [9]), "cells[0] (Organisation 001)", "pattern", "within 3 waves"),
    (put("cells.0.cohort", 4), "cells[0] (Organisation 001)", "cohort", "cohort 4 of 3 waves"),
    (put("cells.0.scores.1", {"50": CELL["n"] + 4}), "cells[0] (Organisation 001)", "scores.1", "counts"),
    (put("cells.0.scores.1", {"50": CELL["n"]}), "cells[0] (Organisation 001)", "scores.1", "sums and products"),
    (put("cells.0.scores.1", {"500": CELL["n"]}), "cells[0] (Organisation 001)", "scores.1", "outside"),
    (put("cells.0.scores.1", {"50": -1}), "cells[0]", "scores.1.50", "greater than or equal to 0"),
    (
        put("cells.0.scores.3", {"50": CELL["n"]}),
        "cells[0] (Organisation 001)",
        "scores.3",
        "not a wave of the pattern",
    ),
    (
        put("cells.0.changes", {"2-1": {"0": CELL["n"]}}),
        "cells[0] (Organisation 001)",
        "changes.2-1",
        "not two rising waves",
    ),
    (put("cells.0.changes", {"first": {"0": 1}}), "cells[0]", "changes", "pattern"),
    (put("cells.0.colour", "red"), "cells[0]", "colour", "not permitted"),
    (put("outcome.low", 200), "", "outcome", "low must be below high"),
    (put("outcome.better", "louder"), "", "outcome.better", "higher"),
    (put("waves", ["2023-09", "2023-09", "2024-01"]), "", "waves", "not repeat"),
    (put("waves", ["2023-09", "2024-01", "2024-05", "2024-09"]), "", "waves[3]", "nobody answered"),
    (put("waves.0", "last autumn"), "", "waves[0]", "match"),
    (put("k", 1), "", "k", "greater than or equal to 10"),
    (put("cells", []), "", "cells", "at least 1"),
    (lambda plain: plain["cells"].append(copy.deepcopy(CELL)), f"cells[{len(GOOD['cells'])}]", "pattern", "twice"),
]


@pytest.mark.parametrize(("spoil", "cell", "field", "what"), SPOILED)
def test_a_spoiled_file_is_refused_with_its_place(spoil: Spoil, cell: str, field: str, what: str) -> None:
    """MCR-27: never a traceback, never a number."""
    plain = copy.deepcopy(GOOD)
    spoil(plain)
    found = refusal(json.dumps(plain))
    assert found.file == "region.json"
    assert found.cell.startswith(cell)
    assert found.field.startswith(field)
    assert what in str(found)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", '"7"', "null"])
def test_what_is_not_a_number_is_refused_where_a_number_should_be(number: str) -> None:
    text = json.dumps(GOOD).replace(f'"n": {CELL["n"]}', f'"n": {number}', 1)
    assert (refusal(text).cell, refusal(text).field) == ("cells[0]", "n")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "\x00", "[" * 100_000])
def test_what_is_not_a_file_of_cells_is_refused(text: str) -> None:
    assert refusal(text).file == "region.json"


def test_a_million_cells_are_refused_as_too_many() -> None:
    """More than any region has; a cell of one person is that person's row."""
    cell = '{"organisation":"A","cohort":0,"pattern":[1],"n":1,"sums":[1],"products":[[1]]}'
    text = json.dumps({**GOOD, "cells": []})[:-2] + ",".join([cell] * 1_000_000) + "]}"
    found = refusal(text)
    assert found.field == "cells"
    assert str(MANY) in str(found)


def test_a_good_file_is_read_as_it_was_written() -> None:
    assert written(parse(json.dumps(GOOD))) == GOOD
