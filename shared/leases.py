"""Who may send which shard: leases in the database, judged by the database's clock.

Guards that two relays send the same shard only if one of them is frozen, and that a frozen one sends nothing more once
it wakes: it trusts its leases only for as long as it could itself have renewed them.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from shared.mongo import AFTER, Database, guard
from shared.outbox import SHARDS

COLLECTION = "leases"
LEASE_MS = 15_000
RENEW_SECONDS = 4.0
SAFETY_SECONDS = 4.0
_FREE = {"$set": {"owner": "", "until": datetime.fromtimestamp(0, UTC)}}
_EXTENDED = {"$set": {"until": {"$add": ["$$NOW", LEASE_MS]}}}


class Leases:
    """The shards one relay holds; every relay aims for an equal share."""

    def __init__(self, database: Database, shards: int = SHARDS) -> None:
        self.shards = shards
        self.owner = uuid4().hex
        self._leases = database.collection(COLLECTION)
        self._prepared = False
        self._held: list[int] = []
        self._renewed = float("-inf")

    def safe(self) -> bool:
        """Say whether what is held is held for certain for a while longer."""
        return time.monotonic() - self._renewed < LEASE_MS / 1000 - SAFETY_SECONDS

    async def hold(self) -> Sequence[int]:
        """Return the shards that are held now, renewed when it is time."""
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            await self._renew()
        return self._held

    async def release(self) -> None:
        """Give everything back so that another relay need not wait."""
        self._held, self._renewed = [], float("-inf")
        async with guard():
            await self._leases.delete_one({"_id": f"relay-{self.owner}"})
            await self._leases.update_many({"owner": self.owner}, _FREE)

    async def _renew(self) -> None:
        """Extend what is held, give back what is more than a fair share, take what is free."""
        # The clock is read before the request: what the server grants can only be later than this.
        asked = time.monotonic()
        mine: dict[str, object] = {"owner": self.owner, "shard": {"$gte": 0}}
        async with guard():
            if not self._prepared:
                await self._prepare()
            share = await self._fair_share()
            await self._leases.update_many(self._alive(mine), [_EXTENDED])
            held = sorted([lease["shard"] async for lease in self._leases.find(self._alive(mine))])
            await self._leases.update_many({**mine, "shard": {"$in": held[share:]}}, _FREE)
            held = held[:share]
            for shard in range(self.shards):
                if len(held) < share and shard not in held and await self._take(shard):
                    held.append(shard)
        self._held, self._renewed = sorted(held), asked

    async def _fair_share(self) -> int:
        """Announce this relay and return how many shards are its fair share."""
        await self._leases.update_one(
            {"_id": f"relay-{self.owner}"}, [{"$set": {"owner": self.owner, "shard": -1}}, _EXTENDED], upsert=True
        )
        relays = await self._leases.count_documents(self._alive({"shard": -1}))
        return -(-self.shards // max(relays, 1))

    async def _take(self, shard: int) -> bool:
        """Take a shard whose lease has run out."""
        free = {"_id": f"shard-{shard}", "$expr": {"$lt": ["$until", "$$NOW"]}}
        fresh = {"$set": {"owner": self.owner, "epoch": {"$add": ["$epoch", 1]}}}
        return await self._leases.find_one_and_update(free, [fresh, _EXTENDED], return_document=AFTER) is not None

    async def _prepare(self) -> None:
        """Lay down a free lease for every shard that has none."""
        free = {**_FREE["$set"], "epoch": 0}
        for shard in range(self.shards):
            lease = {"_id": f"shard-{shard}", "shard": shard}
            await self._leases.update_one(lease, {"$setOnInsert": free}, upsert=True)
        self._prepared = True

    @staticmethod
    def _alive(wanted: dict[str, object]) -> dict[str, object]:
        return {**wanted, "$expr": {"$gt": ["$until", "$$NOW"]}}
