"""Puts a record among the dead letters: first the letter, then the mark of its subject.

Guards that a crash between the two loses nothing: the position has not moved, so the record comes again and gets the
same letter under the same id; whoever reads dead letters counts an id once.
"""

from typing import Any

from shared.clock import Clock, now
from shared.deadletters.letter import Letter, headers_of, identity, split_redriven, subject_of
from shared.deadletters.parked import Outstanding, Parked, outstanding_of
from shared.errors import UnavailableError
from shared.mongo import Database
from shared.stream import Publisher, Record
from shared.topics import Topics


class DeadLetters:
    """The dead letters of one service."""

    def __init__(
        self, service: str, database: Database, publisher: Publisher, topics: Topics, *, clock: Clock = now
    ) -> None:
        self.parked = Parked(database)
        self._topic = topics.dead_letters(service)
        self._publisher = publisher
        self._clock = clock

    async def park(self, record: Any, *, stage: str, code: str, message: str) -> None:
        """Keep a record with its exact bytes; `record` is a Record or what a Kafka client handed out.

        `message` must hold nothing about a person. Raises UnavailableError if it could not be kept: then the position
        must not move. One that was sent again and still waits keeps its id and its original headers.
        """
        kept = _record(record)
        claimed, original = split_redriven(kept)
        if claimed is not None and await self._waits(subject_of(stage, original, known_as=claimed), claimed):
            await self.keep(original, stage=stage, code=code, message=message, known_as=claimed)
        else:
            await self.keep(kept, stage=stage, code=code, message=message)

    async def settled(self, record: Any, *, stage: str) -> None:
        """Note that a record was handled, in case it is one that was sent again from the dead letters."""
        claimed, original = split_redriven(_record(record))
        if claimed is not None:
            await self.parked.release(subject_of(stage, original, known_as=claimed), claimed)

    async def _waits(self, subject: str, claimed: str) -> bool:
        outstanding = await self.parked.of([subject])
        return any(letter.id == claimed for letter in outstanding.get(subject, ()))

    async def keep(  # noqa: PLR0913 - each is a header
        self,
        record: Any,
        *,
        stage: str,
        code: str,
        message: str,
        attempts: int = 1,
        known_as: str | None = None,
    ) -> Outstanding:
        """Do what `park` does and return what is outstanding now; `known_as` is the id of an earlier letter."""
        kept = _record(record)
        letter = Letter(
            id=known_as or identity(stage, kept),
            record=kept,
            stage=stage,
            code=code,
            message=message,
            attempts=attempts,
            at=self._clock(),
        )
        await self._publish(letter)
        # One that was sent again and failed again is outstanding already, and keeps its place.
        return await self.parked.add(letter) if known_as is None else outstanding_of(letter)

    async def _publish(self, letter: Letter) -> None:
        row = {
            "_id": letter.id,
            "topic": self._topic,
            "key": letter.record.key,
            "headers": headers_of(letter),
            "value": letter.record.value,
        }
        if await self._publisher.publish([row]) != [letter.id]:
            raise UnavailableError("the dead letter was not acknowledged")


def _record(record: Any) -> Record:
    return record if isinstance(record, Record) else Record.of(record)
