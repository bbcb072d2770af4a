"""Puts a record among the dead letters: first the letter, then the mark of its subject.

Guards that a crash between the two loses nothing: the position has not moved, so the record comes again and gets the
same letter under the same id; whoever reads dead letters counts an id once. Letters of one moment are sent together, so
that a broker that is away is waited for once, not once for each of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from shared.clock import Clock, now
from shared.deadletters.letter import BEHIND, Letter, headers_of, identity, split_redriven, subject_of
from shared.deadletters.parked import Outstanding, Parked, outstanding_of
from shared.errors import NotTakenError, UnavailableError
from shared.mongo import Database
from shared.rounds import Rounds
from shared.stream import Publisher, Record
from shared.stream.publisher import Row
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
        self._rounds: Rounds[Letter, None] = Rounds(self._send)

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
        return (await self.parked.add([letter]))[0] if known_as is None else outstanding_of(letter)

    async def keep_behind(
        self, records: Sequence[Any], *, stage: str, message: str, goes_on: Callable[[], bool]
    ) -> list[Outstanding]:
        """Keep records of one subject behind what it waits for, and return what is outstanding of them.

        These are the first ones, up to the first that was not kept or after which it does not go on; none if the
        subject waits for nothing any more. Raises UnavailableError if the first was not taken. Their letters go one
        after the other, which is their order, and are noted together.
        """
        letters: list[Letter] = []
        for record in map(_record, records):
            own, moment = identity(stage, record), self._clock()
            letter = Letter(id=own, record=record, stage=stage, code=BEHIND, message=message, attempts=1, at=moment)
            try:
                await self._publish(letter)
            except UnavailableError:
                if not letters:
                    raise
                break
            letters.append(letter)
            if not goes_on():
                break
        return await self.parked.add(letters, behind=True)

    async def _publish(self, letter: Letter) -> None:
        """Send a letter, together with others; raises UnavailableError if it was not acknowledged.

        Whoever keeps letters of one subject keeps one after the other: those of one round are in no order.
        """
        await self._rounds.ask(letter)

    async def _send(self, letters: Sequence[Letter]) -> Sequence[Exception | None]:
        """Send letters and return what kept each from being taken; where none was, the broker counts as away."""
        acknowledged = await self._publisher.publish([self._row(letter) for letter in letters])
        if not acknowledged:
            raise UnavailableError("the dead letter was not acknowledged")
        refused = NotTakenError("the dead letter was not acknowledged")
        return [None if letter.id in acknowledged else refused for letter in letters]

    def _row(self, letter: Letter) -> Row:
        return {
            "_id": letter.id,
            "topic": self._topic,
            "key": letter.record.key,
            "headers": headers_of(letter),
            "value": letter.record.value,
        }


def _record(record: Any) -> Record:
    return record if isinstance(record, Record) else Record.of(record)
