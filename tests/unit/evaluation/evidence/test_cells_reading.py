"""Files of cells that nobody can have answered: each ends as a sentence with file, cell and field."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence import documents
from services.evaluation.evidence.cells import CellTable, fold, parse, reading, twins, written
from services.evaluation.evidence.cells.copies import copies
from services.evaluation.evidence.cells.reading import MANY
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import OUTCOME, Region, region

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
    (put("cells.0.n", -3), "cells[0]", "n", "must be 0 or more"),
    (put("cells.0.n", 2.5), "cells[0]", "n", "must be a whole number"),
    (put("cells.0.n", True), "cells[0]", "n", "must be a whole number"),
    (put("cells.2.n", WHOLE["n"] - 1), "cells[2] (Organisation 001)", "scores.1", f"people, n is {WHOLE['n'] - 1}"),
    (put("cells.0.sums", []), "cells[0]", "sums", "must have 1 or more"),
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
    (put("cells.0.scores.1", {"50": -1}), "cells[0]", "scores.1.50", "must be 0 or more"),
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
    (put("cells.0.changes", {"first": {"0": 1}}), "cells[0]", "changes", "must be two waves such as 1-3"),
    (put("cells.0.colour", "red"), "cells[0]", "colour", "no such field; take it out"),
    (put("outcome.low", 200), "", "outcome", "low must be below high"),
    (put("outcome.better", "louder"), "", "outcome.better", "higher"),
    (put("waves", ["2023-09", "2023-09", "2024-01"]), "", "waves", "not repeat"),
    (put("waves", ["2023-09", "2024-01", "2024-01-01"]), "", "waves", "not repeat"),
    (put("waves", ["2023-09", "2024-01", "2024-05", "2024-09"]), "", "waves[3]", "nobody answered"),
    (put("waves.0", "last autumn"), "", "waves[0]", "such as 2023-09"),
    (put("k", 1), "", "k", "must be 10 or more"),
    (put("cells", []), "", "cells", "must have 1 or more"),
    (put("cells.0.organisation", "Organisation 001 "), "cells[0]", "organisation", "begin or end with a blank"),
    (put("cells.0.organisation", " "), "cells[0]", "organisation", "blank"),
    (put("cells.0.organisation", "Organisation  001"), "cells[0]", "organisation", "two blanks"),
    (put("cells.0.organisation", "Organisation\u00a0001"), "cells[0]", "organisation", "cannot be seen"),
    (put("cells.0.organisation", "Organ\u00adisation 001"), "cells[0]", "organisation", "cannot be seen"),
    (put("cells.0.organisation", "\x1b[2JOrganisation"), "cells[0]", "organisation", "cannot be seen"),
    (put("cells.0.organisation", "\uff2frganisation 001"), "cells[0]", "organisation", "plain characters: 'Organ"),
    (put("cells.0.organisation", "\u041erganisation 001"), "cells[0]", "organisation", "letters of one script"),
    (put("cells.0.organisation", "ORGANISATION 001"), "cells[1]", "organisation", "spelt otherwise"),
    (put("cells.0.organisation", "Org\u00e0nisation 001"), "cells[0]", "organisation", "spelt otherwise"),
    (put("cells.0.instrument", "then "), "cells[0]", "instrument", "one word"),
    (put("cells.0.instrument", "It was the programme"), "cells[0]", "instrument", "one word"),
    (put("waves.0", "\uff12\uff10\uff12\uff13-\uff10\uff19"), "", "waves[0]", "such as 2023-09"),
    (put("waves.2", "2024-99"), "", "waves[2]", "such as 2023-09"),
    (put("waves.2", "2024-02-30"), "", "waves[2]", "such as 2023-09"),
    (put("waves.0", "0023-09"), "", "waves[0]", "such as 2023-09"),
    (put("cells.2.scores", {"01": {"50": 1}}), "cells[2]", "scores", "must be a wave such as 1"),
    (put("cells.2.scores", {"1": {"050": 1}}), "cells[2]", "scores.1", "must be a whole number such as 3"),
    (put("cells.2.changes", {"01-2": {"0": 1}}), "cells[2]", "changes", "must be two waves such as 1-3"),
    (lambda plain: plain.pop("format"), "", "format", 'write "format": "groundswell-cells/1"'),
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
    assert refusal(text).file.startswith("region.json")


def test_a_name_written_twice_is_refused_with_its_cell() -> None:
    """MCR-27: the last of the two would win, and nobody would know."""
    text = json.dumps(GOOD).replace('"n": ', '"n": 99, "n": ', 1)
    assert str(refusal(text)) == "region.json: cells[0]: n: written twice; keep one"
    spread = json.dumps(GOOD).replace('"scores": {"1": {', '"scores": {"1": {}, "1": {', 1)
    assert refusal(spread).field == "scores.1"


def test_a_file_as_a_spreadsheet_saves_it_is_read_and_other_encodings_are_named() -> None:
    text = json.dumps(GOOD)
    assert written(parse(b"\xef\xbb\xbf" + text.encode())) == GOOD
    assert written(parse("\ufeff" + text)) == GOOD
    with pytest.raises(EvidenceError, match="save it as UTF-8"):
        parse(text.encode("utf-16"), "region.json")


def test_no_message_repeats_what_is_in_the_file() -> None:
    """Cells are internal: whoever reads a log must not read them there."""
    for spoil in (lambda plain: plain.pop("format"), lambda plain: plain.update(cells=[{"secret": 4711}])):
        plain = copy.deepcopy(GOOD)
        spoil(plain)
        assert "4711" not in str(refusal(json.dumps(plain)))
        assert "Organisation" not in str(refusal(json.dumps(plain)))


def test_a_million_cells_are_refused_as_too_many() -> None:
    """More than any region has; a cell of one person is that person's row."""
    cell = '{"organisation":"A","cohort":0,"pattern":[1],"n":1,"sums":[1],"products":[[1]]}'
    text = json.dumps({**GOOD, "cells": []})[:-2] + ",".join([cell] * 1_000_000) + "]}"
    found = refusal(text)
    assert found.field == "cells"
    assert str(MANY) in str(found)


