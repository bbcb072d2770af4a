"""Records as they go over the wire: what an honest system would send, and each flaw where it is meant to be."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.local.region.records import Dialect, Flaw, Report, VoidReport
from deploy.local.region.wire import encode

BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
REPORT = Report(
    organisation="R0A",
    key="B-1",
    dialect="cloudevents",
    source="doors.r0a.example",
    record="r-1",
    tick=60,
    system="badge",
    value="B-1",
    person="p1",
    session="recap-2024-day-1",
    status="attended",
    minutes=90,
)
DIALECTS: tuple[Dialect, ...] = ("cloudevents", "xapi")


def sent(report: Report | VoidReport) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode(report, BEGAN).value)
    return body


def test_a_cloud_event_says_who_where_and_how_long() -> None:
    body = sent(REPORT)
    assert (body["type"], body["id"], body["time"]) == ("attendance.recorded.v1", "r-1", "2026-01-31T12:01:00+00:00")
    assert body["data"] == {
        "person": {"system": "badge", "value": "B-1"},
        "session": "recap-2024-day-1",
        "status": "attended",
        "minutes": 90,
    }
    assert "organisation" not in body


def test_an_absence_in_xapi_is_attended_that_was_not_completed() -> None:
    """Traps: `completion=false`."""
    body = sent(replace(REPORT, dialect="xapi", status="missed", minutes=None))
    assert body["result"] == {"completion": False}
    assert body["verb"]["id"].endswith("/attend")


def test_a_void_in_xapi_refers_to_the_statement_it_takes_back() -> None:
    original = replace(REPORT, dialect="xapi")
    void = VoidReport(
        organisation="R0A",
        key="B-1",
        dialect="xapi",
        source=original.source,
        record="v-1",
        tick=61,
        voids=original.record,
        person="p1",
        session=original.session,
    )
    assert sent(void)["object"] == {"objectType": "StatementRef", "id": sent(original)["id"]}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_act_gives_the_same_bytes_and_another_body_under_its_id_does_not(dialect: Dialect) -> None:
    report = replace(REPORT, dialect=dialect)
    other = replace(report, flaw=Flaw.OTHER_BODY, minutes=5)
    assert encode(report, BEGAN) == encode(report, BEGAN)
    assert sent(report)["id"] == sent(other)["id"]
    assert encode(report, BEGAN).value != encode(other, BEGAN).value


@pytest.mark.parametrize("dialect", DIALECTS)
def test_truncated_and_binary_bodies_are_no_json(dialect: Dialect) -> None:
    for flaw in (Flaw.TRUNCATED, Flaw.NOT_TEXT):
        value = encode(replace(REPORT, dialect=dialect, flaw=flaw), BEGAN).value
        with pytest.raises(ValueError):  # noqa: PT011 -- UnicodeDecodeError and JSONDecodeError are both one
            json.loads(value.decode("utf-8"))


def test_a_record_that_is_too_old_was_published_a_fortnight_before() -> None:
    age = datetime.fromisoformat(sent(REPORT)["time"]) - datetime.fromisoformat(
        sent(replace(REPORT, flaw=Flaw.TOO_OLD))["time"]
    )
    assert age.days == 14


def test_odd_headers_are_odd_and_leave_the_body_alone() -> None:
    plain = encode(REPORT, BEGAN)
    null, binary = (encode(replace(REPORT, flaw=flaw), BEGAN) for flaw in (Flaw.NULL_HEADER, Flaw.BINARY_HEADER))
    assert plain.value == null.value == binary.value
    assert null.headers == [("content-type", None)]
    with pytest.raises(UnicodeDecodeError):
        (binary.headers[0][1] or b"").decode()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_another_organisation_an_unknown_session_and_a_wrong_type_are_in_the_body(dialect: Dialect) -> None:
    report = replace(REPORT, dialect=dialect)
    assert sent(replace(report, flaw=Flaw.OTHER_ORGANISATION))["organisation"] != "R0A"
    assert "recap-2024-day-1" not in json.dumps(sent(replace(report, flaw=Flaw.UNKNOWN_SESSION)))
    assert "an hour or so" in json.dumps(sent(replace(report, flaw=Flaw.WRONG_TYPE)))
