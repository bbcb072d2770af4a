"""What has been handled already: one mark for each command or message, written with what it caused.

Guards that a command or a message takes effect once, however often it is sent: the mark is in the same transaction as
the effect, and its id can be there only once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.mongo import Database, Index, guard

COLLECTION = "inbox"
INDEXES = {COLLECTION: [Index(("expires_at",), expire_after=0)]}
KEEP = timedelta(days=14)
"""How long the mark of a command is kept, and with it what was answered."""


@dataclass(frozen=True)
class Mark:
    """The mark of one handled command or message.

    `digest` is the hash of what was handled, so that the same id with another body can be told apart; `result` is what
    was answered; `position` is the record's topic, partition and offset; `token` tells this attempt from any other.
    """

    id: str
    digest: str
    result: dict[str, Any] | None = None
    expires_at: datetime | None = None
    position: dict[str, Any] | None = None
    token: str = field(default_factory=lambda: uuid4().hex)

    def document(self, now: datetime) -> dict[str, Any]:
        """Return the mark as it is stored."""
        return {
            "_id": self.id,
            "digest": self.digest,
            "result": self.result,
            "position": self.position,
            "token": self.token,
            "saved_at": now,
            "expires_at": self.expires_at or now + KEEP,
        }


class AlreadyHandledError(Exception):
    """The same command or message has taken effect before; `mark` says with which digest and result."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        super().__init__(mark.id)


async def find(database: Database, identity: str) -> Mark | None:
    """Return the mark with this id, if there is one."""
    async with guard():
        stored = await database.collection(COLLECTION).find_one({"_id": identity})
    return None if stored is None or "digest" not in stored else read(stored)


def read(stored: dict[str, Any]) -> Mark:
    """Return a mark from its stored document."""
    return Mark(
        id=stored["_id"],
        digest=stored["digest"],
        result=stored["result"],
        expires_at=stored["expires_at"],
        position=stored["position"],
        token=stored["token"],
    )
