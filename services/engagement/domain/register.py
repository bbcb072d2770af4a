"""A facilitator's register: one command, many people, all or nothing.

Guards that a register is recorded whole or not at all, that the same register again changes nobody, and that a
session's length bounds the minutes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.engagement.domain.attendance import (
    REGISTER,
    Attendance,
    Rank,
    Report,
    Status,
    with_report,
    without_report,
)
from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.learners import Learner, takes_part
from services.engagement.domain.refusals import MinutesOutOfRangeError, NamedTwiceError, NotOnRegisterError
from shared.events.ids import OrganisationId, ParticipantId

LIMIT = 500
"""Entries of one register."""


@dataclass(frozen=True)
class Entry:
    """One line of the register; without minutes, attended is the whole session."""

    participant: ParticipantId
    status: Status
    minutes: int | None = None

    def contact(self, occasion: Occasion) -> int:
        """Return the contact minutes of the line."""
        if self.status == "missed":
            return self.minutes or 0
        return occasion.minutes if self.minutes is None else self.minutes


Learners = Mapping[ParticipantId, Learner]


def take_register(
    learners: Learners,
    occasion: Occasion,
    organisation: OrganisationId,
    entries: Sequence[Entry],
    recorded_at: datetime,
) -> dict[ParticipantId, Learner]:
    """Return the learners that changed. Refuses the whole register, naming every line that is wrong."""
    _once([entry.participant for entry in entries])
    _on_roster(learners, occasion, organisation, (entry.participant for entry in entries))
    _within(occasion, entries)
    changed = {}
    for entry in entries:
        learner = learners[entry.participant]
        before = attendance_of(learner, occasion, organisation)
        after = with_report(before, _report(entry, occasion, recorded_at))
        if after is not before:
            changed[entry.participant] = learner.with_attendance(after)
    return changed


def void_register(
    learners: Learners,
    occasion: Occasion,
    organisation: OrganisationId,
    participants: Sequence[ParticipantId],
) -> dict[ParticipantId, Learner]:
    """Take a facilitator's word on these people back; what systems reported counts again."""
    _once(participants)
    _on_roster(learners, occasion, organisation, participants)
    changed = {}
    for participant in participants:
        before = attendance_of(learners[participant], occasion, organisation)
        after = without_report(before, REGISTER)
        if after is not before:
            changed[participant] = learners[participant].with_attendance(after)
    return changed


def attendance_of(learner: Learner, occasion: Occasion, organisation: OrganisationId) -> Attendance:
    """Return what is known of a session, or a blank that belongs to this organisation and the person's group."""
    known = learner.attended(occasion.session)
    if known is not None:
        return known
    enrolment = learner.enrolment(occasion.cohort)
    if enrolment is None:
        raise ValueError("attendance needs an enrolment")
    return Attendance(occasion=occasion, organisation=organisation, group=enrolment.group)


def _report(entry: Entry, occasion: Occasion, recorded_at: datetime) -> Report:
    return Report(
        key=REGISTER,
        source=REGISTER,
        id=occasion.session,
        rank=Rank.FACILITATOR,
        time=recorded_at,
        status=entry.status,
        minutes=entry.contact(occasion),
    )


def _once(participants: Sequence[ParticipantId]) -> None:
    twice = sorted(one for one, count in Counter(participants).items() if count > 1)
    if twice:
        raise NamedTwiceError(participants=", ".join(twice))


def _on_roster(
    learners: Learners, occasion: Occasion, organisation: OrganisationId, participants: Iterable[ParticipantId]
) -> None:
    """Refuse everybody who is not of this organisation and cohort, without telling which of the two."""
    strangers = [
        one
        for one in participants
        if one not in learners or learners[one].organisation != organisation or not takes_part(learners[one], occasion)
    ]
    if strangers:
        raise NotOnRegisterError(cohort=occasion.cohort, participants=", ".join(strangers))


def _within(occasion: Occasion, entries: Sequence[Entry]) -> None:
    """Refuse minutes beyond the session's length, and minutes of somebody who was not there."""
    wrong = [
        entry.participant
        for entry in entries
        if not 0 <= entry.contact(occasion) <= (occasion.minutes if entry.status == "attended" else 0)
    ]
    if wrong:
        raise MinutesOutOfRangeError(minutes=occasion.minutes, participants=", ".join(wrong))
