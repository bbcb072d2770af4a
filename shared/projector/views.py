"""Reading a projection: sums over partitions for one wanted key, and up to where they are true.

Guards that readers only ever see the live generation, and that every answer names the positions it includes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.mongo import Database, guard
from shared.projector.generations import live_generation
from shared.projector.projection import CellKey, Projection
from shared.projector.storage import Storage


@dataclass(frozen=True)
class AsOf:
    """Up to where an answer is true: at least every record before these offsets is in it."""

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
        return await self._as_of(await self._storage())

    async def rows(self, wanted: Mapping[str, str]) -> tuple[Sequence[Row], AsOf]:
        """Return the rows whose key has the wanted values, sorted by key, and up to where they are true.

        `wanted` must name the organisation: its index makes the cost independent of the number of people.
        """
        while True:
            storage = await self._storage()
            # Positions first: cells read afterwards can only include more.
            as_of = await self._as_of(storage)
            rows = await self._rows(storage, wanted)
            # A generation that was replaced while it was read may have been removed under our hands.
            if await live_generation(self._database, self._projection.name) == storage.generation:
                return rows, as_of

    async def _rows(self, storage: Storage, wanted: Mapping[str, str]) -> Sequence[Row]:
        sums: dict[CellKey, dict[str, int]] = {}
        async with guard():
            criteria = {f"key.{field}": value for field, value in wanted.items()}
            async for cell in self._database.collection(storage.named("cells")).find(criteria):
                key = tuple(cell["key"][field] for field in self._projection.cell_fields)
                row = sums.setdefault(key, {})
                for name, figure in cell["figures"].items():
                    row[name] = row.get(name, 0) + figure
        fields = self._projection.cell_fields
        return [Row(dict(zip(fields, key, strict=True)), sums[key]) for key in sorted(sums)]

    async def accounts(self) -> Mapping[tuple[str, int], Mapping[str, int]]:
        """Return applied, duplicate, skipped and parked records by (topic, partition) (P5)."""
        storage = await self._storage()
        async with guard():
            stored = [doc async for doc in self._database.collection(storage.named("positions")).find({})]
        names = ("applied", "duplicate", "skipped", "parked")
        return {
            (entry["topic"], doc["_id"]): {name: entry[name] for name in names}
            for doc in stored
            for entry in doc.get("counts", [])
        }

    async def _storage(self) -> Storage:
        return Storage(self._database, self._projection, await live_generation(self._database, self._projection.name))

    async def _as_of(self, storage: Storage) -> AsOf:
        positions: dict[str, dict[int, int]] = {}
        newest: datetime | None = None
        async with guard():
            async for stored in self._database.collection(storage.named("positions")).find({}):
                for entry in stored.get("positions", []):
                    positions.setdefault(entry["topic"], {})[stored["_id"]] = entry["offset"]
                moment = stored.get("checkpointed_at")
                newest = moment if newest is None or (moment and moment > newest) else newest
        return AsOf(newest, positions)
