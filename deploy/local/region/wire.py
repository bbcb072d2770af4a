"""Records as they go over the wire: CloudEvents and xAPI statements, with the flaws they are meant to have.

Guards that the same act always gives the same bytes, so that a repeated record is a repetition and not a conflict.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from deploy.local.region.records import Flaw, Published, Report, VoidReport

Headers = Sequence[tuple[str, bytes | None]]
_AGE_OF_TOO_OLD = timedelta(days=14)


class Wire(NamedTuple):
    """What is sent: key, value and headers."""

    key: bytes
    value: bytes
    headers: Headers


def encode(act: Published, began_at: datetime) -> Wire:
    """Return the record of an act. `began_at` is the time of tick nought, some while before now."""
    at = began_at + timedelta(seconds=act.tick)
    if act.flaw is Flaw.TOO_OLD:
        at -= _AGE_OF_TOO_OLD
    body = _cloud_event(act, at) if act.dialect == "cloudevents" else _statement(act, at)
    if act.flaw is Flaw.OTHER_ORGANISATION:
        body["organisation"] = "ANOTHER-TRUST"
    return Wire(act.key.encode(), _bytes(body, act.flaw), _headers(act.flaw))


def id_of(act: Published) -> str:
    """Return the id under which a record goes out."""
    return act.record if act.dialect == "cloudevents" else _statement_id(act, act.record)


def _bytes(body: dict[str, Any], flaw: Flaw) -> bytes:
    value = json.dumps(body).encode()
    if flaw is Flaw.TRUNCATED:
        return value[: len(value) // 2]
    return b"\xff\xfe" + value if flaw is Flaw.NOT_TEXT else value


def _headers(flaw: Flaw) -> Headers:
    if flaw is Flaw.NULL_HEADER:
        return [("content-type", None)]
    kind = b"\xff\xfe\x80" if flaw is Flaw.BINARY_HEADER else b"application/json"
    return [("content-type", kind)]


def _session(act: Report) -> str:
    return "nobody-scheduled-this" if act.flaw is Flaw.UNKNOWN_SESSION else act.session


def _cloud_event(act: Published, at: datetime) -> dict[str, Any]:
    match act:
        case Report():
            kind, data = "attendance.recorded.v1", _recorded(act)
        case VoidReport():
            kind, data = "attendance.voided.v1", {"record": act.voids}
        case _:
            raise TypeError(act)
    return {
        "specversion": "1.0",
        "type": kind,
        "source": act.source,
        "id": id_of(act),
        "time": at.isoformat(),
        "data": data,
    }


def _recorded(act: Report) -> dict[str, Any]:
    minutes: int | str | None = "an hour or so" if act.flaw is Flaw.WRONG_TYPE else act.minutes
    told: dict[str, Any] = {
        "person": {"system": act.system, "value": act.value},
        "session": _session(act),
        "status": act.status,
    }
    return told if minutes is None else {**told, "minutes": minutes}


def _statement(act: Published, at: datetime) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "id": id_of(act),
        "timestamp": at.isoformat(),
        "stored": at.isoformat(),
        "authority": {"account": {"homePage": act.source, "name": "recorder"}},
    }
    match act:
        case Report():
            return {**statement, **_attended(act)}
        case VoidReport():
            return {
                **statement,
                "actor": {"account": {"homePage": act.source, "name": "recorder"}},
                "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
                "object": {"objectType": "StatementRef", "id": _statement_id(act, act.voids)},
            }
        case _:
            raise TypeError(act)


def _attended(act: Report) -> dict[str, Any]:
    """Absent is `attended` that was not completed, as the Jisc profile has it."""
    result: dict[str, Any] = {"completion": act.status == "attended"}
    if act.minutes is not None:
        result["duration"] = f"PT{act.minutes}M"
    if act.flaw is Flaw.WRONG_TYPE:
        result["duration"] = "an hour or so"
    return {
        "actor": {"objectType": "Agent", "account": {"homePage": act.system, "name": act.value}},
        "verb": {"id": "http://activitystrea.ms/schema/1.0/attend"},
        "object": {"objectType": "Activity", "id": f"{act.system}/sessions/{_session(act)}"},
        "result": result,
    }


def _statement_id(act: Published, record: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{act.organisation}/{act.source}/{record}"))
