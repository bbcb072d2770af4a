"""The fast way of reading accepts and rejects what the contract does, and understands the same."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.evaluation.projections import ParticipationProjection, ProjectsProjection, wire
from services.evaluation.projections.reading import Reader, Statement
from services.evaluation.projections.tellers import PARTICIPATION, PROJECTS
from shared.errors import PoisonError
from shared.events import EVENTS, Fact, UnknownEventTypeError, parse
from shared.events.enrolment import ContactKind
from shared.events.recap_tracker import ProjectStatus
from tests.unit.evaluation import stories
from tests.unit.evaluation.stories import FACTS_OF_PEOPLE, FACTS_OF_PROJECTS, QUIET

HEARD = PARTICIPATION | PROJECTS
CORPUS = sorted(Path("tests/contract/samples").glob("*.json"))
LARGEST = 2**63 - 1
SAMPLES = [
    stories.enrolled(1),
    stories.enrolled(1, commitment=stories.LEARNING_DAYS),
    stories.withdrawn(2),
    stories.moved(3, "RW3"),
    stories.erased(4),
    stories.attended(1, "day-1"),
    stories.corrected(2, "day-1", "missed"),
    stories.journal(3),
    stories.project(1, "queued"),
    stories.milestone(2, reached_on=date(2024, 3, 1)),
]
VALUES = [None, True, 0, 1, -1, 3.0, 1.5, 10, 1440, 1441, 1709251200, 1e300, LARGEST, LARGEST + 1, 2**64, 2**70]
WORDS = ["", " ", "x", "a b", "a\n", "ä", "A" * 128, "A" * 129, "-a", "3", "1.0", "application/json", "learning_day"]
DATES = ["2024-02-29", "2023-02-29", "2024-3-1", "20240301", "0000-01-01", "10000-01-01", "2024-03-01T00:00:00"]
TIMES = ["2024-03-01T00:00:00Z", "2024-03-01 10:00:00Z", "2024-03-01t10:00:00z", "2024-03-01T10:00:00+24:00"]
TIMES += ["2024-03-01T10:00:00-00:00", "2024-03-01T10:00:00.1234567891Z", "2024-03-01T24:00:00Z"]
TIMES += ["2024-03-01T10:00:60Z", "2024-03-01T10:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"]
ODD = st.sampled_from([*VALUES, *WORDS, *DATES, *TIMES, *EVENTS, "queued", [], {}, [1], ["a"]])
PIECES = st.one_of(st.binary(max_size=3), st.sampled_from([b'"', b"\\u0000", b"\\ud800", b"{", b"\xff", b" "]))
NO_EVENTS = [b"", b"null", b"[]", b"{}", b"1", b"nonsense", b"\xef\xbb\xbf{}", b'{"type": 7}', b"[" * 5000]
NO_EVENTS += [b'{"type": "x.y.v1", "data": {}}', b'{"type": "x.y.v1"}', b'{"data": {}}']
NO_EVENTS += [b'{"type": "enrolment.subject.erased.v1", "data": []}']


def reader() -> Reader:
    return Reader(HEARD)


def fast(value: bytes) -> Any:
    """What the projection makes of a record."""
    try:
        return reader().read(value)
    except PoisonError as error:
        return error.code


def exact(value: bytes) -> Any:
    """What the contract makes of a record, and what that says."""
    try:
        fact = parse(value).data
    except PoisonError as error:
        return error.code
    except UnknownEventTypeError:
        return None
    if type(fact) not in HEARD:
        return None
    if largest(fact.model_dump()) > LARGEST:
        return "invalid"  # the contract has no upper bound; a page has
    data, tell = HEARD[type(fact)]
    return tell(msgspec.convert(fact.model_dump(mode="json"), data), reader().names)


def largest(shown: Any) -> int:
    """The largest number in a fact."""
    if isinstance(shown, dict):
        shown = list(shown.values())
    if isinstance(shown, list | tuple):
        return max((largest(part) for part in shown), default=0)
    return shown if isinstance(shown, int) else 0


@settings(QUIET)
@given(st.one_of(FACTS_OF_PEOPLE, FACTS_OF_PROJECTS, st.sampled_from(SAMPLES)))
def test_what_is_valid_is_read_without_asking_twice(fact: Fact) -> None:
    """The fast way is taken for every event as our services write it."""
    value = stories.wire(fact)
    path = reader()
    path._read_exactly = pytest.fail  # type: ignore[method-assign]
    assert isinstance(path.read(value), Statement)
    assert path.read(value) == exact(value)


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.stem)
def test_every_golden_sample_is_understood_as_the_contract_says(sample: Path) -> None:
    """P9: events parse for ever, here as well; those that concern no projection are passed over."""
    value = sample.read_bytes()
    assert fast(value) == exact(value)
    assert isinstance(fast(value), Statement) == (EVENTS[json.loads(value)["type"]] in HEARD)


@settings(QUIET, max_examples=600)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_event_is_accepted_or_rejected_as_the_contract_says(fact: Fact, data: st.DataObject) -> None:
    """Values replaced, fields removed and added, in the envelope and in the data."""
    event = json.loads(stories.wire(fact))
    for _ in range(data.draw(st.integers(1, 2))):
        damage(event, data)
    value = json.dumps(event).encode()
    assert fast(value) == exact(value)


def damage(event: dict[str, Any], data: st.DataObject) -> None:
    places = [event, *(part for part in [event.get("data")] if isinstance(part, dict))]
    places += [part["commitment"] for part in places if isinstance(part.get("commitment"), dict)]
    place = data.draw(st.sampled_from(places))
    fields = [*place, "unheard_of", "causationid", "commitment", "type"]
    field = data.draw(st.sampled_from(fields))
    if data.draw(st.integers(0, 5)) == 0:
        place.pop(field, None)
    else:
        place[field] = data.draw(ODD)


@settings(QUIET, max_examples=300)
@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_bytes_are_accepted_or_rejected_as_the_contract_says(fact: Fact, data: st.DataObject) -> None:
    """Truncated, overwritten and doubled bytes, whatever they make of the JSON."""
    value = stories.wire(fact)
    at = data.draw(st.integers(0, len(value)))
    piece = data.draw(PIECES)
    after = data.draw(st.sampled_from([value[at:], value[at + 1 :], b""]))
    value = value[:at] + piece + after
    assert fast(value) == exact(value)


@settings(QUIET)
@given(st.datetimes(timezones=st.timezones()) | st.datetimes(timezones=st.just(UTC)))
@example(datetime(1, 1, 1, tzinfo=UTC))
@example(datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
def test_any_time_is_accepted_or_rejected_as_the_contract_says(at: datetime) -> None:
    """Every offset from UTC there is."""
    event = json.loads(stories.wire(SAMPLES[0]))
    value = json.dumps({**event, "time": at.isoformat()}).encode()
    assert fast(value) == exact(value)


@pytest.mark.parametrize("value", NO_EVENTS)
def test_what_is_no_event_at_all_is_judged_as_the_contract_does(value: bytes) -> None:
    """Not JSON, not an object, no type, an unknown type with and without data."""
    assert fast(value) == exact(value)


@pytest.mark.parametrize("field", ["type", "subject", "time", "data"])
@pytest.mark.parametrize("first", [True, False])
def test_a_field_said_twice_is_judged_as_the_contract_does(field: str, first: bool) -> None:
    """JSON leaves it open which of two equal names counts."""
    other = {
        "type": b'"type":"engagement.session.missed.v1"',
        "subject": b'"subject":"not an identifier"',
        "time": b'"time":"yesterday"',
        "data": b'"data":{}',
    }[field]
    value = stories.wire(SAMPLES[5])
    value = b"{" + other + b"," + value[1:] if first else value[:-1] + b"," + other + b"}"
    assert fast(value) == exact(value)


def test_an_unknown_type_is_passed_over_and_an_invalid_one_is_poison() -> None:
    """An older version skips what a newer one says (P9); poison is parked with its code (P6)."""
    event = json.loads(stories.wire(SAMPLES[0]))
    unknown = json.dumps({**event, "type": "enrolment.participant.promoted.v1"}).encode()
    invalid = json.dumps({**event, "subject": "a b"}).encode()
    for projection in (ParticipationProjection(), ProjectsProjection()):
        assert projection.decode(unknown) is None
        with pytest.raises(PoisonError) as raised:
            projection.decode(invalid)
        assert raised.value.code == "invalid"


def test_a_new_optional_field_changes_nothing() -> None:
    """P9: a newer speaker may say more."""
    event = json.loads(stories.wire(SAMPLES[5]))
    more = json.dumps({**event, "new": 1, "data": {**event["data"], "newer": {"a": [1]}}}).encode()
    assert reader().read(more) == reader().read(stories.wire(SAMPLES[5]))


@pytest.mark.parametrize("kind", HEARD, ids=lambda kind: kind.__name__)
def test_the_fast_classes_have_exactly_the_fields_of_the_contract(kind: type[Fact]) -> None:
    """A field added to an event must be added here, or every such event is read twice."""
    data, _ = HEARD[kind]
    mirrored = {field.name: field.required for field in msgspec.structs.fields(data)}
    assert mirrored == {name: field.is_required() for name, field in kind.model_fields.items()}


def test_the_fast_classes_know_the_same_words_as_the_contract() -> None:
    """Kinds of contact and statuses are closed lists in both."""
    assert get_args(wire.Kind) == get_args(ContactKind)
    status = next(field for field in msgspec.structs.fields(wire.Project) if field.name == "status")
    assert get_args(status.type) == get_args(ProjectStatus)


def test_names_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """P10: memory stays bounded whatever the stream names, and reading goes on."""
    monkeypatch.setattr("services.evaluation.projections.reading._MANY", 50)
    path = reader()
    read = [path.read(stories.wire(stories.attended(1, "day-1", participant=f"p-{number}"))) for number in range(500)]
    assert [statement.subject for statement in read if statement] == [f"p-{number}" for number in range(500)]
    assert max(len(path.names.names), len(path.names.places)) <= 50
