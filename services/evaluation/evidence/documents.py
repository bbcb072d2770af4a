"""JSON that somebody wrote, and what is wrong with it, said so that they can mend it.

Guards that no name written twice silently loses one of its values, that text which is none or no JSON is told from a
wrong field, and that a message says what to do and never repeats the content of a file.
"""

import json
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from pydantic import ValidationError

from services.evaluation.evidence.errors import EvidenceError

Steps = tuple[str | int, ...]
_SAID: Mapping[str, str] = {
    "missing": "is missing; write it",
    "extra_forbidden": "no such field; take it out, or see how it is spelt",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "finite_number": "must be a number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "too_short": "must have {min_length} or more",
    "too_long": "must have {max_length} or fewer",
    "string_type": "must be text, in quotation marks",
    "string_unicode": "must be text of whole characters",
    "string_too_short": "must not be empty",
    "string_too_long": "must have {max_length} characters or fewer",
    "literal_error": "must be {expected}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be names with values, in braces",
    "model_type": "must be names with values, in braces",
    "list_type": "must be a list, in brackets",
    "tuple_type": "must be a list, in brackets",
    "value_error": "{error}",
}
_MANY = 1000
LARGEST = 200_000_000
"""Bytes: 100,000 cells of 2,000 each, twice what a cell of six waves takes that holds one person."""


class _Twice(dict[str, Any]):
    """An object in which a name stands twice."""

    name = ""


def plain(text: str | bytes, file: str = "") -> str:
    """Return text without the mark that spreadsheets put in front; EvidenceError for what is no text in UTF-8."""
    if len(text) > LARGEST:
        raise EvidenceError(f"larger than {LARGEST:,} bytes: nothing that is read here is", file=file)
    if isinstance(text, str):
        return text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError("not text in UTF-8; save it as UTF-8", file=file) from error


def loads(text: str | bytes, file: str = "", most: int | None = None) -> Any:
    """Return the JSON of a text; EvidenceError with file and line or field for what is none, or written twice.

    `most` is how many cells there may be. They are counted as they are read, however their names are spelt: to read
    them all before saying that they are too many would take minutes and gigabytes.
    """
    twice: list[_Twice] = []
    left = inf if most is None else most

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal left
        found = dict(pairs)
        left -= "organisation" in found
        if left < 0:
            raise EvidenceError(f"more than the {most} cells of any region", file=file, field="cells")
        if len(found) == len(pairs):
            return found
        names = [name for name, _ in pairs]
        doubled = _Twice(found)
        doubled.name = next(name for name in names if names.count(name) > 1)
        twice.append(doubled)
        return doubled

    try:
        read = json.loads(plain(text, file), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}" if file else ""
        raise EvidenceError(f"not JSON, but it should be: {error.msg}", file=where) from error
    except RecursionError as error:
        raise EvidenceError("not JSON: nested too deeply", file=file) from error
    except ValueError as error:
        raise EvidenceError("not JSON: a number of thousands of digits", file=file) from error
    if twice:
        cell, field = place((*_way(read, twice[0]), twice[0].name))
        raise EvidenceError("written twice; keep one", file=file, cell=cell, field=field)
    return read


def told(error: ValidationError, file: str, reads: str) -> EvidenceError:
    """Return the first problem in plain words, a wrong version before all others: it explains the rest.

    `reads` is the format that is read, such as groundswell-cells/1.
    """
    few = error.error_count() < _MANY
    problems = error.errors(include_url=False, include_context=few, include_input=few)
    first = min(problems, key=lambda problem: problem["loc"] != ("format",))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    cell, field = place(first["loc"])
    if first["loc"] == ("format",) and first["type"] == "missing":
        return EvidenceError(f'is missing; write "format": "{reads}"', file=file, field=field)
    if first["loc"] == ("format",):
        what = f"wrong version: this program reads {reads}, not {str(first.get('input', 'another'))[:60]!r}"
        return EvidenceError(what, file=file, field=field)
    said = _SAID.get(first["type"]) if few else None
    what = first["msg"] if said is None else said.format_map(first.get("ctx", {}))
    return EvidenceError(what + more, file=file, cell=cell, field=field)


def place(steps: Sequence[int | str]) -> tuple[str, str]:
    """Return (cell, field) of a path such as ("cells", 3, "sums", 0)."""
    inside = tuple(steps[:1]) == ("cells",) and len(steps) > 1
    parts = [f"[{part}]" if isinstance(part, int) else f".{_named(part)}" for part in (steps[2:] if inside else steps)]
    return f"cells[{steps[1]}]" if inside else "", "".join(parts).removeprefix(".")


def _named(part: str) -> str:
    return part if part.isprintable() else ascii(part)


def _way(where: Any, wanted: _Twice) -> Steps:
    """Return the path to an object within what was read."""
    left: list[tuple[Any, Steps]] = [(where, ())]
    while left:
        at, steps = left.pop()
        if at is wanted:
            return steps
        inner = at.items() if isinstance(at, dict) else enumerate(at) if isinstance(at, list) else ()
        left += [(value, (*steps, step)) for step, value in inner]
    return ()
