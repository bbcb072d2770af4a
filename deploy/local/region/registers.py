"""Registers of facilitators, with the slips that paper has: corrected lines, lines taken back, registers sent
twice. Pure.

Guards that the lines of one sheet are put right one after another, so that it is certain which of them stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random

from deploy.local.region.acts import Entry, TakeRegister, VoidRegister
from deploy.local.region.meetings import Meeting
from deploy.local.region.moves import is_told_late
from deploy.local.region.script import Scheduled, Stage

LINES = 100
"""Lines of one register; a longer list of people is several sheets."""


def registers(meetings: Iterable[Meeting], chance: Random) -> Iterator[Scheduled]:
    """Yield the registers of every session and what is put right later in the same month."""
    for meeting in meetings:
        at: dict[str, list[Entry]] = defaultdict(list)
        for seat in meeting.seats:
            if seat.entry is not None and not seat.person.online and not is_told_late(meeting, seat):
                at[seat.organisation].append(seat.entry)
        for organisation in sorted(at):
            yield from _sheets(meeting, organisation, at[organisation], chance)
            yield from _put_right(meeting, organisation, at[organisation], chance)


def _sheets(meeting: Meeting, organisation: str, lines: list[Entry], chance: Random) -> Iterator[Scheduled]:
    for start in range(0, len(lines), LINES):
        sheet = TakeRegister(
            organisation=organisation,
            session=meeting.session.code,
            entries=tuple(lines[start : start + LINES]),
            repeated=chance.random() < 0.05,  # noqa: PLR2004 -- answers that got lost
        )
        yield Scheduled(meeting.session.held_on, Stage.SESSIONS, sheet)
        if chance.random() < 0.03:  # noqa: PLR2004 -- handed in again, as a command of its own
            again = replace(sheet, chain=_chain(meeting, organisation), repeated=False)
            yield Scheduled(meeting.session.held_on, Stage.SECOND_THOUGHTS, again)


def _put_right(meeting: Meeting, organisation: str, lines: Sequence[Entry], chance: Random) -> Iterator[Scheduled]:
    wrong = [entry for entry in lines if chance.random() < 0.03]  # noqa: PLR2004 -- slips of the pen
    never = [entry.person for entry in lines if entry not in wrong and chance.random() < 0.01]  # noqa: PLR2004
    chain = _chain(meeting, organisation)
    if wrong:
        corrected = tuple(_other(entry, meeting.session.minutes) for entry in wrong)
        act = TakeRegister(organisation=organisation, chain=chain, session=meeting.session.code, entries=corrected)
        yield Scheduled(meeting.session.held_on, Stage.SECOND_THOUGHTS, act)
    if never:
        void = VoidRegister(organisation=organisation, chain=chain, session=meeting.session.code, people=tuple(never))
        yield Scheduled(meeting.session.held_on, Stage.SECOND_THOUGHTS, void)
    if len(never) > 1:
        back = TakeRegister(
            organisation=organisation,
            chain=chain,
            session=meeting.session.code,
            entries=tuple(entry for entry in lines if entry.person == never[0]),
        )
        yield Scheduled(meeting.session.held_on, Stage.SECOND_THOUGHTS, back)


def _chain(meeting: Meeting, organisation: str) -> str:
    return f"{organisation}/{meeting.session.code}"


def _other(entry: Entry, minutes: int) -> Entry:
    if entry.status == "missed":
        return Entry(entry.person, "attended", minutes)
    return Entry(entry.person, "missed") if entry.minutes is None else Entry(entry.person, "attended", None)
