"""Records that nobody can or may handle: strangers, another trust's people, and poison. Pure.

Guards that each of them says what must become of it: a place in the coordinator's queue, to be dismissed, or a dead
letter with its code. Nobody is meant twice: what follows a record that could not be handled waits behind it, so a
key that was used for poison is not used again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from deploy.local.region.acts import Entry
from deploy.local.region.meetings import Meeting, Seat
from deploy.local.region.records import Dialect, Flaw, Report
from deploy.local.region.script import Scheduled, Stage
from deploy.local.region.systems import Desk

POISON: tuple[tuple[Flaw, str], ...] = (
    (Flaw.TRUNCATED, "undecodable"),
    (Flaw.NOT_TEXT, "undecodable"),
    (Flaw.WRONG_TYPE, "invalid"),
    (Flaw.TOO_OLD, "too-old"),
    (Flaw.OTHER_ORGANISATION, "wrong-organisation"),
    (Flaw.UNKNOWN_SESSION, "unknown-session"),
)


class Strays:
    """Finds people to be written about wrongly, a different one each time."""

    def __init__(self, speaks: dict[str, Dialect], desk: Desk) -> None:
        self._speaks = speaks
        self._desk = desk
        self._used: set[str] = set()

    def at(self, meetings: Sequence[Meeting], count: int) -> Iterator[Scheduled]:
        """Yield strangers and other trusts' people at `count` sessions, and each kind of poison once."""
        seats = self._seats(meetings)
        for index in range(count):
            meeting, seat = next(seats)
            yield _told(meeting, self._nobody_here(meeting, seat, stranger=index % 2 == 0))
        for flaw, code in POISON:
            meeting, seat = next(seats)
            yield _told(meeting, replace(self._record(meeting, seat), flaw=flaw, dead_letter=code))
        yield from self._same_id_twice(*next(seats))
        yield from self._one_behind_another(*next(seats))

    def _same_id_twice(self, meeting: Meeting, seat: Seat) -> Iterator[Scheduled]:
        first = self._record(meeting, seat)
        yield _told(meeting, first)
        yield _told(meeting, replace(first, flaw=Flaw.OTHER_BODY, minutes=5, dead_letter="conflict"))

    def _one_behind_another(self, meeting: Meeting, seat: Seat) -> Iterator[Scheduled]:
        broken = self._record(meeting, seat)
        yield _told(meeting, replace(broken, flaw=Flaw.TRUNCATED, dead_letter="undecodable"))
        behind = self._record(meeting, seat)
        yield _told(meeting, replace(behind, flaw=Flaw.BEHIND, dead_letter="behind"))

    def _nobody_here(self, meeting: Meeting, seat: Seat, *, stranger: bool) -> Report:
        """A stranger's name, or one that only another trust knows: nobody of this organisation answers to it."""
        others = [organisation for organisation in sorted(self._speaks) if organisation != seat.organisation]
        publisher = others[len(self._used) % len(others)]
        entry = Entry(seat.person.key, "attended")
        record = self._desk.report(publisher, self._speaks[publisher], seat.person, meeting.session, entry)
        value = f"visitor-{record.tick}" if stranger else record.value
        return replace(record, value=value, key=value, person=None, unmatched=True)

    def _record(self, meeting: Meeting, seat: Seat) -> Report:
        entry = Entry(seat.person.key, "attended", meeting.session.minutes - 5)
        return self._desk.report(
            seat.organisation, self._speaks[seat.organisation], seat.person, meeting.session, entry
        )

    def _seats(self, meetings: Sequence[Meeting]) -> Iterator[tuple[Meeting, Seat]]:
        """Yield a seat of somebody else each time, walking through the sessions again and again."""
        found = True
        while found:
            found = False
            for meeting in meetings:
                seat = next((seat for seat in meeting.seats if self._is_free(seat)), None)
                if seat is not None:
                    found = True
                    self._used.add(seat.person.key)
                    yield meeting, seat

    def _is_free(self, seat: Seat) -> bool:
        person = seat.person
        ordinary = not person.online and person.moved_on is None and person.erased_on is None
        return ordinary and seat.organisation in self._speaks and person.key not in self._used


def _told(meeting: Meeting, record: Report) -> Scheduled:
    return Scheduled(meeting.session.held_on + timedelta(days=2), Stage.SESSIONS, record)
