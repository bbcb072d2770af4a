from collections.abc import Sequence
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from shared.deadletters.desk import SENT_AT_ONCE, Decided, Desk, EarlierExpiredError, EarlierWaitsError, Found, Wanted
from shared.deadletters.letter import BEHIND, Letter
from shared.errors import UnavailableError
from shared.stream.record import Record
from tests.unit.shared.deadletters.test_letter import letter_of


def found(*subjects: list[tuple[str, str]]) -> tuple[Found, dict[str, Letter]]:
    """Return what lies there: for each subject, values with their codes."""
    letters: dict[str, Letter] = {}
    ids = {}
    for number, subject in enumerate(subjects):
        own = [
            letter_of(Record("t", number, offset, b"%d" % number, value.encode()), code)
            for offset, (value, code) in enumerate(subject)
        ]
        letters |= {one.record.value.decode(): one for one in own if one.record.value}
        ids[f"parked|{number}"] = [one.id for one in own]
    return Found({one.id: one for one in letters.values()}, ids), letters


def values(queues: list[list[Letter]]) -> list[list[str]]:
    return [[(letter.record.value or b"").decode() for letter in queue] for queue in queues]


def test_what_waits_behind_a_chosen_record_goes_along_in_order() -> None:
    """P7."""
    there, letters = found([("a", "no-good"), ("b", BEHIND), ("c", BEHIND)], [("d", "bug")])
    assert values(there.in_order([letters["a"]])) == [["a", "b", "c"]]
    assert values(there.in_order(there.outstanding(Wanted(code="no-good")))) == [["a", "b", "c"]]
    assert values(there.in_order(there.outstanding(Wanted()))) == [["a", "b", "c"], ["d"]]


def test_another_faulty_record_behind_is_sent_only_if_it_was_chosen() -> None:
    there, letters = found([("a", "no-good"), ("b", BEHIND), ("c", "conflict"), ("d", BEHIND)])
    assert values(there.in_order([letters["a"]])) == [["a", "b"]]
    assert values(there.in_order([letters["a"], letters["c"]])) == [["a", "b", "c", "d"]]


def test_nothing_overtakes_an_earlier_record_of_its_key() -> None:
    """P2."""
    there, letters = found([("a", "no-good"), ("b", BEHIND)])
    with pytest.raises(EarlierWaitsError) as refused:
        there.in_order([letters["b"]])
    assert letters["a"].id in str(refused.value)


def test_a_record_whose_letter_has_expired_is_not_overtaken() -> None:
    there, letters = found([("a", "no-good"), ("b", "no-good")])
    del there.letters[letters["a"].id]
    with pytest.raises(EarlierExpiredError) as refused:
        there.in_order([letters["b"]])
    assert letters["a"].id in str(refused.value)


def test_what_has_expired_is_still_found_and_holds_up_no_other_key() -> None:
    """P7."""
    there, letters = found([("a", "no-good"), ("b", BEHIND)], [("c", "no-good")])
    gone = letters["a"]
    del there.letters[gone.id]
    assert [(one.id, one.subject, one.stage) for one in there.expired(Wanted())] == [(gone.id, "parked|0", gone.stage)]
    assert len(there.expired(Wanted(frozenset({gone.id}), stage=gone.stage))) == 1
    others = (Wanted(frozenset({letters["b"].id})), Wanted(stage="elsewhere"), Wanted(code="no-good"), Wanted(key=b"0"))
    assert [there.expired(other) for other in others] == [[], [], [], []]
    whole = there.whole()
    assert values(whole.in_order(whole.outstanding(Wanted()))) == [["c"]]


def test_records_are_chosen_by_id_key_code_and_stage() -> None:
    there, letters = found([("a", "no-good")], [("b", "bug")])
    a, b = letters["a"], letters["b"]
    assert there.outstanding(Wanted(ids=frozenset({a.id}))) == [a]
    assert there.outstanding(Wanted(key=b"1")) == [b]
    assert there.outstanding(Wanted(code="bug")) == [b]
    assert there.outstanding(Wanted(stage="elsewhere")) == []
    assert there.settled(Wanted()) == []


class SlowBroker:
    """Takes so many records before the deadline of one call is over."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.taken: list[str] = []

    async def publish(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        self.taken += (now := [row["_id"] for row in rows][: self.takes])
        return now

    def desk(self) -> Desk:
        return Desk("", "", Mock(), self, Mock(record=AsyncMock()))  # type: ignore[arg-type]


async def test_a_broker_is_not_asked_to_take_thousands_of_records_before_one_deadline() -> None:
    """P7: seen with 1,126 letters of a hostile publisher."""
    there, _ = found(*[[(f"{number}", "no-good"), (f"{number} behind", BEHIND)] for number in range(7 * SENT_AT_ONCE)])
    queues = there.in_order(there.outstanding(Wanted()))
    broker = SlowBroker(takes=SENT_AT_ONCE)
    await broker.desk().redrive(queues, Decided("ann", "known now"))
    first, behind = broker.taken[: len(queues)], broker.taken[len(queues) :]
    assert [first, behind] == [[queue[depth].id for queue in queues] for depth in (0, 1)]
    with pytest.raises(UnavailableError, match="did not take 1 of"):
        await SlowBroker(takes=SENT_AT_ONCE - 1).desk().redrive(queues, Decided("ann", "known now"))
