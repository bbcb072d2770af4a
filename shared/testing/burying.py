"""Lets the time pass after a death at once: what a broker and a database would forget of a dead process after a while.

Guards that hundreds of deaths can be followed by a successor each: a session and a lease are waited for in tests of
their own.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.group import LeaveGroupRequest

from shared.leases import COLLECTION
from shared.mongo import Database, guard

_LONG_AGO = datetime.fromtimestamp(0, UTC)


async def end_sessions(brokers: str, groups: Iterable[str]) -> int:
    """Take all members out of some consumer groups and say how many there were."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    taken = 0
    try:
        await admin.start()
        for group in groups:
            coordinator = await admin.find_coordinator(group)
            for described in await admin.describe_consumer_groups([group], group_coordinator_id=coordinator):
                for member in [member for one in described.groups for member in one[5]]:
                    await admin._send_request(LeaveGroupRequest(group, member[0]), coordinator)  # noqa: SLF001 - nothing public sends it
                    taken += 1
    finally:
        await admin.close()
    return taken


async def end_leases(database: Database) -> None:
    """Let every lease of a database run out."""
    async with guard():
        await database.collection(COLLECTION).update_many({}, {"$set": {"until": _LONG_AGO}})
