"""How dead letters look on a terminal or as JSON.

Guards that a list never shows key, value or headers, which may be about a person; only `show` does, and it is audited.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.deadletters.desk import Expired
from shared.deadletters.letter import Letter
from shared.stream.record import raw

COLUMNS = ("status", "code", "stage", "attempts", "at", "id")


def listed(letter: Letter, status: str) -> dict[str, Any]:
    """Return what a list may show of a letter."""
    record = letter.record
    return {
        "id": letter.id,
        "status": status,
        "code": letter.code,
        "stage": letter.stage,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "attempts": letter.attempts,
        "at": letter.at.isoformat(timespec="seconds"),
        "message": letter.message,
    }


def listed_expired(expired: Expired, status: str) -> dict[str, Any]:
    """Return what is still known of a letter whose bytes have expired."""
    _, topic, partition, offset, _ = expired.id.rsplit(":", 4)
    return {
        "id": expired.id,
        "status": status,
        "code": None,
        "stage": expired.stage,
        "topic": topic,
        "partition": int(partition),
        "offset": int(offset),
        "attempts": None,
        "at": None,
        "message": None,
    }


def shown(letter: Letter, status: str) -> dict[str, Any]:
    """Return everything about a letter."""
    record = letter.record
    headers = [{"name": _bytes(raw(name)), "value": _bytes(value)} for name, value in record.headers]
    return {**listed(letter, status), "key": _bytes(record.key), "value": _bytes(record.value), "headers": headers}


def _bytes(value: bytes | None) -> str | Mapping[str, str] | None:
    """Return text where it is text, else hexadecimal that says so."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"hex": value.hex()}


def as_json(what: Any) -> str:
    """Return JSON for other programs."""
    return json.dumps(what, ensure_ascii=False, indent=2) + "\n"


def as_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows in columns, with a heading."""
    lines = [
        tuple(columns),
        *(tuple("-" if row[column] is None else str(row[column]) for column in columns) for row in rows),
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    return "".join(_columns(line, widths) for line in lines)


def _columns(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() + "\n"


def as_page(what: Mapping[str, Any]) -> str:
    """Return one letter, a line for each thing."""
    width = max(map(len, what))
    return "".join(f"{name.ljust(width)}  {_line(value)}\n" for name, value in what.items())


def _line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
