"""Attendance that systems report: learning platforms and badge readers, with everything they get wrong. Pure.

Guards that each kind of mishap that can be put right happens: the same record again, a void, a void before its
original, two systems that disagree, a system that contradicts the register, a name nobody knows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from deploy.local.region.acts import Act, Entry, Status, TakeRegister
from deploy.local.region.catalogue import Session
from deploy.local.region.meetings import Meeting, Seat
from deploy.local.region.people import Person
from deploy.local.region.records import Dialect, Flaw, Report, VoidReport
from deploy.local.region.script import Scheduled, Stage

LEARNING = "https://learning.region.example"
BADGES = "badge"
Turn = Callable[["Telling"], Iterator[tuple[Stage, Act]]]


class Desk:
    """Writes records: hands out their ids and their places in time."""

    def __init__(self, first_tick: int = 0) -> None:
        self._ticks = count(first_tick)

    def report(self, organisation: str, dialect: Dialect, person: Person, session: Session, entry: Entry) -> Report:
        """Return the record with which a system reports the attendance of one person."""
        tick = next(self._ticks)
        value = person.account if dialect == "xapi" else person.badge
        return Report(
            organisation=organisation,
            key=value,
            dialect=dialect,
            source=LEARNING if dialect == "xapi" else f"doors.{organisation.lower()}.example",
            record=f"{session.code}-{person.key}-{tick}",
            tick=tick,
            system=LEARNING if dialect == "xapi" else BADGES,
            value=value,
            person=person.key,
            session=session.code,
            status=entry.status,
            minutes=None if entry.status == "missed" else entry.minutes or session.minutes,
        )

    def void(self, report: Report) -> VoidReport:
        """Return the record with which a system takes a record back."""
        tick = next(self._ticks)
        return VoidReport(
            organisation=report.organisation,
            key=report.key,
            dialect=report.dialect,
            source=report.source,
            record=f"void-{report.record}",
            tick=tick,
            voids=report.record,
            person=str(report.person),
            session=report.session,
        )

    def again(self, report: Report, status: Status, minutes: int | None) -> Report:
        """Return a later record of the same person and session that says something else."""
        tick = next(self._ticks)
        record = f"{report.record}-{tick}"
        return replace(report, record=record, tick=tick, status=status, minutes=minutes, copies=1)


@dataclass(frozen=True)
class Telling:
    """A record that is about to be published, with what a mishap needs to write others."""

    desk: Desk
    report: Report
    session: Session


def reports(meetings: Sequence[Meeting], speaks: dict[str, Dialect], desk: Desk, chance: Random) -> Iterator[Scheduled]:
    """Yield what systems publish of people who join from afar, each record with or without a mishap.

    `speaks` says which organisations publish and in which dialect.
    """
    told = [(meeting, seat) for meeting in meetings for seat in meeting.seats if _by_system(seat, speaks)]
    turns = _deal(len(told), chance)
    for (meeting, seat), turn in zip(told, turns, strict=True):
        assert seat.entry is not None  # noqa: S101 -- `_by_system` said so
        report = desk.report(seat.organisation, speaks[seat.organisation], seat.person, meeting.session, seat.entry)
        for stage, act in turn(Telling(desk, report, meeting.session)):
            yield Scheduled(meeting.session.held_on + timedelta(days=1), stage, act)


def in_flight(meetings: Sequence[Meeting], speaks: dict[str, Dialect], desk: Desk) -> Iterator[Scheduled]:
    """Yield a record of everybody who is about to be erased, published at the very same time."""
    for meeting in meetings:
        for seat in meeting.seats:
            gone_on = seat.person.erased_on
            if gone_on is not None and seat.organisation in speaks and _same_month(gone_on, meeting.session.held_on):
                entry = Entry(seat.person.key, "attended")
                record = desk.report(seat.organisation, speaks[seat.organisation], seat.person, meeting.session, entry)
                yield Scheduled(gone_on, Stage.ERASURES, record)


def _same_month(one: date, other: date) -> bool:
    return one.replace(day=1) == other.replace(day=1)


def _by_system(seat: Seat, speaks: dict[str, Dialect]) -> bool:
    return seat.person.online and seat.entry is not None and seat.organisation in speaks


def _deal(records: int, chance: Random) -> list[Turn]:
    """Deal out mishaps: at least one of each, each to about four records in a hundred."""
    each = max(1, records * 4 // 100)
    dealt: list[Turn] = [turn for turn in _MISHAPS for _ in range(each)][:records]
    dealt += [_as_it_should_be] * (records - len(dealt))
    chance.shuffle(dealt)
    return dealt


def _as_it_should_be(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield Stage.SESSIONS, told.report


def _sent_thrice(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield Stage.SESSIONS, replace(told.report, copies=3)


def _taken_back(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield Stage.SESSIONS, told.report
    yield Stage.SECOND_THOUGHTS, told.desk.void(told.report)


def _corrected(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield from _taken_back(told)
    if told.report.status == "missed":
        yield Stage.SECOND_THOUGHTS, told.desk.again(told.report, "attended", told.session.minutes)
    else:
        yield Stage.SECOND_THOUGHTS, told.desk.again(told.report, "missed", None)


def _taken_back_before_it_came(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield Stage.SESSIONS, told.desk.void(told.report)
    yield Stage.SESSIONS, told.report


def _two_systems(told: Telling) -> Iterator[tuple[Stage, Act]]:
    """The other system published later, so it is believed; it may well arrive first."""
    other = told.desk.again(told.report, "attended", max(15, told.session.minutes - 20))
    meeting_tool = f"meetings.{other.organisation.lower()}.example"
    yield Stage.SESSIONS, replace(other, source=meeting_tool, dialect="cloudevents")
    yield Stage.SESSIONS, told.report


def _register_says_otherwise(told: Telling) -> Iterator[tuple[Stage, Act]]:
    """A facilitator who was there is believed before any system."""
    status: Status = "missed" if told.report.status == "attended" else "attended"
    lines = (Entry(str(told.report.person), status),)
    organisation = told.report.organisation
    yield Stage.SESSIONS, TakeRegister(organisation=organisation, session=told.session.code, entries=lines)
    yield Stage.SESSIONS, told.report


def _under_another_name(told: Telling) -> Iterator[tuple[Stage, Act]]:
    """A slip in the name, which a coordinator recognises."""
    value = f"{told.report.value}-{told.report.tick}"
    yield Stage.SESSIONS, replace(told.report, value=value, key=value, unmatched=True)


def _with_a_null_header(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield Stage.SESSIONS, replace(told.report, flaw=Flaw.NULL_HEADER)


def _with_a_binary_header(told: Telling) -> Iterator[tuple[Stage, Act]]:
    yield Stage.SESSIONS, replace(told.report, flaw=Flaw.BINARY_HEADER)


_MISHAPS: tuple[Turn, ...] = (
    _sent_thrice,
    _taken_back,
    _corrected,
    _taken_back_before_it_came,
    _two_systems,
    _register_says_otherwise,
    _under_another_name,
    _with_a_null_header,
    _with_a_binary_header,
)
