"""What is still said of people who moved, about the time before they did. Pure.

Guards that the past stays with the old trust: a late correction by the new trust's facilitator, and a late record
of the old trust's system, both count where the person was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from deploy.local.region.acts import Entry, Status, TakeRegister
from deploy.local.region.meetings import Meeting, Seat
from deploy.local.region.records import Dialect
from deploy.local.region.script import Scheduled, Stage
from deploy.local.region.systems import Desk

_WINDOW = timedelta(days=25)


def is_told_late(meeting: Meeting, seat: Seat) -> bool:
    """Say whether nobody noted an attendance in time: of one of two movers, in the weeks before the move."""
    return _weeks_before(meeting, seat) and int(seat.person.key[1:]) % 2 == 0


def told_after_a_move(meetings: Sequence[Meeting], speaks: dict[str, Dialect], desk: Desk) -> Iterator[Scheduled]:
    """Yield late records and late corrections about sessions in the weeks before a move."""
    for meeting in meetings:
        for seat in meeting.seats:
            if seat.entry is not None and _weeks_before(meeting, seat):
                late = is_told_late(meeting, seat)
                yield from (_record(meeting, seat, speaks, desk) if late else _correction(meeting, seat))


def _weeks_before(meeting: Meeting, seat: Seat) -> bool:
    moved_on, held_on = seat.person.moved_on, meeting.session.held_on
    return moved_on is not None and moved_on - _WINDOW <= held_on < moved_on


def _correction(meeting: Meeting, seat: Seat) -> Iterator[Scheduled]:
    """The new trust's facilitator puts right what the old trust's had written."""
    if seat.entry is None or seat.person.moved_to is None:
        return
    status: Status = "missed" if seat.entry.status == "attended" else "attended"
    act = TakeRegister(
        organisation=seat.person.moved_to,
        session=meeting.session.code,
        entries=(Entry(seat.person.key, status),),
    )
    yield _after(seat, Scheduled(meeting.session.held_on, Stage.SECOND_THOUGHTS, act))


def _record(meeting: Meeting, seat: Seat, speaks: dict[str, Dialect], desk: Desk) -> Iterator[Scheduled]:
    """The old trust's system reports late; nobody answers to the name there any more, so a coordinator helps."""
    if seat.entry is None or seat.organisation not in speaks:
        return
    record = desk.report(seat.organisation, speaks[seat.organisation], seat.person, meeting.session, seat.entry)
    yield _after(seat, Scheduled(meeting.session.held_on, Stage.SESSIONS, replace(record, unmatched=True)))


def _after(seat: Seat, scheduled: Scheduled) -> Scheduled:
    moved_on = seat.person.moved_on or scheduled.on
    return Scheduled(moved_on + timedelta(days=20), scheduled.stage, scheduled.act)
