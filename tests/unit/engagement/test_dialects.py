"""What other systems publish is read in two dialects, or parked with a code."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.dialects import decode
from services.engagement.domain.dialects.durations import minutes_of
from services.engagement.domain.dialects.records import ExternalReport, ExternalVoid, Person
from shared.errors import PoisonError
from tests.unit.engagement.examples import CALM, DAY, HERE, THERE

TIME = datetime(2026, 3, 4, 10, tzinfo=UTC)
RECORDED: dict[str, Any] = {
    "specversion": "1.0",
    "type": "attendance.recorded.v1",
    "source": "badges",
    "id": "r-1",
    "time": "2026-03-04T10:00:00Z",
    "data": {"person": {"system": "badge", "value": "B 77"}, "session": DAY, "status": "attended", "minutes": 300},
}
VOIDED = {**RECORDED, "type": "attendance.voided.v1", "id": "v-1", "data": {"record": "r-1"}}
STATEMENT: dict[str, Any] = {
    "id": "6F0AF1C4-55D8-4F4E-9B9E-6C8F6E6F3D11",
    "actor": {"objectType": "Agent", "account": {"homePage": "https://learn.trust.example", "name": "jsmith12"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"en": "attended"}},
    "object": {"objectType": "Activity", "id": f"https://learn.trust.example/sessions/{DAY}"},
    "result": {"completion": True, "duration": "PT5H"},
    "timestamp": "2024-03-04T09:00:00Z",
    "stored": "2026-03-04T10:00:00Z",
}
STATEMENT_VOID: dict[str, Any] = {
    "id": "c0ffee00-0000-4000-8000-000000000001",
    "actor": {"objectType": "Agent", "mbox": "mailto:admin@trust.example"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
    "object": {"objectType": "StatementRef", "id": "6f0af1c4-55d8-4f4e-9b9e-6c8f6e6f3d11"},
    "stored": "2026-03-04T10:00:00Z",
}


def read(body: Any, organisation: Any = HERE) -> Any:
    return decode(json.dumps(body).encode(), organisation)


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the body with one value replaced, or removed when it is None."""
    result = deepcopy(body)
    *steps, last = path.split(".")
    place = result
    for step in steps:
        place = place[step]
    place[last] = value
    if value is None:
        del place[last]
    return result


def test_our_own_dialect_is_read() -> None:
    person = Person("badge", "B 77")
    assert read(RECORDED) == ExternalReport("badges", "r-1", TIME, person, DAY, "attended", 300)
    assert read(VOIDED) == ExternalVoid("badges", "v-1", TIME, "r-1")


def test_an_xapi_statement_is_read_and_is_as_old_as_when_it_was_stored() -> None:
    """xAPI with the Jisc attendance profile: `timestamp` is when the session began, not when it was said."""
    heard = read(STATEMENT)
    assert heard == ExternalReport(
        source="xapi",
        id="6f0af1c4-55d8-4f4e-9b9e-6c8f6e6f3d11",
        time=TIME,
        person=Person("https://learn.trust.example", "jsmith12"),
        session=DAY,
        status="attended",
        minutes=300,
    )


def test_an_xapi_statement_that_is_not_completed_means_absent() -> None:
    """`completion=false` (traps)."""
    assert read(changed(STATEMENT, "result", {"completion": False})).status == "missed"


def test_an_xapi_statement_without_result_means_the_whole_session() -> None:
    heard = read(changed(STATEMENT, "result", None))
    assert (heard.status, heard.minutes) == ("attended", None)


def test_an_xapi_void_names_the_statement_whoever_sends_it() -> None:
    heard = read(STATEMENT_VOID)
    assert (heard.source, heard.record) == ("xapi", read(STATEMENT).id)


