"""What is known of a record already is not replaced by what comes later."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from shared import inbox
from shared.bus import Record
from shared.bus.marks import write_evidence
from shared.deadletters import DeadLetters
from shared.errors import UnavailableError
from shared.inbox import Mark
from shared.outbox import Because, Change
from shared.stream import Publisher
from shared.stream.publisher import Row
from shared.testing.accounts import Marks
from tests.integration.bus.world import SERVICE, World

pytestmark = pytest.mark.delivery


async def test_evidence_of_a_skip_does_not_replace_the_mark_of_what_took_effect(world: World) -> None:
    """P3: the partition may have a new owner by then, which applied the record."""
    applied = Mark("attendance|1", "d")
    await world.door.save([Change("things", "1", {}, 0)], Because("c", None, "R0A", "attendance", applied))
    late = [Mark("attendance|1", "d"), Mark("attendance|2", "d")]
    await write_evidence(world.database, "attendance", late, external=True)

    stored = {mark["_id"]: mark async for mark in world.database.collection(inbox.COLLECTION).find({})}
    assert stored[applied.id]["token"] == applied.token
    assert "outcome" not in stored[applied.id]
    assert (stored["attendance|2"]["token"], stored["attendance|2"]["outcome"]) == (late[1].token, "skipped")


async def test_skipped_events_of_ours_share_a_page_that_only_grows_and_leaves_out_what_took_effect(
    world: World,
) -> None:
    """P3, P5: a former owner of the partition may come late, with fewer records or with one that was applied since."""
    applied = _mark(7)
    await world.door.save([Change("things", "1", {}, 0)], Because("c", None, "R0A", "hearing", applied))
    for offsets in ([5, 6, 8], [5], [5, 7]):
        await write_evidence(world.database, "hearing", [_mark(offset) for offset in offsets], external=False)

    marks = await Marks.of(world.database, "hearing")
    assert set(marks.skipped) == {("t", 0, 5), ("t", 0, 6), ("t", 0, 8)}
    assert set(marks.applied) == {("t", 0, 7)}
    assert await world.database.collection(inbox.COLLECTION).count_documents({"outcome": "skipped"}) == 1


def _mark(offset: int) -> Mark:
    return Mark(f"hearing|{offset}", f"d{offset}", position={"topic": "t", "partition": 0, "offset": offset})


async def test_a_projections_letter_that_still_cannot_be_decoded_keeps_its_id_and_its_headers(world: World) -> None:
    """P7."""
    letters = DeadLetters(SERVICE, world.database, world.publisher, world.topics)
    record = Record("engagement.events", 0, 5, b"k", b"broken", (("h", b"1"),))
    told = {"stage": "participation", "code": "undecodable", "message": "it is no event"}
    await letters.park(record, **told)
    before = await world.outstanding()
    (known,) = next(iter(before.values()))

    again = replace(record, offset=9, headers=(*record.headers, ("x-dlq-id", known.encode())))
    await letters.park(again, **told)
    assert await world.outstanding() == before
    copies = await world.letters()
    assert [copy.id for copy in copies] == [known, known]
    assert {copy.record.headers for copy in copies} == {record.headers}

    await letters.settled(again, stage="participation")
    await letters.park(again, **told)
    (other,) = next(iter((await world.outstanding()).values()))
    assert other != known


async def test_a_projections_letter_that_was_discarded_stays_so_when_its_record_is_read_again(world: World) -> None:
    """P7: after a crash before the checkpoint, or by a rebuild; its bytes are kept again all the same."""
    letters = DeadLetters(SERVICE, world.database, world.publisher, world.topics)
    record = Record("engagement.events", 0, 5, b"k", b"broken")
    told = {"stage": "participation", "code": "undecodable", "message": "it is no event"}
    await letters.park(record, **told)
    ((subject, (known,)),) = (await world.outstanding()).items()
    assert await letters.parked.discard(subject, known)
    await letters.park(record, **told)
    assert await world.outstanding() == {}
    assert [copy.id for copy in await world.letters()] == [known, known]


class Deaf(Publisher):
    """A broker that takes nothing within the deadline."""

    async def publish(self, rows: Sequence[Row]) -> list[str]:
        return []


async def test_a_letter_that_the_broker_did_not_acknowledge_is_not_taken_for_kept(world: World) -> None:
    """P7: nothing is noted either, so that the record comes again."""
    letters = DeadLetters(SERVICE, world.database, Deaf(world.brokers), world.topics)
    with pytest.raises(UnavailableError, match="not acknowledged"):
        await letters.park(Record("t", 0, 5, b"k", b"v"), stage="attendance", code="no-good", message="it is no good")
    assert await world.outstanding() == {}
