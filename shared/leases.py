"""Who may send which shard: leases in the database, judged by the database's clock.

Guards that two relays send the same shard only if one of them is frozen, and that a frozen one sends nothing more once
it wakes: it trusts its leases only for as long as it could itself have renewed them.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.mongo import AFTER, Database, guard
from shared.outbox import SHARDS

COLLECTION = "leases"
LEASE_MS = 15_000
RENEW_SECONDS = 3.0
SAFETY_SECONDS = 10.5
"""Longer than a relay's sends may take: what is begun under a lease ends under it."""
_FREE = {"owner": "", "until": datetime.fromtimestamp(0, UTC)}
_LONGER = {"$add": ["$$NOW", LEASE_MS]}


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
            await self._leases.update_many({"owner": self.owner}, {"$set": _FREE})

    async def _renew(self) -> None:
        """Extend what is held, give back what is more than a fair share, take what is free."""
        # The clock is read before the request: what the server grants can only end later than this says.
        asked = time.monotonic()
        async with guard():
            if not self._prepared:
                await self._prepare()
            moment = await self._announce()
            await self._shorten(moment)
            leases = [lease async for lease in self._leases.find({"until": {"$exists": True}})]
            alive = [lease for lease in leases if lease["until"] > moment]
            relays = sum(lease["shard"] < 0 for lease in alive)
            share = -(-self.shards // max(relays, 1))
            mine = sorted(x["shard"] for x in alive if x["owner"] == self.owner and x["shard"] >= 0)
            free = sorted(x["shard"] for x in leases if x["until"] <= moment and x["shard"] >= 0)
            if any(lease["shard"] < 0 for lease in leases if lease["until"] <= moment):
                await self._leases.delete_many({"shard": -1, "until": {"$lte": moment}})
            await self._leases.update_many(self._mine(mine[share:]), {"$set": _FREE})
            await self._leases.update_many(self._mine(mine[:share]), [{"$set": {"until": _LONGER}}])
            await self._take(free[: max(share - len(mine), 0)], moment)
            held = self._leases.find({"owner": self.owner, "shard": {"$gte": 0}, "until": {"$gt": moment}})
            self._held = sorted([lease["shard"] async for lease in held])
        self._renewed = asked

    async def _announce(self) -> datetime:
        """Say that this relay is alive and return the server's time."""
        alive = {"owner": self.owner, "shard": -1, "seen": "$$NOW", "until": _LONGER}
        stored = await self._leases.find_one_and_update(
            {"_id": f"relay-{self.owner}"}, [{"$set": alive}], upsert=True, return_document=AFTER
        )
        seen: datetime = stored["seen"]
        return seen

    async def _shorten(self, moment: datetime) -> None:
        """Let leases end when any granted now would: the server's clock was put back, and who has them may be gone."""
        beyond = {"until": {"$gt": moment + timedelta(milliseconds=LEASE_MS)}}
        await self._leases.update_many(beyond, [{"$set": {"until": _LONGER}}])

    async def _take(self, shards: Sequence[int], moment: datetime) -> None:
        """Take leases that had run out when the server said what time it was; another relay may have been faster."""
        taken = {"owner": self.owner, "until": _LONGER, "epoch": {"$add": ["$epoch", 1]}}
        await self._leases.update_many({"shard": {"$in": list(shards)}, "until": {"$lte": moment}}, [{"$set": taken}])

    def _mine(self, shards: Sequence[int]) -> dict[str, object]:
        return {"owner": self.owner, "shard": {"$in": list(shards)}}

    async def _prepare(self) -> None:
        """Lay down a free lease for every shard that has none."""
        for shard in range(self.shards):
            lease = {"_id": f"shard-{shard}", "shard": shard}
            await self._leases.update_one(lease, {"$setOnInsert": {**_FREE, "epoch": 0}}, upsert=True)
        self._prepared = True