@pytest.mark.parametrize("iri", [DAY, f"urn:groundswell:session:{DAY}", f"https://x.example/e?id={DAY}", f"a/{DAY}/"])
def test_the_session_is_the_last_part_of_the_activity(iri: str) -> None:
    assert read(changed(STATEMENT, "object.id", iri)).session == DAY


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (["a list"], "undecodable"),
        ("text", "undecodable"),
        ({}, "unknown-dialect"),
        ({"hello": "world"}, "unknown-dialect"),
        (changed(RECORDED, "type", "com.example.door.opened"), "unknown-dialect"),
        (changed(STATEMENT, "verb.id", "http://adlnet.gov/expapi/verbs/completed"), "unknown-dialect"),
        (changed(STATEMENT, "verb", "attended"), "unknown-dialect"),
        (changed(RECORDED, "id", None), "invalid"),
        (changed(RECORDED, "id", ""), "invalid"),
        (changed(RECORDED, "id", 7), "invalid"),
        (changed(RECORDED, "specversion", "0.3"), "invalid"),
        (changed(RECORDED, "time", "2026-03-04T10:00:00"), "invalid"),
        (changed(RECORDED, "time", "yesterday"), "invalid"),
        (changed(RECORDED, "data", None), "invalid"),
        (changed(RECORDED, "data.minutes", "300"), "invalid"),
        (changed(RECORDED, "data.minutes", -1), "invalid"),
        (changed(RECORDED, "data.minutes", 1441), "invalid"),
        (changed(RECORDED, "data.status", "late"), "invalid"),
        (changed(RECORDED, "data.person", "B 77"), "invalid"),
        (changed(RECORDED, "data.session", "../../etc"), "invalid"),
        (changed(VOIDED, "data.record", None), "invalid"),
        (changed(STATEMENT, "actor.objectType", "Group"), "invalid"),
        (changed(STATEMENT, "actor.account", None), "invalid"),
        (changed(STATEMENT, "result.completion", "false"), "invalid"),
        (changed(STATEMENT, "result.duration", "five hours"), "invalid"),
        (changed(STATEMENT, "object.id", "https://x.example/a%20b"), "invalid"),
        (changed(changed(STATEMENT, "stored", None), "timestamp", None), "invalid"),
        (changed(STATEMENT_VOID, "object.objectType", "Activity"), "invalid"),
        (changed(RECORDED, "organisation", THERE), "wrong-organisation"),
        (changed(RECORDED, "data.organisation", THERE), "wrong-organisation"),
        (changed(STATEMENT, "organisation", THERE), "wrong-organisation"),
        (changed(VOIDED, "organisation", 7), "wrong-organisation"),
    ],
)
def test_what_cannot_be_read_says_why_and_repeats_nobody(body: Any, code: str) -> None:
    """A publisher that writes another trust's people (traps); dead letters hold a redacted message."""
    with pytest.raises(PoisonError) as refused:
        read(body)
    assert refused.value.code == code
    assert "B 77" not in str(refused.value)
    assert "jsmith12" not in str(refused.value)


@pytest.mark.parametrize(
    "value", [None, b"", b"\xff\xfe\x00", b"{", b"nil", b'{"a":' * 5000, b" " * 70_000 + b"{}", b"\x00" * 100]
)
def test_bytes_that_are_no_json_object_are_undecodable(value: bytes | None) -> None:
    with pytest.raises(PoisonError) as refused:
        decode(value, HERE)
    assert refused.value.code == "undecodable"


def test_naming_ones_own_organisation_is_no_fault() -> None:
    assert read(changed(RECORDED, "organisation", HERE)) == read(RECORDED)


@CALM
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["specversion", "verb", "object", "id", "data", "type", "actor"]) | st.text(),
                inner,
                max_size=4,
            )
        ),
    ).map(lambda body: json.dumps(body).encode())
)
def test_nothing_but_a_record_or_a_poison_error_comes_out(value: bytes) -> None:
    heard: object
    try:
        heard = decode(value, HERE)
    except PoisonError as refused:
        heard = refused.code
    codes = {"undecodable", "unknown-dialect", "wrong-organisation", "invalid"}
    assert isinstance(heard, ExternalReport | ExternalVoid) or heard in codes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("PT1H30M", 90),
        ("PT90M", 90),
        ("PT1H30M45S", 90),
        ("PT5400S", 90),
        ("PT1.5H", 90),
        ("PT0,1H", 6),
        ("PT59.9S", 0),
        ("P0DT2H", 120),
        ("P1D", 1440),
        ("P1W", 10080),
        ("PT0S", 0),
    ],
)
def test_a_duration_is_read_in_whole_minutes(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    "text", ["P", "PT", "", "P1M", "P1Y", "1H", "PT-5M", "pt5m", "PT5M ", "PT" + "9" * 70 + "S", 5]
)
def test_a_duration_without_fixed_length_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        minutes_of(text)
