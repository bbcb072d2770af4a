from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.deadletters.letter import (
    BLOCK,
    ID_HEADER,
    Letter,
    headers_of,
    identity,
    read,
    split_redriven,
    subject_of,
)
from shared.stream.record import Record
from tests.unit.shared.stream.test_record import RECORDS

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def letter_of(record: Record, code: str = "no-good") -> Letter:
    return Letter(identity("attendance", record), record, "attendance", code, "it is no good", 1, AT)


def on_the_wire(letter: Letter) -> Record:
    return Record("engagement.dead-letters", 3, 9, letter.record.key, letter.record.value, headers_of(letter), 5)


@given(RECORDS)
def test_the_original_comes_out_exactly_as_it_went_in(record: Record) -> None:
    """P7."""
    assert read(on_the_wire(letter_of(record))) == letter_of(record)


@given(RECORDS)
def test_a_dead_letter_that_is_parked_itself_still_holds_its_original(record: Record) -> None:
    inner = on_the_wire(letter_of(record))
    outer = read(on_the_wire(letter_of(inner)))
    assert outer is not None
    assert read(outer.record) == letter_of(record)


@given(RECORDS)
def test_a_record_that_is_sent_again_is_known_by_its_bytes(record: Record) -> None:
    known_as = identity("attendance", record)
    again = replace(record, offset=77, headers=(*record.headers, (ID_HEADER, known_as.encode())))
    claimed, original = split_redriven(again)
    assert (claimed, original.headers) == (known_as, record.headers)
    assert subject_of("attendance", original, known_as=claimed) == letter_of(record).subject


@given(RECORDS, st.none() | st.binary(max_size=20))
def test_an_id_that_does_not_belong_to_the_bytes_is_not_believed(record: Record, id_: bytes | None) -> None:
    forged = replace(record, headers=(*record.headers, (ID_HEADER, id_)))
    assert split_redriven(forged) == (None, forged)


def test_keys_of_one_topic_are_subjects_and_records_without_key_stand_alone() -> None:
    """P6."""
    record = Record("t", 0, 1, b"k", b"v")
    assert subject_of("a", record) == subject_of("a", replace(record, offset=2, value=b"w"))
    assert subject_of("a", record) != subject_of("a", replace(record, topic="u"))
    assert subject_of("a", record) != subject_of("b", record)
    for without in (None, b""):
        alone = replace(record, key=without)
        assert subject_of("a", alone) != subject_of("a", replace(alone, offset=2))
    named = replace(record, key=b"Mrs Smith")
    assert "Smith" not in subject_of("a", named)


def test_the_same_place_in_a_log_that_was_made_anew_is_another_letter() -> None:
    record = Record("t", 0, 1, b"k", b"v")
    assert identity("a", record) == identity("a", replace(record, timestamp_ms=9))
    assert identity("a", record) != identity("a", replace(record, value=b"w"))


def test_what_is_not_a_dead_letter_is_not_read_as_one() -> None:
    wire = on_the_wire(letter_of(Record("t", 0, 1, b"k", b"v")))
    assert len(wire.headers) == len(BLOCK)
    assert read(replace(wire, headers=wire.headers[1:])) is None
    assert read(replace(wire, headers=())) is None


def test_a_long_message_is_cut() -> None:
    letter = replace(letter_of(Record("t", 0, 1, None, None)), message="x" * 2_000)
    told = read(on_the_wire(letter))
    assert told is not None
    assert len(told.message) == 500
