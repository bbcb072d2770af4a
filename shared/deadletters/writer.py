"""Puts a record among the dead letters: first the letter, then the mark of its subject.

Guards that a crash between the two loses nothing: the position has not moved, so the record comes again and gets the
same letter under the same id; whoever reads dead letters counts an id once.
"""

from typing import Any

from shared.clock import Clock, now
from shared.deadletters.letter import Letter, headers_of, identity
from shared.deadletters.parked import Outstanding, Parked
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

    async def park(  # noqa: PLR0913 - each is a header
        self,
        record: Any,
        *,
        stage: str,
        code: str,
        message: str,
        attempts: int = 1,
        known_as: str | None = None,
    ) -> Outstanding:
        """Keep a record with its exact bytes and return what is outstanding now.

        `record` is a Record or what a Kafka client handed out; `message` must hold nothing about a person; `known_as`
        is the id under which the same bytes were parked before. Raises UnavailableError if it could not be kept: then
        the position must not move.
        """
        kept = record if isinstance(record, Record) else Record.of(record)
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
        return await self.parked.add(letter)

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