@pytest.mark.parametrize("key", ["organisation", "organis\\u0061tion", "none"])
def test_too_many_cells_are_refused_however_they_are_spelt_and_before_they_are_looked_at(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escapes in a name hid 700,000 cells from the count, and reading them took 39 seconds and 2.2 GB."""
    monkeypatch.setattr(reading, "MANY", 50)
    monkeypatch.setattr(reading._CellsInFile, "model_validate_json", None)
    text = json.dumps({**GOOD, "cells": []})[:-2] + ",".join([f'{{"{key}":"A"}}'] * 51) + "]}"
    assert refusal(text).field == "cells"
    assert "the 50 cells of any region" in str(refusal(text)) or "the 50 of any region" in str(refusal(text))


def test_a_file_that_no_region_fills_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 100)
    found = refusal(json.dumps(GOOD))
    assert (found.file, found.what) == ("region.json", "larger than 100 bytes: nothing that is read here is")


@pytest.mark.parametrize("name", ["Organisati0n 001", "Organisation OOI", "Organisation 00I", "ORGANISATION 0Ol"])
def test_letters_and_digits_that_look_alike_make_no_other_organisation(name: str) -> None:
    """One organisation in two spellings would count as two, and six are asked for."""
    plain = copy.deepcopy(GOOD)
    plain["cells"][-1]["organisation"] = name
    assert "spelt otherwise" in refusal(json.dumps(plain)).what


def test_names_that_do_not_look_alike_are_two() -> None:
    assert twins(["Ward I", "Ward L", "Ward i2", "Ward l2", "R10", "R01", "Ali", "All"]) is None


def copied(table: CellTable, people: int | None = None) -> Plain:
    """Organisation 001 once more, under another name and as one that never begins."""
    cells = [cell for cell in table.cells if cell.organisation == "Organisation 001" and people in (None, cell.n)]
    again = [replace(cell, organisation="Elsewhere", cohort=0) for cell in cells]
    return written(CellTable.of(table.outcome, table.waves, [*table.cells, *again]))


def test_one_organisation_under_two_names_is_refused() -> None:
    """Its answers would be counted twice, and look surer than its people can make them."""
    found = refusal(json.dumps(copied(region(Region(organisations=4, people=30, waves=3, starts=(2,), dropout=0.1)))))
    assert (found.file, found.field) == ("region.json", "organisation")
    assert "the very answers of 'Elsewhere'" in found.what
    renamed = copied(region(Region(organisations=4, people=5, waves=6, dropout=0.0)))
    assert "leave one of them out" in refusal(json.dumps(renamed)).what


@pytest.mark.parametrize("table", [
    region(Region(organisations=4, people=2, waves=6, dropout=0.0)),
    CellTable.of(OUTCOME, ("2023-09", "2024-01", "2024-05"),
                 fold(["Organisation 001"] * 40 + ["Organisation 002"] * 9, [2] * 40 + [0] * 9,
                      np.full((49, 3), 50), np.ones((49, 3), dtype=bool))),
    CellTable.of(OUTCOME.model_copy(update={"low": 1, "high": 3}), ("2023-09", "2024-01"),
                 fold(["Organisation 001"] * 9, [2] * 9, np.array([[1, 2], [2, 2], [3, 3]] * 3),
                      np.ones((9, 2), dtype=bool))),
], ids=["two people", "all of one mind", "a short scale"])  # fmt: skip
def test_answers_that_others_could_have_given_by_chance_are_not_refused(table: CellTable) -> None:
    assert parse(json.dumps(copied(table))).people == sum(cell["n"] for cell in copied(table)["cells"])


def test_two_organisations_that_have_nothing_to_do_with_each_other_are_hardly_ever_taken_for_one() -> None:
    """300 of six people on five points, three waves: 44,850 pairs."""
    random = np.random.default_rng(0)
    people = np.rint(random.normal(4, 0.8, (1800, 1)) + random.normal(0, 0.6, (1800, 3))).clip(1, 5).astype(np.int64)
    names = np.repeat([f"T{number:03}" for number in range(300)], 6).tolist()
    cells = tuple(fold(names, [0] * 1800, people, np.ones(people.shape, dtype=bool)))
    assert copies(cells) is None


def test_a_good_file_is_read_as_it_was_written() -> None:
    assert written(parse(json.dumps(GOOD))) == GOOD
