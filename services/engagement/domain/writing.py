"""Submitting and retracting journal entries: the decisions.

Guards MCR-26 (no end date closes a journal, only a withdrawal does) and that each entry and retraction is told once.
"""

from dataclasses import dataclass
from datetime import date

from services.engagement.domain.journals import LIMIT, Journal
from services.engagement.domain.learners import Enrolment, Learner
from services.engagement.domain.refusals import (
    AccountNotLinkedError,
    JournalNotKnownError,
    JournalOutsideEnrolmentError,
    JournalRetractedAlreadyError,
    TooManyJournalsError,
    WrittenInFutureError,
)
from shared.events.engagement import JournalRetracted, JournalSubmitted
from shared.events.ids import CohortId, JournalId


@dataclass(frozen=True)
class Entry:
    """A new entry of a journal, without its text."""

    journal: JournalId
    cohort: CohortId
    written_on: date


def submit(learner: Learner, new: Entry, today: date, version: int) -> tuple[Learner, JournalSubmitted]:
    """Add an entry; refuses one outside an enrolment that stands."""
    if new.written_on > today:
        raise WrittenInFutureError(written_on=new.written_on)
    if len(learner.journals) >= LIMIT:
        raise TooManyJournalsError(limit=LIMIT)
    enrolment = learner.enrolment(new.cohort)
    if learner.organisation is None or enrolment is None or not _open(enrolment, new.written_on):
        raise JournalOutsideEnrolmentError(cohort=new.cohort, written_on=new.written_on)
    entry = Journal(
        journal=new.journal,
        cohort=new.cohort,
        programme=enrolment.programme,
        organisation=learner.organisation,
        group=enrolment.group,
        written_on=new.written_on,
    )
    fact = JournalSubmitted(**_about(learner, entry, version))
    return learner.having(journals=(*learner.journals, entry)), fact


def retract(learner: Learner, journal: JournalId, *, version: int) -> tuple[Learner, JournalRetracted]:
    """Take an entry back."""
    entry = next((one for one in learner.journals if one.journal == journal), None)
    if entry is None:
        raise JournalNotKnownError(journal=journal)
    if entry.retracted:
        raise JournalRetractedAlreadyError
    journals = tuple(one.having(retracted=True) if one is entry else one for one in learner.journals)
    return learner.having(journals=journals), JournalRetracted(**_about(learner, entry, version))


def writer(learner: Learner, organisation: str) -> Learner:
    """Return the person if they write for the organisation their account belongs to."""
    if learner.erased or learner.organisation != organisation:
        raise AccountNotLinkedError
    return learner


def _open(enrolment: Enrolment, written_on: date) -> bool:
    """An enrolment takes entries from its first day until it is withdrawn; completion does not close it."""
    return enrolment.status == "enrolled" and (enrolment.since is None or enrolment.since <= written_on)


def _about(learner: Learner, entry: Journal, version: int) -> dict[str, object]:
    return {**entry.model_dump(exclude={"retracted"}), "participant": learner.participant, "version": version}
