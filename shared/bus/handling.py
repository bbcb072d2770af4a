"""Handles one record of one reaction, from its bytes to its outcome.

Guards the order of checks by which a record takes effect once or is kept: parked already, discarded, handled
already, behind a parked one, and only then the handler. Nothing here moves a position.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count

from shared.bus.delivery import Delivery, refuse_conflict
from shared.bus.marks import Marks
from shared.bus.outcome import Again, Decision, Hold, Outcome, Park, decide
from shared.deadletters.letter import BEHIND, comes_before, identity, lies_before, split_redriven, subject_of
from shared.deadletters.parked import Outstanding
from shared.deadletters.writer import DeadLetters
from shared.errors import PoisonError, UnavailableError
from shared.inbox import AlreadyHandledError, Mark
from shared.logs import bound, kinds, logger
from shared.mongo import Database
from shared.stream.record import Record
from shared.topics import Topics

HANDLER_SECONDS = 60.0
BEHIND_TOGETHER = 50
"""Records of a subject that are looked at together: those that wait behind the same are asked for and noted once."""
_IS_BEHIND = Park(BEHIND, "an earlier record of the same key waits among the dead letters")

Handler = Callable[[Delivery], Awaitable[None]]


@dataclass(frozen=True)
class Prepared:
    """A record as it came, what it claims to be, and what its handler will see."""

    record: Record
    delivery: Delivery
    claimed: str | None
    """The id of the dead letter that this record says it is, sent again with the same bytes."""
    subject: str
    wrong: Decision | None
    """What is decided already because the record is not one of our events."""

    @property
    def mark_ids(self) -> list[str]:
        """The ids of all marks that matter to this record."""
        mark = self.delivery.because.mark
        return [self.subject] if mark is None else [self.subject, mark.id]

    def bound(self) -> AbstractContextManager[None]:
        """Let every line that is logged in the block say which record it is about."""
        because = self.delivery.because
        return bound(event_id=because.causation_id, correlation_id=because.correlation_id, **self.record.position)


class Handling:
    """How one reaction handles its records."""

    def __init__(  # noqa: PLR0913 - built in one place only
        self,
        reaction: str,
        handler: Handler,
        *,
        external: bool,
        database: Database,
        letters: DeadLetters,
        topics: Topics,
        stopping: asyncio.Event,
    ) -> None:
        self.reaction = reaction
        self._handler = handler
        self.external = external
        self._database = database
        self._letters = letters
        self._topics = topics
        self._stopping = stopping

    def prepare(self, record: Record) -> Prepared:
        """Read as much of a record as can be read without its handler."""
        claimed, original = split_redriven(record)
        organisation = self._topics.attendance_organisation(record.topic) if self.external else ""
        delivery = Delivery(original, self.reaction, database=self._database, organisation=organisation)
        subject = subject_of(self.reaction, original, known_as=claimed)
        return Prepared(record, delivery, claimed, subject, None if self.external else _what_is_wrong(delivery))

    async def handle_first(
        self, several: Sequence[Prepared], marks: Marks, goes_on: Callable[[], bool]
    ) -> list[Outcome | Hold]:
        """Handle the first of some records, with those after it that wait behind the same; return their outcomes.

        Of these it takes along as many as there is time for: `goes_on` is asked after each.
        """
        behind = list(self._all_behind(several, marks))
        if len(behind) > 1:
            try:
                if await self._is_behind(behind[0].subject):
                    kept = await self._keep_behind(behind, marks, goes_on)
                    if kept:
                        return kept
            except UnavailableError as error:
                return [Hold(error.code)]
        return [await self.handle(several[0], marks)]

    def _all_behind(self, several: Sequence[Prepared], marks: Marks) -> Iterator[Prepared]:
        """Yield the first records for as long as `_decide` would park each behind what its subject waits for."""
        subject = several[0].subject
        outstanding = marks.outstanding(subject)
        known = {letter.id for letter in outstanding}
        for prepared in several if outstanding else ():
            own = identity(self.reaction, prepared.record)
            settled = own in known or marks.discarded(own) or marks.handled(prepared.delivery.because.mark) is not None
            decided = prepared.subject != subject or prepared.claimed is not None or prepared.wrong is not None
            if settled or decided or lies_before(prepared.record, outstanding[0].id, outstanding[0].seen_at):
                return
            yield prepared

    async def _keep_behind(
        self, behind: Sequence[Prepared], marks: Marks, goes_on: Callable[[], bool]
    ) -> list[Outcome | Hold]:
        """Park records of one subject together; what could not be kept is left out, and comes again."""
        records, message = [prepared.record for prepared in behind], _IS_BEHIND.message
        kept = await self._letters.keep_behind(records, stage=self.reaction, message=message, goes_on=goes_on)
        marks.outstanding(behind[0].subject).extend(kept)
        for prepared in behind[: len(kept)]:
            with prepared.bound():
                logger().warning("parked", reaction=self.reaction, code=BEHIND, attempts=1)
        return [Outcome.PARKED] * len(kept)

    async def handle(self, prepared: Prepared, marks: Marks) -> Outcome | Hold:
        """Handle a record and return its outcome, or Hold when its partition has to wait."""
        outstanding = marks.outstanding(prepared.subject)
        waiting = next((letter for letter in outstanding if letter.id == prepared.claimed), None)
        with prepared.bound():
            try:
                decision = await self._decide(prepared, waiting, marks)
                return await self._carry_out(decision, prepared, waiting, marks)
            except UnavailableError as error:
                return Hold(error.code)

    async def _decide(self, prepared: Prepared, waiting: Outstanding | None, marks: Marks) -> Decision:
        """Return what happens to a record; the handler is asked last."""
        outstanding, delivery = marks.outstanding(prepared.subject), prepared.delivery
        own = identity(self.reaction, prepared.record)
        if waiting is None and any(letter.id == own for letter in outstanding):
            return Outcome.PARKED
        if marks.discarded(own) or (prepared.claimed is not None and marks.discarded(prepared.claimed)):
            return Outcome.DUPLICATE  # a letter may have been discarded after it was sent again
        if prepared.wrong is not None:
            return prepared.wrong
        stored = marks.handled(delivery.because.mark)
        if stored is not None:
            return _repeated(delivery, stored)
        if waiting is None and outstanding and _had_its_turn(prepared, outstanding[0]):
            pass  # its turn was before anything that waits, and its handler knows
        elif outstanding and waiting is not outstanding[0] and await self._is_behind(prepared.subject):
            return _IS_BEHIND
        if waiting is not None:
            delivery.came_at, delivery.read_at = waiting.came_at, waiting.seen_at
        delivery.recent = marks.handled
        return await self._attempt(delivery)

    async def _is_behind(self, subject: str) -> bool:
        """Ask afresh: somebody may have discarded what the subject waited for."""
        return bool((await self._letters.parked.of([subject])).get(subject))

    async def _attempt(self, delivery: Delivery) -> Decision:
        """Call the handler, again a few times for what looks like a bug, and return what happens then."""
        for attempt in count(1):
            decision = await self._once(delivery, attempt)
            if not isinstance(decision, Again):
                return decision
            if await _is_set_within(self._stopping, decision.seconds):
                break
        return Hold("stopping")

    async def _once(self, delivery: Delivery, attempt: int) -> Decision:
        delivery.skipped = False
        try:
            async with asyncio.timeout(HANDLER_SECONDS):
                await self._handler(delivery)
        except AlreadyHandledError as error:
            return _repeated(delivery, error.mark)
        except Exception as error:  # noqa: BLE001 - decided in one place
            decision = decide(error, attempt)
            if not isinstance(decision, Hold) and (stored := await delivery.handled_before()) is not None:
                return _repeated(delivery, stored)
            if isinstance(decision, Again) or decision == Park("bug", kinds(error), attempt):
                logger().error("a handler failed", reaction=self.reaction, attempt=attempt, exc_info=error)
            return decision
        if not delivery.skipped:
            return Outcome.APPLIED
        # Asked of the batch last: the same record under another key may have been skipped while this one was.
        stored = await delivery.handled_before() or delivery.handled_just_now()
        return Outcome.SKIPPED if stored is None else _repeated(delivery, stored)

    async def _carry_out(
        self, decision: Decision, prepared: Prepared, waiting: Outstanding | None, marks: Marks
    ) -> Outcome | Hold:
        """Do what was decided: park, or set the subject free when a dead letter was handled after all."""
        outstanding = marks.outstanding(prepared.subject)
        match decision:
            case Park():
                await self._park(decision, prepared, waiting, outstanding)
                return Outcome.PARKED
            case Outcome():
                if waiting is not None and decision is not Outcome.PARKED:
                    await self._letters.parked.release(prepared.subject, waiting.id)
                    outstanding.remove(waiting)
                if decision in (Outcome.APPLIED, Outcome.SKIPPED):
                    marks.handle(prepared.delivery.because.mark)
                return decision
            case Hold():
                return decision
        raise AssertionError(decision)

    async def _park(
        self, park: Park, prepared: Prepared, waiting: Outstanding | None, outstanding: list[Outstanding]
    ) -> None:
        """Keep the record; one that was sent again keeps its id, its place in the order and its original headers."""
        kept = prepared.record if waiting is None else prepared.delivery.record
        letter = await self._letters.keep(
            kept,
            stage=self.reaction,
            code=park.code,
            message=park.message,
            attempts=park.attempts,
            known_as=None if waiting is None else waiting.id,
        )
        if waiting is None:
            outstanding.append(letter)
        logger().warning("parked", reaction=self.reaction, code=park.code, attempts=park.attempts)


def _had_its_turn(prepared: Prepared, first: Outstanding) -> bool:
    """Say whether a record is read again after a lost position, or is a letter sent again that waits no more."""
    again = prepared.claimed is not None and comes_before(prepared.claimed, first.id)
    return again or lies_before(prepared.record, first.id, first.seen_at)


def _what_is_wrong(delivery: Delivery) -> Decision | None:
    """Read the envelope of one of our own events and return what happens if it is not one."""
    if delivery.is_tombstone:
        return None
    try:
        delivery.envelope()
    except Exception as error:  # noqa: BLE001 - decided in one place; reading the same bytes again would not help
        decision = decide(error, 1)
        return Park("undecodable", kinds(error)) if isinstance(decision, Again | Hold) else decision
    return None


def _repeated(delivery: Delivery, stored: Mark) -> Decision:
    """Tell a repetition from another record that uses the same id."""
    ours = delivery.because.mark
    try:
        if ours is not None and ours.id == stored.id:
            refuse_conflict(ours, stored)
    except PoisonError as error:
        return decide(error, 1)
    return Outcome.DUPLICATE


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
