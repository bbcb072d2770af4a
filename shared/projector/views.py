"""Reading a projection: sums over partitions for one wanted key, and up to where they are true.

Guards that readers only ever see the live generation, and that an answer holds exactly the records before the positions
it names: all of it is read in one snapshot, so no checkpoint comes between two of its figures.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from shared.errors import ConflictError, UnavailableError
from shared.mongo import Database, Session
from shared.projector.generations import is_live, live_generation
from shared.projector.projection import CellKey, Projection
from shared.projector.storage import Storage

T = TypeVar("T")
_TRIES = 10


@dataclass(frozen=True)
class AsOf:
    """Up to where an answer is true: exactly the records before these offsets are in it."""

    time: datetime | None
    """When the newest of the positions was written; None before the first record."""
    positions: Mapping[str, Mapping[int, int]]
    """Next offset by topic and partition."""

    def includes(self, topic: str, partition: int, offset: int) -> bool:
        """Say whether the record at this place is in the answer."""
        return self.positions.get(topic, {}).get(partition, 0) > offset


@dataclass(frozen=True)
class Row:
    """The figures of one cell, summed over all partitions."""

    key: Mapping[str, str]
    figures: Mapping[str, int]


class View:
    """What can be asked of a projection."""

    def __init__(self, database: Database, projection: Projection[Any, Any]) -> None:
        self._database = database
        self._projection = projection

    async def as_of(self) -> AsOf:
        """Return the stored positions of the live generation."""
        return await self._at_one_moment(self._as_of)

    async def rows(self, wanted: Mapping[str, str]) -> tuple[Sequence[Row], AsOf]:
        """Return the rows whose key has the wanted values, sorted by key, and up to where they are true.

        `wanted` must name the organisation: its index makes the cost independent of the number of people.
        """

        async def read(storage: Storage, session: Session) -> tuple[Sequence[Row], AsOf]:
            as_of = await self._as_of(storage, session)
            return await self._rows(storage, session, wanted), as_of

        return await self._at_one_moment(read)

    async def _rows(self, storage: Storage, session: Session, wanted: Mapping[str, str]) -> Sequence[Row]:
        sums: dict[CellKey, dict[str, int]] = {}
        criteria = {f"key.{field}": value for field, value in wanted.items()}
        async for cell in self._database.collection(storage.named("cells")).find(criteria, session=session):
            key = tuple(cell["key"][field] for field in self._projection.cell_fields)
            row = sums.setdefault(key, {})
            for name, figure in cell["figures"].items():
                row[name] = row.get(name, 0) + figure
        fields = self._projection.cell_fields
        return [Row(dict(zip(fields, key, strict=True)), sums[key]) for key in sorted(sums)]

    async def accounts(self) -> Mapping[tuple[str, int], Mapping[str, int]]:
        """Return applied, duplicate, skipped and parked records by (topic, partition) (P5)."""
        names = ("applied", "duplicate", "skipped", "parked")

        async def read(storage: Storage, session: Session) -> Mapping[tuple[str, int], Mapping[str, int]]:
            return {
                (entry["topic"], stored["_id"]): {name: entry[name] for name in names}
                async for stored in self._database.collection(storage.named("positions")).find({}, session=session)
                for entry in stored.get("counts", [])
            }

        return await self._at_one_moment(read)

    async def _as_of(self, storage: Storage, session: Session) -> AsOf:
        positions: dict[str, dict[int, int]] = {}
        newest: datetime | None = None
        async for stored in self._database.collection(storage.named("positions")).find({}, session=session):
            for entry in stored.get("positions", []):
                positions.setdefault(entry["topic"], {})[stored["_id"]] = entry["offset"]
            moment = stored.get("checkpointed_at")
            newest = moment if newest is None or (moment and moment > newest) else newest
        return AsOf(newest, positions)

    async def _at_one_moment(self, read: Callable[[Storage, Session], Awaitable[T]]) -> T:
        """Read the generation that is live in one snapshot of it; raises UnavailableError.

        A generation that is replaced meanwhile may be removed under our hands: then everything is read again.
        """
        name = self._projection.name
        for _ in range(_TRIES):
            storage = Storage(self._database, self._projection, await live_generation(self._database, name))

            async def work(session: Session, storage: Storage = storage) -> tuple[T, bool]:
                return await read(storage, session), await is_live(storage, session)

            try:
                answer, live = await self._database.snapshot(work)
            except ConflictError:
                continue
            if live:
                return answer
        raise UnavailableError(f"{name} was replaced again and again while it was read; try again shortly")
