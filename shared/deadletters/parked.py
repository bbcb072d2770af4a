"""Which subjects are parked, and behind what: the ordered ids of their outstanding dead letters, and of discarded ones.

Guards the order of a subject: as long as one of its records waits among the dead letters, later ones wait behind it,
and what was discarded never waits again. The marks lie in the inbox, so that one question answers "handled already?",
"parked?" and "discarded?".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.deadletters.letter import Letter
from shared.inbox import COLLECTION
from shared.mongo import Database, guard


@dataclass(frozen=True)
class Outstanding:
    """A dead letter that waits for a decision; `seen_at` is when it was parked first, by our own clock.

    `came_at` is when its record came, where the broker says so.
    """

    id: str
    seen_at: datetime
    came_at: datetime | None = None


def outstanding_of(letter: Letter) -> Outstanding:
    """Return a letter as it waits. A time that its publisher stamped on the record is not believed here."""
    return Outstanding(letter.id, letter.at, letter.record.appended_at)


class Parked:
    """The parked subjects of one service."""

    def __init__(self, database: Database) -> None:
        self._inbox = database.collection(COLLECTION)

    async def add(self, letters: Sequence[Letter], *, behind: bool = False) -> list[Outstanding]:
        """Note that dead letters of one subject are outstanding, in their order; not those that are or were discarded.

        Returns all of them as they wait. Those `behind` wait only if there is something to wait for: where somebody has
        set the subject free meanwhile nothing is noted, and none of them waits.
        """
        waiting = [outstanding_of(letter) for letter in letters]
        first = letters[0]
        told = {"stage": first.stage, "topic": first.record.topic}
        async with guard():
            # By its id alone: asked for an id and one of two things besides, the stand-in reads the whole inbox.
            mark = await self._inbox.find_one({"_id": first.subject}) or {}
            known = {*mark.get("discarded", ()), *(one.id for one in outstanding_in(mark))}
            entries = [asdict(one) for one in waiting if one.id not in known]
            if entries:
                added = {"$setOnInsert": told, "$addToSet": {"outstanding": {"$each": entries}}}
                parked = {"outstanding.0": {"$exists": True}} if behind else {}
                noted = await self._inbox.update_one({"_id": first.subject, **parked}, added, upsert=not behind)
                if behind and not noted.matched_count:
                    return []
        return waiting

    async def release(self, subject: str, identity: str) -> bool:
        """Note that a dead letter was handled; return whether it was outstanding."""
        async with guard():
            found = await self._inbox.update_one(
                {"_id": subject, "outstanding.id": identity}, {"$pull": {"outstanding": {"id": identity}}}
            )
            await self._inbox.delete_one({"_id": subject, "outstanding": [], "discarded": {"$exists": False}})
        return bool(found.modified_count)

    async def discard(self, subject: str, identity: str) -> bool:
        """Let a dead letter be and remember that, for its record may be read again; return whether it waited."""
        async with guard():
            found = await self._inbox.update_one(
                {"_id": subject, "outstanding.id": identity},
                {"$pull": {"outstanding": {"id": identity}}, "$addToSet": {"discarded": identity}},
            )
        return bool(found.modified_count)

    async def of(self, subjects: Iterable[str]) -> dict[str, list[Outstanding]]:
        """Return what is outstanding of some subjects, oldest first."""
        return await self._find({"_id": {"$in": list(subjects)}})

    async def all(self) -> dict[str, list[Outstanding]]:
        """Return every parked subject with what is outstanding, oldest first."""
        return await self._find({"_id": {"$gte": "parked|", "$lt": "parked}"}})

    async def _find(self, wanted: Mapping[str, Any]) -> dict[str, list[Outstanding]]:
        async with guard():
            found = await self._inbox.find(wanted).to_list(None)
        return {mark["_id"]: outstanding_in(mark) for mark in found if mark.get("outstanding")}


def outstanding_in(mark: Mapping[str, Any]) -> list[Outstanding]:
    """Return what is outstanding in a stored mark; the mark of something handled has nothing."""
    return [Outstanding(entry["id"], entry["seen_at"], entry.get("came_at")) for entry in mark.get("outstanding", ())]
