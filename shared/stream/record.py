"""A record as it lay on the stream: bytes and a place, nothing decoded.

Guards that whatever a publisher sent can be kept, compared and sent again exactly: null keys, null values, headers
without value, the same header name twice, names and values that are not text.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

Headers = tuple[tuple[str, bytes | None], ...]
"""Names and values in order. Bytes of a name that are not UTF-8 are kept as surrogates (`surrogateescape`)."""

ABSENT = b"\x00"
PRESENT = b"\x01"
_BY_BROKER = 1
"""The type of a timestamp on a topic with `message.timestamp.type=LogAppendTime`."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record and where it lay; `timestamp_ms` is milliseconds since 1970, as the broker gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int = -1
    is_stamped_by_broker: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, consumed: Any) -> Self:
        """Return the record that a Kafka client handed out."""
        return cls(
            topic=consumed.topic,
            partition=consumed.partition,
            offset=consumed.offset,
            key=consumed.key,
            value=consumed.value,
            headers=tuple(consumed.headers),
            timestamp_ms=consumed.timestamp,
            is_stamped_by_broker=consumed.timestamp_type == _BY_BROKER,
        )

    @property
    def appended_at(self) -> datetime | None:
        """When the record came to the broker; None where it bears the time that its publisher gave it."""
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC) if self.is_stamped_by_broker else None

    @property
    def position(self) -> dict[str, Any]:
        """Topic, partition and offset as they are stored."""
        return {"topic": self.topic, "partition": self.partition, "offset": self.offset}

    def header(self, name: str) -> bytes | None:
        """Return the value of the last header with this name."""
        return next((value for known, value in reversed(self.headers) if known == name), None)

    def digest(self) -> str:
        """Return the SHA-256 of key, value and headers, in hexadecimal: equal digests are equal bytes."""
        parts = hashlib.sha256()
        names_and_values = [part for name, value in self.headers for part in (raw(name), value)]
        for part in (self.key, self.value, *names_and_values):
            parts.update(ABSENT if part is None else PRESENT + len(part).to_bytes(8, "big") + part)
        return parts.hexdigest()


def raw(name: str) -> bytes:
    """Return the bytes of a header name, those that are not UTF-8 included."""
    return name.encode("utf-8", "surrogateescape")


def wire_headers(stored: Iterable[Iterable[Any]]) -> Headers:
    """Return headers given as pairs of text or bytes in the form they travel in."""
    return tuple((str(name), value.encode() if isinstance(value, str) else value) for name, value in stored)
