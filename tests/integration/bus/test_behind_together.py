"""Records that wait behind a parked one: each kept under its own letter, in order, but asked for and noted together."""

import time
from typing import Any

import pytest

from shared.deadletters.letter import Letter
from shared.errors import PoisonError, UnavailableError
from tests.integration.bus.feeding import PLACE, Feed, records


class Letters:
    """Takes letters instead of a broker, as many as it is told to; counts what the inbox is asked about them."""

    def __init__(self, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[int] = []
        self.takes = 1000
        self.asked = self.noted = 0
        parked = feed.handler._letters.parked
        of, add = parked.of, parked.add

        async def publish(letter: Letter) -> None:
            if len(self.sent) >= self.takes:
                raise UnavailableError("the broker is away")
            self.sent.append(letter.record.offset)

        async def counted_of(subjects: Any) -> Any:
            self.asked += 1
            return await of(subjects)

        async def counted_add(letters: Any, **named: Any) -> Any:
            self.noted += 1
            return await add(letters, **named)

        monkeypatch.setattr(feed.handler._letters, "_publish", publish)
        monkeypatch.setattr(parked, "of", counted_of)
        monkeypatch.setattr(parked, "add", counted_add)


class Later:
    """A clock on which a batch is out of time."""

    def monotonic(self) -> float:
        return time.monotonic() + 3600


@pytest.fixture
def letters(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> Letters:
    feed.handler.raises[0] = PoisonError("invalid", "nonsense")
    return Letters(feed, monkeypatch)


async def outstanding(feed: Feed) -> list[int]:
    """Return the offsets of what is outstanding, in its order."""
    found = (await feed.handler._letters.parked.all()).values()
    return [int(letter.id.split(":")[-2]) for each in found for letter in each]


async def test_many_records_behind_one_are_asked_for_and_noted_fifty_at_a_time(feed: Feed, letters: Letters) -> None:
    """P7, P10: one by one they cost three requests each, and after an outage most of what has come may wait."""
    await feed.reaction.consume(records(range(121), key=b"k"))
    assert letters.sent == list(range(121))
    assert await outstanding(feed) == list(range(121))
    assert (letters.asked, letters.noted) == (3, 4)
    assert feed.handler.offsets == [0]
    assert feed.client.commits == [{PLACE: 121}]


async def test_what_the_broker_did_not_take_any_more_holds_the_partition_where_it_is(
    feed: Feed, letters: Letters
) -> None:
    """P1: those before it are kept and settled, and it comes again, once."""
    letters.takes = 4
    await feed.reaction.consume(records(range(7), key=b"k"))
    assert await outstanding(feed) == [0, 1, 2, 3]
    assert feed.client.commits == [{PLACE: 4}]
    assert feed.client.sought == [(PLACE, 4)]
    letters.takes = 1000
    await feed.reaction.consume(records(range(4, 7), key=b"k"))
    assert letters.sent == list(range(7))
    assert await outstanding(feed) == list(range(7))
    feed.reaction.forget()


async def test_a_death_between_letters_and_their_mark_keeps_each_under_the_same_id(
    feed: Feed, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: letters that were sent and not noted are sent again as the same ones."""
    add, dying = feed.handler._letters.parked.add, [False, True]

    async def die(several: Any, **named: Any) -> Any:
        if dying and dying.pop(0):
            raise UnavailableError("the database is away")
        return await add(several, **named)

    monkeypatch.setattr(feed.handler._letters.parked, "add", die)
    await feed.reaction.consume(records(range(4), key=b"k"))
    assert feed.client.commits == [{PLACE: 1}]
    await feed.reaction.consume(records(range(1, 4), key=b"k"))
    assert letters.sent == [0, 1, 2, 3, 1, 2, 3]
    assert await outstanding(feed) == [0, 1, 2, 3]
    feed.reaction.forget()


@pytest.mark.parametrize("why", ["stopping", "given away", "out of time"])
async def test_who_is_to_stop_sends_no_further_letter(
    feed: Feed, letters: Letters, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """P6, P10: each may take half a minute where the broker is slow, and others wait for their turn."""
    publish = feed.handler._letters._publish

    async def until_the_third(letter: Letter) -> None:
        await publish(letter)
        if len(letters.sent) != 3:
            return
        match why:
            case "stopping":
                feed.stopping.set()
            case "given away":
                feed.reaction.forget()
            case _:
                monkeypatch.setattr("shared.bus.reaction.time", Later())

    monkeypatch.setattr(feed.handler._letters, "_publish", until_the_third)
    await feed.reaction.consume(records(range(51), key=b"k"))
    assert letters.sent == [0, 1, 2]
    feed.reaction.forget()


async def test_nothing_waits_behind_what_was_discarded_while_letters_were_on_their_way(
    feed: Feed, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P7: they are handled; noted all the same, they would wait for nothing until somebody came to look."""
    parked, publish = feed.handler._letters.parked, feed.handler._letters._publish

    async def and_discard(letter: Letter) -> None:
        await publish(letter)
        if len(letters.sent) == 3:
            for waiting in (await parked.of([letter.subject]))[letter.subject]:
                await parked.discard(letter.subject, waiting.id)

    monkeypatch.setattr(feed.handler._letters, "_publish", and_discard)
    await feed.reaction.consume(records(range(5), key=b"k"))
    assert await outstanding(feed) == []
    assert feed.handler.offsets == [0, 1, 2, 3, 4]
    assert feed.client.commits == [{PLACE: 5}]


async def test_what_was_set_free_meanwhile_is_handled_and_not_kept(
    feed: Feed, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P7: somebody discards what the subject waits for while a batch is on its way."""
    parked = feed.handler._letters.parked
    of = parked.of

    async def discarded(subjects: Any) -> Any:
        for subject, waiting in (await of(subjects)).items():
            for letter in waiting:
                await parked.discard(subject, letter.id)
        return await of(subjects)

    monkeypatch.setattr(parked, "of", discarded)
    await feed.reaction.consume(records(range(5), key=b"k"))
    assert feed.handler.offsets == [0, 1, 2, 3, 4]
    assert letters.sent == [0]
    assert await outstanding(feed) == []


async def test_other_subjects_of_a_lane_and_handled_records_are_not_taken_along(feed: Feed, letters: Letters) -> None:
    """P5, P6: only what would be parked behind the same subject is kept together."""
    for round_of_two in range(2):
        first = 10 * round_of_two
        mixed = [one for n in range(first, first + 10) for one in records([n], key=b"k" if n % 3 else b"free")]
        feed.handler.raises[1] = PoisonError("invalid", "nonsense")
        feed.handler.raises.pop(0, None)
        await feed.reaction.consume(mixed)
    behind = [n for n in range(20) if n % 3]
    assert sorted(letters.sent) == behind
    assert await outstanding(feed) == behind
    assert sorted(feed.handler.offsets) == sorted({*range(20)} - set(behind) | {1})
