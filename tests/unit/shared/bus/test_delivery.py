import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.bus.delivery import Delivery
from shared.errors import PoisonError
from shared.inbox import AlreadyHandledError, Mark
from shared.mongo import Database
from shared.stream.record import Record

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
BODY = b'{"specversion": "1.0", "organisation": "RXQ"}'


@pytest.fixture
def delivery(monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """An external record that nothing is known of yet."""

    async def nothing(*_: object) -> None:
        """Find no mark."""

    monkeypatch.setattr("shared.bus.delivery.inbox.find", nothing)
    database = Database("mongodb://127.0.0.1:1/?connect=false", "engagement")
    record = Record("ext.attendance.v1.R0A", 0, 5, b"k", BODY)
    return Delivery(record, "attendance", database=database, organisation="R0A", clock=lambda: NOW)


def stamped(delivery: Delivery, came: datetime, *, by_broker: bool = True) -> Delivery:
    """Return the delivery of the same record that bears this time."""
    record = replace(delivery.record, timestamp_ms=int(came.timestamp() * 1000), is_stamped_by_broker=by_broker)
    return Delivery(record, "attendance", database=delivery._database, organisation="R0A", clock=lambda: NOW)


async def test_the_organisation_of_an_external_record_is_its_topics(delivery: Delivery) -> None:
    """P12."""
    await delivery.external_mark("s", "1", BODY, NOW)
    assert delivery.because.organisation == "R0A"
    assert delivery.because.mark is not None
    assert delivery.because.mark.id == 'attendance|["R0A", "s", "1"]'
    assert delivery.because.mark.position == {"topic": "ext.attendance.v1.R0A", "partition": 0, "offset": 5}
    with pytest.raises(TypeError):
        delivery.envelope()


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (timedelta(days=13, seconds=1), "too-old"),
        (timedelta(days=-1), "from-the-future"),
        (timedelta(days=13), None),
        (-timedelta(hours=12), None),
    ],
)
async def test_what_the_inbox_could_not_recognise_is_not_accepted(
    delivery: Delivery, age: timedelta, code: str | None
) -> None:
    """P3: a mark outlives the time in which its record is accepted."""
    if code is None:
        await delivery.external_mark("s", "1", BODY, NOW - age)
        assert delivery.because.mark is not None
        assert delivery.because.mark.expires_at == NOW + timedelta(days=51)
        return
    with pytest.raises(PoisonError) as refused:
        await delivery.external_mark("s", "1", BODY, NOW - age)
    assert refused.value.code == code


@pytest.mark.parametrize(("age", "code"), [(timedelta(days=13), None), (timedelta(days=13, seconds=1), "too-old")])
async def test_a_record_that_lay_unread_is_as_old_as_when_it_came(
    delivery: Delivery, age: timedelta, code: str | None
) -> None:
    """P5: nobody read for weeks, and what waited is not too old for that."""
    came = NOW - timedelta(days=29)
    delivery = stamped(delivery, came)
    refused = None
    try:
        await delivery.external_mark("s", "1", BODY, came - age)
    except PoisonError as error:
        refused = error.code
    assert refused == code


async def test_what_its_publisher_stamped_is_as_old_as_it_is(delivery: Delivery) -> None:
    """A publisher that stamps its own records could otherwise have anything old taken for new."""
    came = NOW - timedelta(days=29)
    delivery = stamped(delivery, came, by_broker=False)
    with pytest.raises(PoisonError, match="13 days"):
        await delivery.external_mark("s", "1", BODY, came)


@pytest.mark.parametrize("hours", [-14, 14])
async def test_a_broker_whose_clock_is_wrong_parks_nothing(delivery: Delivery, hours: int) -> None:
    delivery = stamped(delivery, NOW + timedelta(hours=hours))
    await delivery.external_mark("s", "1", BODY, NOW)
    assert delivery.because.mark is not None


async def test_the_same_id_is_a_duplicate_with_the_same_body_and_a_conflict_with_another(delivery: Delivery) -> None:
    seen: list[Mark] = []
    delivery.recent = lambda mark: next((known for known in seen if known.id == mark.id), None)
    await delivery.external_mark("s", "1", b"one", NOW)
    assert delivery.because.mark is not None
    seen.append(delivery.because.mark)
    with pytest.raises(AlreadyHandledError):
        await delivery.external_mark("s", "1", b"one", NOW)
    with pytest.raises(PoisonError, match="handled before"):
        await delivery.external_mark("s", "1", b"two", NOW)


async def test_an_old_duplicate_is_still_a_duplicate_as_long_as_it_is_known(delivery: Delivery) -> None:
    """P3: it is harmless, and must not hold up its key."""
    await delivery.external_mark("s", "1", BODY, NOW - timedelta(days=12))
    known = delivery.because.mark
    delivery.recent = lambda _: known
    with pytest.raises(AlreadyHandledError):
        await delivery.external_mark("s", "1", BODY, NOW - timedelta(days=20))
    with pytest.raises(PoisonError) as refused:
        await delivery.external_mark("s", "1", b"other", NOW - timedelta(days=20))
    assert refused.value.code == "conflict"


async def test_what_caused_an_event_fits_into_it_and_is_not_the_other_systems_own_words(delivery: Delivery) -> None:
    """P3: the same for the same record, another for any other."""
    causes, marks = [], []
    for source, known_as in (("s", "1"), ("s", "1"), ("s|1", "2"), ("s", "1|2"), ("s", "Smith" * 60), ("s", "\ud800")):
        await delivery.external_mark(source, known_as, BODY, NOW)
        assert delivery.because.mark is not None
        causes.append(delivery.because.causation_id or "")
        marks.append(delivery.because.mark.id)
    assert causes[0] == causes[1]
    assert len(set(causes)) == len(set(marks)) == 5
    assert {len(cause) for cause in causes} == {36}


async def test_a_very_long_id_is_kept_as_its_hash(delivery: Delivery) -> None:
    await delivery.external_mark("s", "x" * 60_000, BODY, NOW)
    assert delivery.because.mark is not None
    assert len(delivery.because.mark.id) < 100
    assert delivery.because.mark.id.startswith("attendance|R0A|")


def test_a_broken_event_says_so_with_a_code_and_without_its_content() -> None:
    database = Database("mongodb://127.0.0.1:1/?connect=false", "engagement")
    broken = json.dumps({"specversion": "1.0", "id": "Mrs Smith"}).encode()
    delivery = Delivery(Record("engagement.events", 0, 5, b"k", broken), "rosters", database=database)
    with pytest.raises(PoisonError) as refused:
        delivery.envelope()
    assert refused.value.code == "invalid"
    assert "Smith" not in str(refused.value)
