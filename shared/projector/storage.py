"""Where a projection's partitions are kept: positions, pages and cells of one generation, written together.

Guards P4: a checkpoint's first statement is a compare-and-set on (epoch, revision). Whoever took a partition over has
raised the epoch, so a zombie's checkpoint matches nothing and writes nothing.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import zstandard

from shared.clock import now
from shared.errors import ConflictError
from shared.mongo import AFTER, Database, DeleteOne, Index, ReplaceOne, Session, UpdateOne, guard
from shared.projector.partition import PAGES, Counts, Partition
from shared.projector.projection import CellKey, Projection

S = TypeVar("S")
POINTERS = "projections"
_FIGURES = "figures"
FREEZE_SECONDS = 100.0
"""Longer than a database keeps the transaction of somebody who died in the middle of it: 90 s at most by MongoDB's own
limit, 18 by the one that we ask for (decision 0031)."""


class FencedError(Exception):
    """Another process owns the partitions `numbers` now; what is in memory here is worth nothing."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = list(numbers)
        super().__init__(f"fenced: {self.numbers}")


class Storage:
    """The collections of one generation of one projection."""

    def __init__(self, database: Database, projection: Projection[Any, Any], generation: str) -> None:
        self.database = database
        self.projection = projection
        self.generation = generation
        self._prefix = f"{projection.name}.{generation}"
        self._compress = zstandard.ZstdCompressor(level=1).compress
        self._decompress = zstandard.ZstdDecompressor().decompress
        self.documents_written = 0
        """Documents written by checkpoints through this object; tests gate it."""

    def named(self, kind: str) -> str:
        """Return the name of this generation's `positions`, `pages` or `cells`."""
        return f"{self._prefix}.{kind}"

    async def prepare(self) -> None:
        """Create collections and indexes where they are missing."""
        await self.database.ensure_indexes(
            {
                POINTERS: [],
                self.named("positions"): [],
                self.named("pages"): [Index(("partition",))],
                self.named("cells"): [Index(("partition",)), Index(("key.organisation",))],
            }
        )

    async def take(self, number: int) -> Partition[Any]:
        """Take a partition over: raise the epoch so that nobody else can write, then load all of it.

        Raises ConflictError, at once, while somebody else is in the middle of writing it: a plain update would wait
        for that transaction, which a frozen writer keeps open until the database gives it up.
        """
        positions = self.database.collection(self.named("positions"))

        async def work(session: Session) -> Any:
            return await positions.find_one_and_update(
                {"_id": number}, {"$inc": {"epoch": 1}}, upsert=True, return_document=AFTER, session=session
            )

        stored = await self.database.transact(work)
        if stored is None:
            raise ConflictError(f"partition {number} was being taken by somebody else")
        async with guard():
            return await self._load(number, stored)

    async def freeze(self) -> dict[int, int]:
        """Fence whoever writes any partition, and return the epoch of each; a worker takes it over again soon.

        All in one transaction, which is refused at once while a partition is being written and tried again: whoever
        died while writing keeps it until the database gives their transaction up. ConflictError when it does not.
        """
        positions = self.database.collection(self.named("positions"))

        async def work(session: Session) -> dict[int, int]:
            await positions.update_many({}, {"$inc": {"epoch": 1}}, session=session)
            return {stored["_id"]: stored["epoch"] async for stored in positions.find({}, session=session)}

        until = time.monotonic() + FREEZE_SECONDS
        while True:
            try:
                return await self.database.transact(work)
            except ConflictError:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - spreads tries, no secret

    async def look(self, number: int) -> Partition[Any]:
        """Load a partition as it is, without taking it over; for comparing."""
        async with guard():
            for _ in range(20):
                stored = await self.database.collection(self.named("positions")).find_one({"_id": number}) or {}
                partition = await self._load(number, stored)
                again = await self.database.collection(self.named("positions")).find_one({"_id": number}) or {}
                if stored.get("revision") == again.get("revision"):
                    break
        return partition

    async def _load(self, number: int, stored: dict[str, Any]) -> Partition[Any]:
        partition: Partition[Any] = Partition(number, self.projection, stored.get("epoch", 0))
        partition.revision = stored.get("revision", 0)
        partition.positions = {entry["topic"]: entry["offset"] for entry in stored.get("positions", [])}
        partition.last = {
            entry["topic"]: entry["last"] for entry in stored.get("positions", []) if entry.get("last") is not None
        }
        partition.counts = {
            entry["topic"]: Counts(entry["applied"], entry["duplicate"], entry["skipped"], entry["parked"])
            for entry in stored.get("counts", [])
        }
        async for page in self.database.collection(self.named("pages")).find({"partition": number}):
            partition.pages[page["page"]] = self.projection.unpack(self._decompress(page["states"]))
        fields = self.projection.cell_fields
        async for cell in self.database.collection(self.named("cells")).find({"partition": number}):
            partition.cells[tuple(cell["key"][name] for name in fields)] = cell[_FIGURES]
        return partition

    async def checkpoint(self, partitions: Sequence[Partition[Any]]) -> None:
        """Write everything that changed and the new positions in one transaction.

        Raises FencedError (somebody else owns a partition) or UnavailableError; then nothing was written.
        """
        if not partitions:
            return
        moment = now()
        fences = [self._fence(partition, moment) for partition in partitions]
        pages = [self._page(partition, page) for partition in partitions for page in sorted(partition.dirty_pages)]
        cells = [self._cell(partition, key) for partition in partitions for key in sorted(partition.dirty_cells)]

        async def work(session: Session) -> None:
            result = await self.database.collection(self.named("positions")).bulk_write(fences, session=session)
            if result.matched_count != len(partitions):
                raise FencedError([partition.number for partition in partitions])
            for kind, operations in (("pages", pages), ("cells", cells)):
                if operations:
                    await self.database.collection(self.named(kind)).bulk_write(
                        operations, ordered=False, session=session
                    )

        first = partitions[0]

        async def proof() -> bool:
            async with guard():
                stored = await self.database.collection(self.named("positions")).find_one({"_id": first.number}) or {}
            return bool(stored.get("epoch") == first.epoch and stored.get("revision") == first.revision + 1)

        await self.database.transact(work, proof=proof)
        self.documents_written += len(fences) + len(pages) + len(cells)
        for partition in partitions:
            partition.written()

    async def owned(self, partition: Partition[Any]) -> bool:
        """Say whether nobody has taken the partition over."""
        async with guard():
            stored = await self.database.collection(self.named("positions")).find_one({"_id": partition.number})
        mine = (partition.epoch, partition.revision)
        return stored is not None and (stored["epoch"], stored.get("revision", 0)) == mine

    def _fence(self, partition: Partition[Any], moment: Any) -> UpdateOne:
        positions = [
            {"topic": topic, "offset": offset, "last": partition.last.get(topic)}
            for topic, offset in sorted(partition.positions.items())
        ]
        counts = [{"topic": topic, **vars(count)} for topic, count in sorted(partition.counts.items())]
        expected: dict[str, Any] = {"_id": partition.number, "epoch": partition.epoch}
        expected["revision"] = partition.revision or {"$exists": False}
        return UpdateOne(
            expected,
            {
                "$set": {
                    "positions": positions,
                    "counts": counts,
                    "revision": partition.revision + 1,
                    "checkpointed_at": moment,
                }
            },
        )

    def _page(self, partition: Partition[Any], page: int) -> ReplaceOne[dict[str, Any]]:
        states = self._compress(self.projection.pack(partition.pages[page]))
        identity = partition.number * PAGES + page
        document = {"_id": identity, "partition": partition.number, "page": page, "states": states}
        return ReplaceOne({"_id": identity}, document, upsert=True)

    def _cell(self, partition: Partition[Any], key: CellKey) -> Any:
        identity = f"{partition.number}|{'|'.join(key)}"
        figures = {name: figure for name, figure in sorted(partition.cells[key].items()) if figure}
        if not figures:
            return DeleteOne({"_id": identity})
        named = dict(zip(self.projection.cell_fields, key, strict=True))
        document = {"_id": identity, "partition": partition.number, "key": named, _FIGURES: figures}
        return ReplaceOne({"_id": identity}, document, upsert=True)


def digest(partition: Partition[Any]) -> str:
    """Return the hash of a partition's states, cells, positions and accounts: equal content gives an equal hash."""
    total = hashlib.sha256()
    for page in sorted(partition.pages):
        states = partition.pages[page]
        if states:
            total.update(partition.projection.pack(dict(sorted(states.items()))))
    for key in sorted(partition.cells):
        figures = sorted((name, figure) for name, figure in partition.cells[key].items() if figure)
        if figures:
            total.update(repr((key, figures)).encode())
    for topic, offset in sorted(partition.positions.items()):
        counts = partition.counts.get(topic, Counts())
        # Which of two facts came first differs between runs where topics are read side by side; their sum does not.
        total.update(repr((topic, offset, counts.applied + counts.duplicate, counts.skipped, counts.parked)).encode())
    return total.hexdigest()
