"""Which generation of a projection is live, which is being built, and how one takes the other's place.

Guards that at any moment one generation is the live one, and that whoever still writes an earlier one is fenced in the
same step in which readers go over.
"""

from collections.abc import Collection, Mapping

from shared.errors import ConflictError, UnavailableError
from shared.mongo import Database, Session, guard
from shared.projector.storage import POINTERS, Storage

FIRST = "1"


async def live_generation(database: Database, name: str) -> str:
    """Return which generation readers see and workers continue; the first one is made on first use."""
    pointers = database.collection(POINTERS)
    async with guard():
        pointer = await pointers.find_one({"_id": name})
        if pointer is None:
            await pointers.update_one({"_id": name}, {"$setOnInsert": {"live": FIRST}}, upsert=True)
            pointer = await pointers.find_one({"_id": name})
    return FIRST if pointer is None else str(pointer["live"])


async def is_live(storage: Storage, session: Session) -> bool:
    """Say whether a generation is the one that readers see, in the snapshot of a session."""
    pointer = await storage.database.collection(POINTERS).find_one({"_id": storage.projection.name}, session=session)
    return pointer is not None and str(pointer["live"]) == storage.generation


async def begin(database: Database, name: str, live: str) -> str:
    """Return the number of a fresh generation and remove every other one that is not live.

    A rebuild never goes on with what an earlier one left: the fold may have been mended since. From here on no earlier
    one can become live, so nothing that is removed can be. Raises UnavailableError when another one was faster.
    """
    pointers = database.collection(POINTERS)
    async with guard():
        pointer = await pointers.find_one({"_id": name}) or {}
        fresh = str(max(int(live), int(pointer.get("building", live))) + 1)
        seen = {"_id": name, "live": live, "building": pointer.get("building")}
        begun = await pointers.update_one(seen, {"$set": {"building": fresh}})
    if begun.matched_count != 1:
        raise UnavailableError("another rebuild of this projection began or ended at this moment; try again")
    await sweep(database, name, keep={live, fresh})
    return fresh


async def sweep(database: Database, name: str, keep: Collection[str]) -> None:
    """Remove the collections of all generations but some: what nobody reads must not outlive an erasure.

    None that is newer than those: somebody else builds it.
    """
    newest = max(map(int, keep))
    async with guard():
        for collection in await database.collections():
            projection, _, rest = collection.partition(".")
            generation = rest.partition(".")[0]
            if projection == name and generation.isdigit() and generation not in keep and int(generation) < newest:
                await database.collection(collection).drop()


async def flip(database: Database, name: str, live: Storage, new: Storage, frozen: Mapping[int, int]) -> bool:
    """Make the new generation live if the live one still stands where it was frozen; say whether it did.

    `frozen` is the epoch of every partition when it was frozen: a worker that took one over since has raised it.
    Raises UnavailableError when a later rebuild has begun.
    """

    async def work(session: Session) -> None:
        positions = database.collection(live.named("positions"))
        for number, epoch in frozen.items():
            fenced = await positions.update_one(
                {"_id": number, "epoch": epoch}, {"$inc": {"epoch": 1}}, session=session
            )
            if fenced.matched_count != 1:
                raise ConflictError(f"partition {number} was taken over meanwhile")
        if await positions.count_documents({}, session=session) != len(frozen):
            raise ConflictError("a partition was begun meanwhile")
        pointed = await database.collection(POINTERS).update_one(
            {"_id": name, "live": live.generation, "building": new.generation},
            {"$set": {"live": new.generation}},
            session=session,
        )
        if pointed.matched_count != 1:
            # Whoever began later has removed what this one built.
            raise UnavailableError("another rebuild of this projection has begun; this one ends")

    try:
        await database.transact(work)
    except ConflictError:
        return False
    return True
