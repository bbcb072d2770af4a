"""Who read or changed what about a person: an append-only chain of entries for each subject.

Guards that an entry cannot be altered, taken out of the middle, moved to another person or forged by somebody who
has only the database: each entry's hash is keyed by the deployment and covers the one before it.
Entries cut off the end are found by comparing with the numbers that the log lines hold.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.clock import Clock, now
from shared.logs import logger
from shared.mongo import Database, Index, guard
from shared.outbox import Because, Change, StoreDoor, until_saved

COLLECTION = "audit"
INDEXES = {COLLECTION: [Index(("subject", "number"), unique=True)]}
REMEMBERED = 10_000
"""Chains of which it is remembered how far they went."""
_START = "0" * 64
_COVERED = ("subject", "number", "previous", "organisation", "actor", "action", "detail", "at")


@dataclass(frozen=True)
class Verdict:
    """What checking a chain found: how many entries stand, its last hash, and the first fault if there is one."""

    entries: int
    last_hash: str
    fault: str | None = None


class Audit:
    """The audit of one service. `detail` holds ids and counts, never what they stand for."""

    def __init__(self, database: Database, door: StoreDoor, deployment_key: bytes, *, clock: Clock = now) -> None:
        self._entries = database.collection(COLLECTION)
        self._door = door
        self._clock = clock
        info = f"groundswell audit {door.service}".encode()
        self._key = HKDF(SHA256(), 32, salt=None, info=info).derive(deployment_key)
        self._went_to: dict[str, int] = {}

    async def record(
        self, actor: str, action: str, subject: str, organisation: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Write an entry by itself, for something that changes no document, such as reading a person's fields."""
        because = Because(correlation_id=_START[:32], causation_id=None, organisation=organisation, actor=actor)

        async def attempt() -> None:
            await self._door.save([await self.change(actor, action, subject, organisation, detail)], because)

        await until_saved(attempt)

    async def change(
        self, actor: str, action: str, subject: str, organisation: str, detail: Mapping[str, Any] | None = None
    ) -> Change:
        """Return the next entry as a change, to be saved in one transaction with what it tells about.

        Of two entries at once one loses with ConflictError and must be asked for again. The log line is written before
        the entry is saved, so a number may stand there more than once: only the entry that was stored counts.
        """
        last = await self._last(subject)
        entry: dict[str, Any] = {
            "subject": subject,
            "number": 1 if last is None else last["number"] + 1,
            "previous": _START if last is None else last["hash"],
            "organisation": organisation,
            "actor": actor,
            "action": action,
            "detail": dict(detail or {}),
            "at": self._clock(),
        }
        entry["hash"] = self._hash(entry)
        logger().info("audited", subject=subject, action=action, number=entry["number"], hash=entry["hash"])
        return Change(COLLECTION, f"{subject}|{entry['number']:08d}", entry, 0)

    async def verify(self, subject: str) -> Verdict:
        """Walk a subject's chain from its start and return what was found."""
        number, previous = 0, _START
        async with guard():
            async for entry in self._entries.find({"subject": subject}).sort("number", 1):
                fault = self._fault(entry, number + 1, previous)
                if fault is not None:
                    return Verdict(number, previous, fault)
                number, previous = number + 1, entry["hash"]
        return Verdict(number, previous)

    def _fault(self, entry: Mapping[str, Any], number: int, previous: str) -> str | None:
        if entry["number"] != number:
            return f"entry {number} is missing"
        if entry["previous"] != previous:
            return f"entry {number} does not follow the one before it"
        if not hmac.compare_digest(str(entry["hash"]), self._hash(entry)):
            return f"entry {number} has been altered"
        return None

    async def _last(self, subject: str) -> dict[str, Any] | None:
        """Return the last entry of a chain.

        Chains only grow, so it is looked for from where the chain went to when we last looked: there are databases that
        read all of a chain to find its end. Who finds nothing there looks through the whole.
        """
        went_to = self._went_to.get(subject, 0)
        found = await self._from(subject, went_to)
        if not found and went_to:
            found = await self._from(subject, 0)
        self._went_to.pop(subject, None)
        if not found:
            return None
        self._went_to[subject] = found[0]["number"]
        if len(self._went_to) > REMEMBERED:
            del self._went_to[next(iter(self._went_to))]
        return found[0]

    async def _from(self, subject: str, number: int) -> list[dict[str, Any]]:
        query = {"subject": subject, "number": {"$gte": number}}
        async with guard():
            return list(await self._entries.find(query).sort("number", -1).limit(1).to_list(1))

    def _hash(self, entry: Mapping[str, Any]) -> str:
        covered = {name: _plain(entry[name]) for name in _COVERED}
        return hmac.new(self._key, json.dumps(covered, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
