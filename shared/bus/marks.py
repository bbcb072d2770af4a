"""What is known about the records of one batch, asked once: handled already? parked subject? discarded?

Guards that asking costs a few queries for each batch, and that what happens within the batch is known to its later
records.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from shared.clock import now
from shared.deadletters.parked import Outstanding, outstanding_in
from shared.inbox import COLLECTION, Mark, read
from shared.mongo import Database, UpdateOne, guard, named


class Marks:
    """The marks that concern one batch of one reaction."""

    def __init__(self, found: Iterable[dict[str, Any]] = ()) -> None:
        self._outstanding: dict[str, list[Outstanding]] = {}
        self._handled: dict[str, Mark] = {}
        self._discarded: set[str] = set()
        for stored in found:
            if "digest" in stored:
                self._handled[stored["_id"]] = read(stored)
            else:
                self._outstanding[stored["_id"]] = outstanding_in(stored)
                self._discarded.update(stored.get("discarded", ()))

    @classmethod
    async def fetch(cls, database: Database, wanted: Iterable[str]) -> "Marks":
        """Read the marks with these ids; raises UnavailableError."""
        found: list[dict[str, Any]] = []
        async with guard():
            for some in named(set(wanted)):
                found += await database.collection(COLLECTION).find(some).to_list(None)
        return cls(found)

    def handled(self, mark: Mark | None) -> Mark | None:
        """Return the stored mark of what was handled before."""
        return None if mark is None else self._handled.get(mark.id)

    def discarded(self, letter: str) -> bool:
        """Say whether the dead letter with this id was discarded."""
        return letter in self._discarded

    def handle(self, mark: Mark | None) -> None:
        """Note that this was handled just now."""
        if mark is not None:
            self._handled[mark.id] = mark

    def outstanding(self, subject: str) -> list[Outstanding]:
        """Return the outstanding dead letters of a subject, oldest first."""
        return self._outstanding.setdefault(subject, [])


def skipped(mark: Mark, moment: datetime) -> dict[str, Any]:
    """Return the mark of a record that was looked at and needed nothing, as it is stored.

    It accounts for the record's offset, and lets the same record be recognised when it comes again.
    """
    return {**mark.document(moment), "outcome": "skipped"}


def passed_over(reaction: str, marks: Iterable[Mark], moment: datetime) -> list[UpdateOne]:
    """Return the writes that account for skipped records of our own: one document for each partition, not each record.

    Reading such a record again changes nothing, so nothing has to recognise it; its offset and digest are kept.
    """
    by_partition: dict[tuple[str, int], list[Mark]] = {}
    for mark in marks:
        position = mark.position or {}
        by_partition.setdefault((position["topic"], position["partition"]), []).append(mark)
    return [_page(reaction, topic, partition, found, moment) for (topic, partition), found in by_partition.items()]


def _page(reaction: str, topic: str, partition: int, marks: Sequence[Mark], moment: datetime) -> UpdateOne:
    offsets = [{"offset": (mark.position or {})["offset"], "digest": mark.digest} for mark in marks]
    position = {"topic": topic, "partition": partition, "offset": offsets[0]["offset"]}
    told = {"outcome": "skipped", "position": position, "saved_at": moment, "expires_at": marks[0].expires_at}
    return UpdateOne(
        {"_id": f"{reaction}|skipped|{topic}|{partition}|{offsets[0]['offset']}"},
        # Added, never replaced: an owner that was put aside may come with fewer records of the same page.
        {"$setOnInsert": told, "$addToSet": {"records": {"$each": offsets}}},
        upsert=True,
    )


async def write_evidence(database: Database, reaction: str, marks: Sequence[Mark], *, external: bool) -> None:
    """Write what was skipped, so that every offset can be accounted for; raises UnavailableError.

    A mark that is there already stays: another owner of the partition may have applied the record since.
    """
    if not marks:
        return
    inbox = database.collection(COLLECTION)
    moment = now()
    async with guard():
        if external:
            documents = [skipped(mark, moment) for mark in marks]
            operations = [UpdateOne({"_id": one["_id"]}, {"$setOnInsert": one}, upsert=True) for one in documents]
        else:
            applied = {
                one["_id"] async for one in inbox.find({"_id": {"$in": [mark.id for mark in marks]}}, {"_id": 1})
            }
            operations = passed_over(reaction, [mark for mark in marks if mark.id not in applied], moment)
        if operations:
            await inbox.bulk_write(operations, ordered=False)
