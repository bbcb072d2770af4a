"""One record on its way to a handler, with the reason under which the handler saves.

Guards that whatever a handler saves carries the mark of this record, so that the record takes effect once, and that the
organisation of an external record comes from its topic.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import NAMESPACE_OID, uuid5

from shared import inbox
from shared.clock import Clock, now
from shared.errors import PoisonError
from shared.events import Envelope, Fact, parse
from shared.inbox import AlreadyHandledError, Mark
from shared.mongo import Database
from shared.outbox import Because
from shared.stream.record import Record

OLDEST = timedelta(days=13)
"""How old an external record may be when it comes; its mark may have been forgotten if it were older."""
MARK_KEPT = timedelta(days=51)
"""What came may lie 37 days on its topic (30 and those of a segment) and then be read for the first time or again.

Sent once more it may come OLDEST and AHEAD after the first time, so the mark of the first outlives the last reading.
"""
AHEAD = timedelta(hours=12)
"""How far an external clock may be ahead; less than a day, so that no record is accepted after its mark has expired."""
LONGEST = 300
"""Characters of an external identity that are kept as they are; longer ones are kept as their hash."""
FOR_EVER = timedelta(days=3650)
"""Our own topics are kept without limit and may be read again from the start."""


class Delivery:
    """A record and why its handler acts; `because` is handed to the store door as it is."""

    def __init__(
        self,
        record: Record,
        reaction: str,
        *,
        database: Database,
        organisation: str = "",
        clock: Clock = now,
    ) -> None:
        self.record = record
        self.reaction = reaction
        self.organisation = organisation
        """The organisation that owns the external topic; empty for our own topics."""
        self.skipped = False
        self.came_at = record.appended_at
        """When the record came, where the broker says so; if it comes again from the dead letters, came first."""
        self.read_at: datetime | None = None
        """When it was read first, if it comes again from the dead letters."""
        self.recent: Callable[[Mark], Mark | None] = _nothing
        """What was handled in this batch: marks of skipped records are written at its end."""
        self._database = database
        self._clock = clock
        self._envelope: Envelope | None = None
        self._is_marked = False
        digest = record.digest()
        # The digest keeps apart what lies at the same place in a topic that was deleted and made again.
        place = f"{record.topic}|{record.partition}|{record.offset}|{digest[:16]}"
        self._because = Because(
            correlation_id=str(uuid5(NAMESPACE_OID, place)),
            causation_id=None,
            organisation=organisation,
            actor=reaction,
            mark=self._mark(place, digest, FOR_EVER),
        )

    @property
    def because(self) -> Because:
        """The reason to save under, with the mark that makes this record take effect once."""
        return self._because

    @property
    def fact(self) -> Fact:
        """The fact that the envelope carries."""
        return self.envelope().data

    @property
    def is_tombstone(self) -> bool:
        """Whether the record has no value: on a compacted topic, what its key stood for has been erased."""
        return self.record.value is None

    def envelope(self) -> Envelope:
        """Return the event; raises PoisonError (`undecodable`, `invalid`) or UnknownEventTypeError.

        An external record is not one: its body would name an organisation, and only its topic may.
        """
        if self.organisation:
            raise TypeError("an external record is not one of our events")
        if self._envelope is None:
            self._envelope = parse(self.record.value)
            self._because = Because(
                correlation_id=self._envelope.correlationid,
                causation_id=self._envelope.id,
                organisation=self._envelope.organisation,
                actor=self.reaction,
                mark=self._mark(self._envelope.id, sha256(self.record.value or b"").hexdigest(), FOR_EVER),
            )
        return self._envelope

    def skip(self) -> None:
        """Say that there is nothing to do: the record is counted as skipped, and its position moves on."""
        self.skipped = True

    async def external_mark(self, source: str, id: str, body: bytes, at: datetime) -> None:  # noqa: A002
        """Make an external record take effect once, by its source and id; call it before deciding anything.

        `body` is what must be equal when the same id comes again; `at` is when it was published. Raises PoisonError
        (`conflict`: known with another body; `too-old`; `from-the-future`) and AlreadyHandledError, which the bus takes
        for a duplicate. Whether an earlier batch handled it is not asked here: saving would say so, and where nothing
        is saved the bus asks `handled_before`, so that what is still known is a duplicate however old it is.
        """
        # As JSON, so that no two identities read the same, whatever characters they hold.
        named = json.dumps([self.organisation, source, id])
        identity = named if len(named) <= LONGEST else f"{self.organisation}|{sha256(named.encode()).hexdigest()}"
        mark = self._mark(identity, sha256(body).hexdigest(), MARK_KEPT)
        stored = self.recent(mark)
        self._is_marked = True
        self._because = Because(
            correlation_id=self._because.correlation_id,
            # Goes into events that are kept for ever and are limited there: not the other system's own words.
            causation_id=str(uuid5(NAMESPACE_OID, named)),
            organisation=self.organisation,
            actor=self.reaction,
            mark=mark,
        )
        if stored is not None:
            refuse_conflict(mark, stored)
            raise AlreadyHandledError(stored)
        self._check_age(at)

    async def handled_before(self) -> Mark | None:
        """Return the mark that an earlier handling of this external record left; raises UnavailableError."""
        mark = self._because.mark if self._is_marked else None
        return None if mark is None else await inbox.find(self._database, mark.id)

    def handled_just_now(self) -> Mark | None:
        """Return the mark that the same external record left in this batch."""
        mark = self._because.mark if self._is_marked else None
        return None if mark is None else self.recent(mark)

    def _check_age(self, at: datetime) -> None:
        """Refuse what the inbox might not recognise. A record is as old as it was when it came, however long it lay.

        Of the broker's clock and ours the one counts that lets it pass: either may be wrong.
        """
        read = self.read_at or self._clock()
        came = self.came_at or read
        if at < min(came, read) - OLDEST:
            raise PoisonError("too-old", f"the record was published more than {OLDEST.days} days before it came")
        if at > max(came, read) + AHEAD:
            raise PoisonError("from-the-future", "the record says that it was published in the future")

    def _mark(self, identity: str, digest: str, kept: timedelta) -> Mark:
        return Mark(
            id=f"{self.reaction}|{identity}",
            digest=digest,
            expires_at=self._clock() + kept,
            position=self.record.position,
        )


def _nothing(_: Mark) -> None:
    """Know of nothing that was handled in this batch."""


def refuse_conflict(ours: Mark, stored: Mark) -> None:
    """Raise PoisonError `conflict` when the same id has been handled with another body."""
    if ours.digest != stored.digest:
        raise PoisonError("conflict", "another record with the same source and id has been handled before")
