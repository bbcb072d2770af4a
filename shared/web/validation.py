"""What is wrong with a request's fields, in sentences that never repeat a value.

Guards that a validation error tells its reader what to change, and that a name or an address that was typed into the
wrong field does not come back in an answer or a log.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.web.problems import FieldProblem

MAX_SHOWN = 20
_KNOWN_SHAPE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "json_invalid": "is not JSON that can be read",
    "string_type": "must be text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "does not have the expected form",
    "string_unicode": "must be text that can be written in Unicode",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "date_type": "must be a date such as 2024-03-01",
    "date_parsing": "must be a date such as 2024-03-01",
    "date_from_datetime_parsing": "must be a date such as 2024-03-01",
    "date_from_datetime_inexact": "must be a date without a time",
    "datetime_type": "must be a time such as 2024-03-01T09:30:00Z",
    "datetime_parsing": "must be a time such as 2024-03-01T09:30:00Z",
    "datetime_from_date_parsing": "must be a time such as 2024-03-01T09:30:00Z",
    "timezone_aware": "must say its time zone, for example 2024-03-01T09:30:00Z",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "none_required": "must be empty",
}


def field_problems(errors: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """Return pydantic's errors as sentences, at most twenty."""
    return [
        FieldProblem(field=_field(error), problem=_sentence(error))
        for error, _ in zip(errors, range(MAX_SHOWN), strict=False)
    ]


def _field(error: Mapping[str, Any]) -> str:
    """Return the path of a field; a name that the caller made up is shown only if it looks like a field's name."""
    # Of JSON that cannot be read the location is an offset into the text.
    location = error.get("loc", ()) if error.get("type") != "json_invalid" else ("body",)
    return ".".join(
        str(part) if isinstance(part, int) or _KNOWN_SHAPE.fullmatch(str(part)) else "(unknown)" for part in location
    )


def _sentence(error: Mapping[str, Any]) -> str:
    """Return what is wrong; sentences of our own validators are taken as they are unless they repeat the value."""
    template = _SENTENCES.get(str(error.get("type")))
    if template is not None:
        return template.format_map(error.get("ctx") or {})
    own = str(error.get("msg", "")).removeprefix("Value error, ")
    given = error.get("input")
    repeats = isinstance(given, str | int | float) and str(given) in own
    if error.get("type") == "value_error" and own and not repeats:
        return own
    return "is not valid"
