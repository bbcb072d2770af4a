"""A participant as engagement knows them: where they belong, what they are enrolled in, what is known of them.

Guards that facts about a person are joined by version, so that their order never matters, and that an erased person
stays erased: whatever arrives later changes nothing.
"""

from datetime import date
from typing import Literal

from services.engagement.domain.attendance import Attendance
from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.journals import Journal
from services.engagement.domain.state import State, StatementId
from shared.events.enrolment import ParticipantEnrolled, ParticipantMoved, ParticipantWithdrawn
from shared.events.ids import CohortId, GroupId, OrganisationId, ParticipantId, ProgrammeId, SessionId


class Enrolment(State):
    """An enrolment in one cohort. It has no end but withdrawal: it stays usable after completion (MCR-26)."""

    cohort: CohortId
    programme: ProgrammeId
    group: GroupId
    status: Literal["enrolled", "withdrawn"]
    since: date | None = None
    until: date | None = None
    stated: int


class Move(State):
    """From this day on the person belonged to `organisation`."""

    left: OrganisationId
    organisation: OrganisationId
    moved_on: date
    stated: int


class Learner(State):
    """One participant. `placed` is the version of the fact that said where they belong."""

    participant: ParticipantId
    organisation: OrganisationId | None = None
    placed: int = 0
    enrolments: tuple[Enrolment, ...] = ()
    moves: tuple[Move, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    journals: tuple[Journal, ...] = ()
    waiting: tuple[StatementId, ...] = ()
    """Statements about this person that wait for an enrolment or a move."""
    erased: bool = False
    unknown: bool = False
    """The last word on their keys has been acted upon: nothing that lies here names them by one."""
    confirmed: bool = False
    """It has been told that the erasure is done, both parts of it."""

    def enrolment(self, cohort: CohortId) -> Enrolment | None:
        """Return the enrolment in a cohort, standing or withdrawn."""
        return next((one for one in self.enrolments if one.cohort == cohort), None)

    def attended(self, session: SessionId) -> Attendance | None:
        """Return what is known of one session."""
        return next((one for one in self.attendance if one.occasion.session == session), None)

    def with_attendance(self, attendance: Attendance) -> "Learner":
        """Replace what is known of one session."""
        session = attendance.occasion.session
        others = tuple(one for one in self.attendance if one.occasion.session != session)
        return self.having(attendance=(*others, attendance))


def takes_part(learner: Learner, occasion: Occasion) -> bool:
    """Say whether a session is the person's to attend: enrolled in its cohort, and not withdrawn before its day.

    What was recorded before a withdrawal became known can still be put right.
    """
    enrolment = learner.enrolment(occasion.cohort)
    if enrolment is None:
        return False
    in_time = enrolment.until is not None and occasion.held_on <= enrolment.until
    return enrolment.status == "enrolled" or in_time or learner.attended(occasion.session) is not None


def belonged_to(learner: Learner, organisation: OrganisationId, on: date) -> bool:
    """Say whether the person belongs to an organisation now, or still did on that day."""
    moved_later = any(move.left == organisation and on <= move.moved_on for move in learner.moves)
    return learner.organisation == organisation or moved_later


def enrolled(learner: Learner, fact: ParticipantEnrolled) -> Learner:
    """Join an enrolment."""
    enrolment = Enrolment(
        cohort=CohortId(fact.cohort),
        programme=ProgrammeId(fact.programme),
        group=GroupId(fact.group),
        status="enrolled",
        since=fact.enrolled_on,
        stated=fact.version,
    )
    return _placed(_joined(learner, enrolment), fact.organisation, fact.version)


def withdrawn(learner: Learner, fact: ParticipantWithdrawn) -> Learner:
    """Join a withdrawal: what was attended before stays."""
    enrolment = Enrolment(
        cohort=CohortId(fact.cohort),
        programme=ProgrammeId(fact.programme),
        group=GroupId(fact.group),
        status="withdrawn",
        until=fact.withdrawn_on,
        stated=fact.version,
    )
    return _placed(_joined(learner, enrolment), fact.organisation, fact.version)


def moved(learner: Learner, fact: ParticipantMoved) -> Learner:
    """Join a move to another organisation: what was recorded before stays with the one left."""
    if learner.erased or any(move.stated == fact.version for move in learner.moves):
        return learner
    move = Move(
        left=OrganisationId(fact.from_organisation),
        organisation=OrganisationId(fact.organisation),
        moved_on=fact.moved_on,
        stated=fact.version,
    )
    moves = tuple(sorted((*learner.moves, move), key=lambda one: one.stated))
    return _placed(learner.having(moves=moves), fact.organisation, fact.version)


def erased(learner: Learner) -> Learner:
    """Forget everything but that there was somebody who asked to be forgotten."""
    return learner if learner.erased else Learner(participant=learner.participant, erased=True, unknown=learner.unknown)


def _joined(learner: Learner, enrolment: Enrolment) -> Learner:
    """Keep the later of two statements about one cohort."""
    known = learner.enrolment(enrolment.cohort)
    if learner.erased or (known is not None and known.stated >= enrolment.stated):
        return learner
    others = tuple(one for one in learner.enrolments if one.cohort != enrolment.cohort)
    return learner.having(enrolments=tuple(sorted((*others, enrolment), key=lambda one: one.cohort)))


def _placed(learner: Learner, organisation: str, version: int) -> Learner:
    """Keep the latest word on where the person belongs."""
    if learner.erased or version <= learner.placed:
        return learner
    return learner.having(organisation=OrganisationId(organisation), placed=version)
