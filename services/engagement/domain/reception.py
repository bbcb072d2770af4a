"""What happens to a statement of another system: it counts for a person, or waits until it can.

Guards three things: every statement ends somewhere (applied, waiting, closed; never dropped); a void works before its
original as after it; and a statement that waits is written into the document that will wake it.
"""

from dataclasses import dataclass
from datetime import datetime

from services.engagement.domain.attendance import Status, with_report, without_report
from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.learners import Learner, belonged_to, takes_part
from services.engagement.domain.papers import Papers
from services.engagement.domain.register import attendance_of
from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.domain.statements import Reason, Received, Statement, closed
from shared.errors import PoisonError
from shared.events.ids import ParticipantId

WAITING_LIMIT = 500
"""Statements that may wait for one person: keeps the document that wakes them, and the waking, bounded."""
REPORTS_LIMIT = 200
"""Statements about one person and one session."""


@dataclass(frozen=True)
class Record:
    """A statement as it arrived: what it says, who is meant, and that person's value, encrypted."""

    source: str
    id: str
    occasion: Occasion
    time: datetime
    status: Status
    minutes: int | None
    system: str
    key: ExternalKey
    person: str | None
    digest: str
    """Keyed hash of the bytes that arrived."""

    def received(self) -> Received:
        """Return what the statement says; contact never exceeds the session."""
        minutes = 0 if self.status == "missed" else self.occasion.minutes
        if self.status == "attended" and self.minutes is not None:
            minutes = min(self.minutes, self.occasion.minutes)
        return Received(occasion=self.occasion, time=self.time, status=self.status, minutes=minutes, system=self.system)


def receive(papers: Papers, name: StatementId, record: Record) -> Papers:
    """Take a statement in. The same papers come back if there is nothing to do. Raises PoisonError."""
    statement, match = papers.statements[name], papers.matches[record.key]
    if about_nobody(papers, record.key):
        return papers
    if statement.outcome != "awaited":
        _same(statement, record)
        return papers
    named = statement.having(source=record.source, id=record.id, digest=record.digest)
    if named.voided:
        return papers.statement(closed(named))
    received = named.having(received=record.received(), key=record.key, person=record.person)
    if match.person is None:
        reason: Reason = "person-ambiguous" if match.claims else "person-not-known"
        waiting = match.having(waiting=(*match.waiting, name))
        return _bounded(papers.statement(received.having(outcome="waiting", why=reason)).match(waiting), name)
    return _bounded(place(papers.statement(received), name, match.person), name)


def _same(statement: Statement, record: Record) -> None:
    """Refuse another record under a known id; the inbox, which does so first, forgets ids after a while."""
    if statement.digest not in (None, record.digest):
        raise PoisonError("conflict", "a record with the same source and id, but another body, was received before")


def about_nobody(papers: Papers, key: ExternalKey) -> bool:
    """Say whether a key is that of somebody who was erased."""
    match = papers.matches[key]
    if match.person is None:
        return match.erased and not match.claims
    return papers.learners[match.person].erased


def place(papers: Papers, name: StatementId, participant: ParticipantId) -> Papers:
    """Let a statement count for a person, or wait until the person is on the roster it speaks of."""
    learner, statement = papers.learners[participant], papers.statements[name]
    if learner.erased:
        return papers.statement(closed(statement))
    if not admits(learner, statement):
        waiting = statement.having(outcome="waiting", why="not-on-roster", participant=participant, person=None)
        return papers.statement(waiting).learner(learner.having(waiting=(*learner.waiting, name)))
    return count(papers, name, participant)


def admits(learner: Learner, statement: Statement) -> bool:
    """Say whether a statement may count for a person: on that roster, and with that organisation, at the time."""
    if statement.received is None:
        return False
    occasion = statement.received.occasion
    return takes_part(learner, occasion) and belonged_to(learner, statement.organisation, occasion.held_on)


def count(papers: Papers, name: StatementId, participant: ParticipantId) -> Papers:
    """Let a statement count for a person."""
    learner, statement = papers.learners[participant], papers.statements[name]
    attendance = attendance_of(learner, _occasion(statement), statement.organisation)
    applied = statement.having(outcome="applied", participant=participant, key=None, person=None, why=None)
    return papers.statement(applied).learner(learner.with_attendance(with_report(attendance, statement.report())))


def void(papers: Papers, name: StatementId) -> Papers:
    """Void a statement, whether or not it has come yet. A void cannot be voided."""
    statement = papers.statements[name]
    if statement.voided:
        return papers
    voided = statement.having(voided=True)
    match statement.outcome:
        case "applied" if statement.participant is not None:
            learner = papers.learners[statement.participant]
            attendance = learner.attended(_occasion(statement).session)
            if attendance is not None:
                learner = learner.with_attendance(without_report(attendance, name))
            return papers.statement(voided).learner(learner)
        case "waiting":
            return unqueue(papers, name).statement(closed(voided))
    return papers.statement(voided)


def unqueue(papers: Papers, name: StatementId) -> Papers:
    """Take a waiting statement out of the document that would wake it."""
    statement = papers.statements[name]
    if statement.participant is not None:
        learner = papers.learners[statement.participant]
        return papers.learner(learner.having(waiting=tuple(one for one in learner.waiting if one != name)))
    if statement.key is None:
        return papers
    match = papers.matches[statement.key]
    return papers.match(match.having(waiting=tuple(one for one in match.waiting if one != name)))


def _bounded(papers: Papers, name: StatementId) -> Papers:
    """Refuse a record that would make what it was added to grow without end, and nothing because of other records."""
    statement = papers.statements[name]
    if statement.outcome == "waiting" and len(_queue(papers, statement)) > WAITING_LIMIT:
        raise PoisonError("queue-full", "too many records wait for the same person")
    if statement.outcome == "applied" and statement.participant is not None:
        attendance = papers.learners[statement.participant].attended(_occasion(statement).session)
        if attendance is not None and len(attendance.reports) > REPORTS_LIMIT:
            raise PoisonError("too-many-reports", "too many records about one person and one session")
    return papers


def _queue(papers: Papers, statement: Statement) -> tuple[StatementId, ...]:
    """Return what waits in the document that will wake a waiting statement."""
    if statement.participant is not None:
        return papers.learners[statement.participant].waiting
    return () if statement.key is None else papers.matches[statement.key].waiting


def _occasion(statement: Statement) -> Occasion:
    if statement.received is None:
        raise ValueError("a statement that was not received has no session")
    return statement.received.occasion
