"""What an operator can do with the dead letters of one service: look, send again, discard.

Guards that records of one key are sent again in their order and nothing overtakes an earlier one that still waits, that
doing it twice changes nothing, and that every decision is in the audit before it is carried out.
"""

import asyncio
import itertools
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.audit import Audit
from shared.deadletters.letter import BEHIND, ID_HEADER, Letter, read
from shared.deadletters.parked import Parked
from shared.errors import RefusedError, UnavailableError
from shared.stream import Publisher, reader

AUDITED_AS = "dead-letters"
"""The subject of the audit's chain of decisions about dead letters."""
_AUDITED_AT_ONCE = 1_000
SENT_AT_ONCE = 100
"""Letters that are handed to the broker together: it has one deadline for all of them."""
_LOOK_SECONDS = 0.2


class EarlierWaitsError(RefusedError):
    """{id} cannot be sent again: {earlier} of the same key came first and still waits. Choose that one as well."""


class EarlierExpiredError(RefusedError):
    """{id} cannot be sent again: {earlier} of the same key came first, and its bytes have expired. Discard that one."""


@dataclass(frozen=True)
class Expired:
    """What still holds up its key although the bytes of its letter are no longer on the topic."""

    id: str
    subject: str

    @property
    def stage(self) -> str:
        """The reaction or projection that gave up, which the id begins with."""
        return self.id.rsplit(":", 4)[0]


@dataclass(frozen=True)
class Wanted:
    """Which dead letters are meant; whatever is empty or None matches all."""

    ids: frozenset[str] = frozenset()
    key: bytes | None = None
    code: str | None = None
    stage: str | None = None

    def matches(self, letter: Letter) -> bool:
        """Tell whether a letter is meant."""
        return (
            (not self.ids or letter.id in self.ids)
            and (self.key is None or letter.record.key == self.key)
            and (self.code is None or letter.code == self.code)
            and (self.stage is None or letter.stage == self.stage)
        )


@dataclass
class Found:
    """All letters by id, latest copy each, and what is outstanding of each subject in order."""

    letters: dict[str, Letter] = field(default_factory=dict)
    subjects: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def outstanding(self, wanted: Wanted) -> list[Letter]:
        """Return the letters that are meant and wait for a decision, those of one subject in order."""
        ordered = [self.letters[one] for ids in self.subjects.values() for one in ids if one in self.letters]
        return [letter for letter in ordered if wanted.matches(letter)]

    def settled(self, wanted: Wanted) -> list[Letter]:
        """Return the letters that are meant and have been handled or discarded."""
        waiting = {one for ids in self.subjects.values() for one in ids}
        return [letter for letter in self.letters.values() if letter.id not in waiting and wanted.matches(letter)]

    def expired(self, wanted: Wanted) -> list[Expired]:
        """Return what is meant and waits although its bytes have expired; its key and its code went with them."""
        if wanted.key is not None or wanted.code is not None:
            return []
        gone = [Expired(one, subject) for subject, ids in self.subjects.items() for one in self._without_bytes(ids)]
        return [one for one in gone if (not wanted.ids or one.id in wanted.ids) and wanted.stage in (None, one.stage)]

    def whole(self) -> "Found":
        """Return the same without the subjects that something expired holds up."""
        whole = {subject: ids for subject, ids in self.subjects.items() if not self._without_bytes(ids)}
        return Found(self.letters, whole)

    def _without_bytes(self, ids: Iterable[str]) -> list[str]:
        return [one for one in ids if one not in self.letters]

    def came_behind(self, subjects: Collection[str]) -> list[list[Letter]]:
        """Return for each of these subjects what is first in its queue and only waits behind what is there no more."""
        waiting = [ids for subject, ids in self.subjects.items() if subject in subjects]
        queues = [[self.letters[one] for one in itertools.takewhile(self._only_behind, ids)] for ids in waiting]
        return [queue for queue in queues if queue]

    def _only_behind(self, identity: str) -> bool:
        return identity in self.letters and self.letters[identity].code == BEHIND

    def in_order(self, chosen: Iterable[Letter]) -> list[list[Letter]]:
        """Return for each subject what has to be sent, in order: what was chosen and what only waits behind it.

        Raises EarlierWaitsError when something earlier was not chosen, EarlierExpiredError when it cannot be.
        """
        wanted = {letter.id for letter in chosen}
        queues = [_queue(ids, wanted, self.letters) for ids in self.subjects.values()]
        return [queue for queue in queues if queue]


