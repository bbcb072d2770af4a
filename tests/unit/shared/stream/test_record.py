from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stream.lenient import needs_raw
from shared.stream.record import Record, raw, wire_headers

NAMES = st.binary(max_size=8).map(lambda name: name.decode("utf-8", "surrogateescape"))
MAYBE = st.none() | st.binary(max_size=16)
RECORDS = st.builds(
    Record,
    topic=st.sampled_from(["a.events", "ext.attendance.v1.R0A"]),
    partition=st.integers(0, 11),
    offset=st.integers(0, 1 << 40),
    key=MAYBE,
    value=MAYBE,
    headers=st.lists(st.tuples(NAMES, MAYBE), max_size=4).map(tuple),
    timestamp_ms=st.integers(-1, 1 << 42),
)


@given(RECORDS, RECORDS)
def test_equal_digests_mean_equal_bytes(one: Record, other: Record) -> None:
    """P7."""
    same = (one.key, one.value, one.headers) == (other.key, other.value, other.headers)
    assert (one.digest() == other.digest()) == same


def test_null_and_empty_are_told_apart() -> None:
    places = {"topic": "t", "partition": 0, "offset": 0}
    digests = {Record(**places, key=key, value=value).digest() for key in (None, b"") for value in (None, b"")}
    assert len(digests) == 4


def test_of_headers_with_the_same_name_the_last_counts() -> None:
    record = Record("t", 0, 0, None, None, (("a", b"1"), ("a", None), ("b", b"2")))
    assert (record.header("a"), record.header("b"), record.header("c")) == (None, b"2", None)


@given(st.binary(max_size=8))
def test_header_names_keep_their_bytes(name: bytes) -> None:
    assert raw(name.decode("utf-8", "surrogateescape")) == name


def test_a_record_is_taken_over_from_the_client_as_it_is() -> None:
    consumed = SimpleNamespace(
        topic="t", partition=1, offset=2, key=None, value=b"v", headers=[("a", None)], timestamp=3, timestamp_type=0
    )
    assert Record.of(consumed) == Record("t", 1, 2, None, b"v", (("a", None),), 3)


@pytest.mark.parametrize(("kind", "believed"), [(0, False), (1, True)])
def test_only_a_brokers_own_stamp_says_when_a_record_came(kind: int, believed: bool) -> None:
    consumed = SimpleNamespace(
        topic="t", partition=1, offset=2, key=None, value=b"v", headers=[], timestamp=3_000, timestamp_type=kind
    )
    assert Record.of(consumed).appended_at == (datetime.fromtimestamp(3, UTC) if believed else None)


def test_only_what_the_fast_writer_refuses_is_written_raw() -> None:
    assert needs_raw(None, None, ())
    assert needs_raw(b"k", b"v", (("\udcff", b""),))
    assert not needs_raw(None, b"", (("héader", None),))
    assert wire_headers([["a", "text"], ("b", None)]) == (("a", b"text"), ("b", None))
