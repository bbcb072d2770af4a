"""The records that are replayed, and what they must add up to.

Guards that a benchmark's answer can be wrong: the totals are counted while the records are made, by a plain rule
(the latest version of each person's session counts), and every run is compared with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

PARTITIONS = 12
SESSIONS = 12
DUPLICATES, CORRECTIONS = 0.10, 0.05
_HEAD = (
    '{"specversion":"1.0","id":"%s","source":"/groundswell/engagement","type":"engagement.session.%s.v1",'
    '"subject":"%s","time":"2024-01-10T09:30:00Z","datacontenttype":"application/json","organisation":"%s",'
    '"correlationid":"%s","data":{"version":%d,"participant":"%s","session":"mcr-2023-s%d","cohort":"mcr-2023",'
    '"programme":"mcr","organisation":"%s","group":"group-%d","kind":"session","held_on":"2023-10-12",'
)
Totals = dict[str, dict[str, int]]
"""By organisation: people who attended at least once, sessions attended, contact minutes."""


@dataclass(frozen=True)
class Size:
    """How many records, people and organisations."""

    records: int = 300_000
    people: int = 20_000
    organisations: int = 40
    seed: int = 1


@dataclass
class Workload:
    """A stream in the order in which it is published, by partition; and its totals."""

    size: Size
    totals: Totals = field(default_factory=dict)
    published_bytes: int = 0

    def records(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield (partition, key, value); duplicates follow their original within the same partition."""
        size, chance = self.size, Random(self.size.seed)
        originals = round(size.records / (1 + DUPLICATES + CORRECTIONS))
        minutes: dict[tuple[int, int], int] = {}
        versions = [0] * size.people
        again: list[tuple[int, bytes, bytes]] = []
        for number in range(originals):
            person = number % size.people
            session = (
                number // size.people % SESSIONS if number // size.people < SESSIONS else chance.randrange(SESSIONS)
            )
            versions[person] += 1
            minutes[person, session] = length = chance.choice((60, 90, 120))
            record = self._record(person, session, versions[person], "attended", length)
            yield record
            luck = chance.random()
            if luck < CORRECTIONS:
                versions[person] += 1
                minutes[person, session] = length = chance.choice((45, 75, 110))
                yield self._record(person, session, versions[person], "attendance_corrected", length)
            elif luck < CORRECTIONS + DUPLICATES:
                again.append(record)
            if len(again) > size.people // 10:
                yield from again
                again.clear()
        yield from again
        self._add_up(minutes)

    def _record(self, person: int, session: int, version: int, kind: str, minutes: int) -> tuple[int, bytes, bytes]:
        name, place = f"5c1e3a52-7d0e-4c39-9f6a-{person:012d}", self.organisation(person)
        event = f"{person:08d}-{version:04d}-5cb2-86bb-0bc9e4c2e92b"
        kept = (event, kind, name, place, event, version, name, session, place, person % 3)
        status = '"status":"attended",' if kind == "attendance_corrected" else ""
        value = f'{_HEAD % kept}{status}"contact_minutes":{minutes}}}}}'.encode()
        self.published_bytes += len(value)
        return person % PARTITIONS, name.encode(), value

    def organisation(self, person: int) -> str:
        """Return where a person belongs."""
        return f"R{person % self.size.organisations:02d}"

    def _add_up(self, minutes: dict[tuple[int, int], int]) -> None:
        came: dict[str, set[int]] = {}
        for (person, _), length in minutes.items():
            place = self.organisation(person)
            total = self.totals.setdefault(place, {"sessions_attended": 0, "contact_minutes": 0})
            total["sessions_attended"] += 1
            total["contact_minutes"] += length
            came.setdefault(place, set()).add(person)
        for place, people in came.items():
            self.totals[place]["attended_at_least_once"] = len(people)
