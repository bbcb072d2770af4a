"""The form of a dead letter: the record's own key, value and headers, then a block of headers that says what happened.

Guards that the original can be taken out exactly as it was, even when its headers look like ours: the block has a fixed
number of headers and stands last.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from shared.stream.record import Headers, Record

ID_HEADER = "x-dlq-id"
"""Also travels with a record that is sent again."""
BLOCK = (
    ID_HEADER,
    "x-dlq-topic",
    "x-dlq-partition",
    "x-dlq-offset",
    "x-dlq-timestamp",
    "x-dlq-stage",
    "x-dlq-code",
    "x-dlq-message",
    "x-dlq-attempts",
    "x-dlq-at",
)
BEHIND = "behind"
"""The code of a record that waits because an earlier one of its key was parked."""
_DIGEST = 16
_CLOCKS_DIFFER = timedelta(minutes=1)
"""The broker's from ours, at most."""
_MESSAGE = 500


@dataclass(frozen=True)
class Letter:
    """A dead letter. `record` is the original where it lay; `stage` is the reaction or projection that gave up."""

    id: str
    record: Record
    stage: str
    code: str
    message: str
    attempts: int
    at: datetime

    @property
    def subject(self) -> str:
        """What must stay in order: the key of one topic for one stage, by its hash."""
        return subject_of(self.stage, self.record, known_as=self.id)


def identity(stage: str, record: Record) -> str:
    """Return the id of a record's dead letter: the same whenever the same bytes at the same place are parked."""
    place = f"{record.topic}:{record.partition}:{record.offset}"
    return f"{stage}:{place}:{record.digest()[:_DIGEST]}"


def lies_before(record: Record, letter: str, parked_at: datetime) -> bool:
    """Say whether a record lies before the one that this dead letter was made of, in the same partition.

    Not one that came after that was parked: then the topic was made again, and its offsets began anew.
    """
    topic, partition, offset = letter.split(":", 1)[1].rsplit(":", 3)[:3]
    there = (record.topic, record.partition) == (topic, int(partition)) and record.offset < int(offset)
    return there and record.timestamp_ms <= (parked_at + _CLOCKS_DIFFER).timestamp() * 1000


def comes_before(claimed: str, letter: str) -> bool:
    """Say whether one dead letter was made of an earlier record than another, of one stage and partition."""
    one, other = claimed.rsplit(":", 2), letter.rsplit(":", 2)
    return one[0] == other[0] and one[1].isdecimal() and int(one[1]) < int(other[1])


def subject_of(stage: str, record: Record, *, known_as: str | None = None) -> str:
    """Return the id of the mark of a parked subject. Without a key each record is a subject of its own.

    `known_as` is the id of the record's dead letter where the record was sent again and lies at another place.
    """
    if record.key:
        own = sha256(record.key).hexdigest()[:32]
    elif known_as:
        own = "@" + ":".join(known_as.split(":")[-3:-1])
    else:
        own = f"@{record.partition}:{record.offset}"
    return f"parked|{stage}|{record.topic}|{own}"


def split_redriven(record: Record) -> tuple[str | None, Record]:
    """Take the id off a record that was sent again; without one, return the record as it is.

    The id is only what the sender claims; it is believed if the bytes are those that it was made from. Whoever uses it
    compares it with what is outstanding as well.
    """
    name, value = record.headers[-1] if record.headers else ("", None)
    if name != ID_HEADER or value is None:
        return None, record
    claimed, original = value.decode(errors="replace"), replace(record, headers=record.headers[:-1])
    made_from = claimed.rpartition(":")[2] == original.digest()[:_DIGEST]
    return (claimed, original) if made_from else (None, record)


def headers_of(letter: Letter) -> Headers:
    """Return all headers of a dead letter on the wire."""
    record = letter.record
    told = (
        letter.id,
        record.topic,
        record.partition,
        record.offset,
        record.timestamp_ms,
        letter.stage,
        letter.code,
        letter.message[:_MESSAGE],
        letter.attempts,
        letter.at.isoformat(),
    )
    return (*record.headers, *((name, str(value).encode()) for name, value in zip(BLOCK, told, strict=True)))


def read(consumed: Record) -> Letter | None:
    """Return the dead letter in a record of a dead-letter topic, or None if it is not one."""
    block = consumed.headers[-len(BLOCK) :]
    if tuple(name for name, _ in block) != BLOCK:
        return None
    told = {name.removeprefix("x-dlq-"): (value or b"").decode() for name, value in block}
    record = Record(
        topic=told["topic"],
        partition=int(told["partition"]),
        offset=int(told["offset"]),
        key=consumed.key,
        value=consumed.value,
        headers=consumed.headers[: -len(BLOCK)],
        timestamp_ms=int(told["timestamp"]),
    )
    return Letter(
        id=told["id"],
        record=record,
        stage=told["stage"],
        code=told["code"],
        message=told["message"],
        attempts=int(told["attempts"]),
        at=datetime.fromisoformat(told["at"]).astimezone(UTC),
    )