def _queue(ids: Sequence[str], wanted: set[str], letters: Mapping[str, Letter]) -> list[Letter]:
    queue: list[Letter] = []
    waits: str | None = None
    for one in ids:
        letter = letters.get(one)
        if letter is not None and (one in wanted or (queue and letter.code == BEHIND)) and waits is None:
            queue.append(letter)
        elif one in wanted:
            refused = EarlierWaitsError if waits in letters else EarlierExpiredError
            raise refused(id=one, earlier=waits)
        else:
            waits = waits or one
    return queue


@dataclass(frozen=True)
class Decided:
    """Who decided, and why."""

    actor: str
    reason: str


class Desk:
    """The dead letters of one service, for one operator."""

    def __init__(self, brokers: str, topic: str, parked: Parked, publisher: Publisher, audit: Audit) -> None:
        self._brokers = brokers
        self._topic = topic
        self._parked = parked
        self._publisher = publisher
        self._audit = audit

    async def look(self) -> Found:
        """Read all dead letters and what is outstanding."""
        found = Found(subjects={s: [one.id for one in waiting] for s, waiting in (await self._parked.all()).items()})
        async for record in reader.read(self._brokers, self._topic):
            letter = read(record)
            if letter is not None and letter.at >= found.letters.get(letter.id, letter).at:
                found.letters[letter.id] = letter
        return found

    async def note_reading(self, letter: Letter, actor: str) -> None:
        """Put into the audit that somebody looked into a record."""
        await self._note("read", [letter], Decided(actor, "looked into"))

    async def redrive(self, queues: Sequence[Sequence[Letter]], decided: Decided) -> None:
        """Send letters to their topics again, each queue in order; raises UnavailableError when any was not taken."""
        await self._note("redrive", [letter for queue in queues for letter in queue], decided)
        for depth in range(max(map(len, queues), default=0)):
            rows = [_row(queue[depth]) for queue in queues if depth < len(queue)]
            for start in range(0, len(rows), SENT_AT_ONCE):
                portion = rows[start : start + SENT_AT_ONCE]
                left = len(portion) - len(await self._publisher.publish(portion))
                if left:
                    raise UnavailableError(f"the broker did not take {left} of {len(portion)} records; do it again")

    async def redrive_until_free(
        self, queues: Sequence[Sequence[Letter]], decided: Decided, seconds: float
    ) -> list[Letter]:
        """Send letters again, and what came and was parked behind them meanwhile; return what waits when time is up.

        Whoever goes on speaking while their letters are sent again would otherwise be parked from then on: with what
        came in between at the head of the queue, and nobody told. Without any time nothing is waited for.
        """
        deadline = time.monotonic() + seconds
        while True:
            await self.redrive(queues, decided)
            letters = [letter for queue in queues for letter in queue]
            left = await self.still_waiting(letters, deadline - time.monotonic()) if seconds else []
            if left or not seconds:
                return left
            queues = (await self.look()).came_behind({letter.subject for letter in letters})
            if not queues or time.monotonic() > deadline:
                return [letter for queue in queues for letter in queue]

    async def discard(self, letters: Sequence[Letter | Expired], decided: Decided) -> int:
        """Let letters be; return how many were outstanding. Their bytes stay on the topic until they expire."""
        await self._note("discard", letters, decided)
        return sum([await self._parked.discard(letter.subject, letter.id) for letter in letters])

    async def still_waiting(self, letters: Iterable[Letter], seconds: float) -> list[Letter]:
        """Wait until letters that were sent again have been handled; return those that still are outstanding."""
        deadline = time.monotonic() + seconds
        left = list(letters)
        while True:
            waiting = {one.id for ones in (await self._parked.all()).values() for one in ones}
            left = [letter for letter in left if letter.id in waiting]
            if not left or time.monotonic() > deadline:
                return left
            await asyncio.sleep(_LOOK_SECONDS)

    async def _note(self, action: str, letters: Sequence[Letter | Expired], decided: Decided) -> None:
        for start in range(0, len(letters), _AUDITED_AT_ONCE):
            ids = [letter.id for letter in letters[start : start + _AUDITED_AT_ONCE]]
            detail = {"reason": decided.reason, "letters": ids}
            await self._audit.record(decided.actor, f"dead-letters.{action}", AUDITED_AS, "region", detail)


def _row(letter: Letter) -> dict[str, object]:
    """Return a letter's original as it is sent again: the same bytes, the same partition, and its id."""
    record = letter.record
    return {
        "_id": letter.id,
        "topic": record.topic,
        "partition": record.partition,
        "key": record.key,
        "value": record.value,
        "headers": (*record.headers, (ID_HEADER, letter.id.encode())),
    }
