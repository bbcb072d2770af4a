"""Rows of a CSV file as people send it, or a sentence about why it cannot be read and what to do.

Guards that a file which a spreadsheet saved in another way is told apart from one that lacks columns.
"""

import csv
from collections.abc import Collection, Iterator
from io import StringIO

from services.evaluation.evidence.errors import EvidenceError

MOST_ROWS = 200_000


def rows(
    text: str, columns: Collection[str], optional: Collection[str], file: str
) -> Iterator[tuple[str, dict[str, str]]]:
    """Return each row's name and its cells by column; EvidenceError names file, row and field."""
    try:
        lines = list(csv.reader(StringIO(text), strict=True))
    except csv.Error as error:
        raise EvidenceError(f"not CSV: {error}", file=file) from error
    if len(lines) > MOST_ROWS:
        raise EvidenceError(f"more than {MOST_ROWS} rows", file=file)
    head = [name.strip().lower() for name in lines[0]] if lines else []
    _check(head, columns, optional, file)
    found = False
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line):
            found = True
            yield f"row {number}", _cells(head, line, file, number)
    if not found:
        raise EvidenceError("no rows under the heading", file=file)


def _check(head: list[str], columns: Collection[str], optional: Collection[str], file: str) -> None:
    said = ""
    if head and head[0].startswith("sep="):
        said = "a note to a spreadsheet; delete this line"
    elif len(head) == 1 and max(head[0].count(";"), head[0].count("\t")) > 1:
        said = "separated by semicolons or tabs; save it with commas"
    elif len(head) > 1 and head[-1] == "":
        said = "ends with a comma: delete the empty column, in all rows"
    if said:
        raise EvidenceError(said, file=file, cell="row 1")
    for name in columns:
        if head.count(name) > 1 or (name not in head and name not in optional):
            said = "a column is missing or there twice; the first row names the columns, separated by commas"
            raise EvidenceError(said, file=file, cell="row 1", field=name)
    for unknown in sorted(set(head) - set(columns)):
        raise EvidenceError("no such column", file=file, cell="row 1", field=unknown or "(empty)")


def _cells(head: list[str], line: list[str], file: str, number: int) -> dict[str, str]:
    if len(line) != len(head):
        said = f"{len(line)} cells for {len(head)} columns; leave out notes, and commas within numbers"
        raise EvidenceError(said, file=file, cell=f"row {number}")
    cells = dict(zip(head, (cell.strip() for cell in line), strict=True))
    for name, cell in cells.items():
        if not cell.isprintable():
            said = "holds a character that cannot be printed, such as a line break or a tab; type it again"
            raise EvidenceError(said, file=file, cell=f"row {number}", field=name)
    return cells
