"""What is known about the records of one batch, asked once: handled already? parked subject?

Guards that asking costs one query for each batch, and that what happens within the batch is known to its later records.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.deadletters.parked import Outstanding, outstanding_in
from shared.inbox import COLLECTION, Mark, read
from shared.mongo import Database, UpdateOne, guard


class Marks:
    """The marks that concern one batch of one reaction."""

    def __init__(self, found: Iterable[dict[str, Any]] = ()) -> None:
        self._outstanding: dict[str, list[Outstanding]] = {}
        self._handled: dict[str, Mark] = {}
        for stored in found:
            if "digest" in stored:
                self._handled[stored["_id"]] = read(stored)
            else:
                self._outstanding[stored["_id"]] = outstanding_in(stored)

    @classmethod
    async def fetch(cls, database: Database, wanted: Iterable[str]) -> "Marks":
        """Read the marks with these ids; raises UnavailableError."""
        async with guard():
            return cls(await database.collection(COLLECTION).find({"_id": {"$in": sorted(set(wanted))}}).to_list(None))

    def handled(self, mark: Mark | None) -> Mark | None:
        """Return the stored mark of what was handled before."""
        return None if mark is None else self._handled.get(mark.id)

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


async def write_evidence(database: Database, documents: Iterable[dict[str, Any]]) -> None:
    """Write what was skipped, so that every offset can be accounted for; raises UnavailableError.

    A mark that is there already stays: another owner of the partition may have applied the record since.
    """
    operations = [
        UpdateOne({"_id": document["_id"]}, {"$setOnInsert": document}, upsert=True) for document in documents
    ]
    if operations:
        async with guard():
            await database.collection(COLLECTION).bulk_write(operations, ordered=False)
