"""Writes what is saved: documents, outbox rows and inbox marks, in transactions that saves of one moment share.

Guards law 1 where it is written down: everything of a save is in one transaction, and of saves that share one all take
effect or none. Nobody fails because of somebody else: who came too late is looked for and told so, the others are tried
together once more, and what cannot be saved together is tried alone.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared import inbox
from shared.errors import ConflictError, is_away
from shared.mongo import Database, DeleteOne, InsertOne, ReplaceOne, Session, guard, named
from shared.rounds import Rounds

OUTBOX = "outbox"
SHARED = 200
"""Documents and events of one shared transaction; a save that is larger goes alone."""
TOGETHER = 2
"""How often saves are tried together before each is tried alone."""
Place = tuple[str, str]
"""A document: its collection and its id."""


@dataclass(frozen=True, eq=False)
class Save:
    """One save, serialised: writes of documents, outbox rows, and its mark as it is stored.

    `versions` are those at which the documents are to be found, 0 where there is to be none.
    """

    writes: Mapping[Place, InsertOne[Any] | ReplaceOne[Any] | DeleteOne]
    versions: Mapping[Place, int]
    rows: Sequence[dict[str, Any]]
    mark: dict[str, Any] | None

    @property
    def found_at(self) -> dict[Place, int]:
        """Return what two saves of one transaction must not have in common, each with the version it must have."""
        return {**self.versions, **({} if self.mark is None else {(inbox.COLLECTION, self.mark["_id"]): 0})}

    @property
    def size(self) -> int:
        """How much is written."""
        return len(self.writes) + len(self.rows)


class Saving:
    """The transactions of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rounds: Rounds[Save, None] = Rounds(self._play)

    async def save(self, save: Save) -> None:
        """Write a save, perhaps together with others; raises what `transact` raises."""
        await self._rounds.ask(save)

    async def _play(self, saves: Sequence[Save]) -> list[Exception | None]:
        """Save together what can be, the rest one by one; return what kept each from being saved."""
        outcomes: dict[Save, Exception | None] = {}
        sharing = _sharing(saves)
        for _ in range(TOGETHER):
            together = await self._outcome(sharing) if sharing else None
            if together is None or is_away(together) or len(sharing) == 1:
                outcomes |= dict.fromkeys(sharing, together)
                break
            if not isinstance(together, ConflictError):
                break  # one of them is wrong: alone it will say so
            outcomes |= dict.fromkeys(await self._late(sharing), together)
            sharing = [save for save in sharing if save not in outcomes]
        for save in saves:
            if save not in outcomes:
                # What did not answer just now is not asked once more for each of the others.
                gone = next((error for error in outcomes.values() if is_away(error)), None)
                outcomes[save] = gone or await self._outcome([save])
        return [outcomes[save] for save in saves]

    async def _late(self, saves: Sequence[Save]) -> list[Save]:
        """Return those whose documents are not at their versions any more, or whose mark is there already.

        Nobody whose competitor is still under way: of him nothing can be seen yet.
        """
        wanted = defaultdict(list)
        for collection, identity in itertools.chain.from_iterable(save.found_at for save in saves):
            wanted[collection].append(identity)
        found: dict[Place, int] = {}
        async with guard():
            for collection, ids in wanted.items():
                for some in named(ids):
                    async for document in self._database.collection(collection).find(some, {"version": 1}):
                        found[collection, document["_id"]] = document.get("version", 1)
        return [save for save in saves if any(found.get(place, 0) != at for place, at in save.found_at.items())]

    async def _outcome(self, saves: Sequence[Save]) -> Exception | None:
        """Write all of these in one transaction, and return what prevented it."""
        mark = next((save.mark for save in saves if save.mark is not None), None)

        async def proof() -> bool:
            stored = None if mark is None else await inbox.find(self._database, mark["_id"])
            return stored is not None and mark is not None and stored.token == mark["token"]

        try:
            await self._database.transact(lambda session: self._write(saves, session), proof=proof if mark else None)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked for the save
            return error
        return None

    async def _write(self, saves: Sequence[Save], session: Session) -> None:
        """Write marks, each document if it is at its expected version, and the rows."""
        await self._insert(inbox.COLLECTION, [save.mark for save in saves if save.mark is not None], session)
        by_collection = defaultdict(list)
        for (collection, _), write in itertools.chain.from_iterable(save.writes.items() for save in saves):
            by_collection[collection].append(write)
        for collection, writes in by_collection.items():
            result = await self._database.collection(collection).bulk_write(writes, session=session)
            if result.matched_count + result.inserted_count + result.deleted_count != len(writes):
                raise ConflictError(f"a document in {collection} has changed")
        await self._insert(OUTBOX, [row for save in saves for row in save.rows], session)

    async def _insert(self, collection: str, documents: Sequence[dict[str, Any]], session: Session) -> None:
        if documents:
            await self._database.collection(collection).insert_many(documents, session=session)


def _sharing(saves: Iterable[Save]) -> list[Save]:
    """Return saves that touch different documents and together are small enough for one transaction."""
    touched: set[Place] = set()
    sharing: list[Save] = []
    size = 0
    for save in saves:
        if size + save.size <= SHARED and touched.isdisjoint(save.found_at):
            sharing.append(save)
            touched |= save.found_at.keys()
            size += save.size
    return sharing
