"""Who shares the work of one kind: members of consumer groups, owners of leases.

Guards that a test waits until work was really shared out or taken over, by what the broker and the database say of it,
never by how long that usually takes.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import DescribeGroupsRequest_v2
from aiokafka.protocol.api import Request

from shared.leases import COLLECTION as LEASES
from shared.mongo import Database, guard
from shared.outbox import COLLECTION as OUTBOX
from shared.testing.settling import eventually
from tests.fault.scenario import Region

STABLE = "Stable"
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 2.0


async def sharing(region: Region, service: str, part: str, members: int) -> None:
    """Return when so many processes share the work of one kind, and nobody else has a part of it."""

    async def shared() -> bool:
        if part == "relay":
            return len(await owners(region.databases[service])) == members
        return await _members(region, service) == {members}

    what = f"that {members} of {service} {part} share the work"
    await eventually(shared, deadline=PATIENCE_SECONDS, what=what)


async def owners(database: Database) -> set[str]:
    """Return the relays that hold a shard, awake or not."""
    async with guard():
        found = await database.collection(LEASES).find({"shard": {"$gte": 0}}).to_list(None)
    return {lease["owner"] for lease in found}


async def oldest_waiting(database: Database) -> datetime | None:
    """Return since when the oldest event waits to be sent, if any does."""
    async with guard():
        found = await database.collection(OUTBOX).find_one({}, sort=[("at", 1)])
    return None if found is None else found["at"]


async def sent_from_now(databases: Iterable[Database], deadline: float) -> None:
    """Return when everything that waits at the call has been sent, whatever comes meanwhile."""
    moment, asked = datetime.now(UTC), list(databases)

    async def sent() -> bool:
        oldest = [await oldest_waiting(database) for database in asked]
        return all(at is None or at > moment for at in oldest)

    # The stand-in for MongoDB sorts all that waits for each look, beside the relay that is to send it.
    await eventually(sent, deadline=deadline, what="that what waits is sent", pause=LOOK_SECONDS)


async def _members(region: Region, service: str) -> set[int]:
    """Return how many members the groups of a service's worker have; -1 for one that is being shared out."""
    groups = [reader.group for reader in region.readers if reader.service == service]
    return set(await sizes(region.brokers, groups))


async def sizes(brokers: str, groups: Sequence[str]) -> list[int]:
    """Return the number of members by group; -1 while partitions are being shared out."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    try:
        await admin.start()
        answer = await admin._send_request(_Describe(groups))
    finally:
        await admin.close()
    return [len(found[5]) if found[2] == STABLE else -1 for found in answer.groups]


class _Describe(Request[DescribeGroupsRequest_v2]):
    """The question for groups in a version whose answer the client can read: it takes one of the third for another."""

    API_KEY = DescribeGroupsRequest_v2.API_KEY

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = list(groups)

    def build(self, request_struct_class: type[DescribeGroupsRequest_v2]) -> DescribeGroupsRequest_v2:
        return request_struct_class(self._groups)
