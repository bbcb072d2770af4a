"""Journal entries belong to an enrolment that stands."""

from datetime import date

import pytest

from services.engagement.domain import journals
from services.engagement.domain.learners import Enrolment, Learner
from services.engagement.domain.refusals import (
    AccountNotLinkedError,
    JournalNotKnownError,
    JournalOutsideEnrolmentError,
    JournalRetractedAlreadyError,
    TooManyJournalsError,
    WrittenInFutureError,
)
from services.engagement.domain.writing import Entry, retract, submit, writer
from shared.events.ids import CohortId, JournalId
from tests.unit.engagement.examples import ANA, COHORT, HERE, THERE, learner

TODAY = date(2024, 10, 1)
ENTRY = Entry(JournalId("j-1"), COHORT, date(2024, 9, 30))


def test_an_entry_is_told_without_a_word_of_its_text() -> None:
    """Reflective learning journal (MCR-19)."""
    person, fact = submit(learner(), ENTRY, TODAY, 2)
    assert fact.model_dump() == {
        "participant": ANA,
        "journal": "j-1",
        "cohort": COHORT,
        "programme": "recap",
        "organisation": HERE,
        "group": "acute",
        "version": 2,
        "written_on": date(2024, 9, 30),
    }
    assert person.journals[0].journal == "j-1"


def test_completion_does_not_close_a_journal() -> None:
    """Enrolment stays usable after completion (MCR-26)."""
    late = Entry(JournalId("j-2"), COHORT, date(2031, 5, 1))
    _, fact = submit(learner(), late, date(2031, 5, 1), 2)
    assert fact.written_on == late.written_on


@pytest.mark.parametrize(
    ("person", "entry"),
    [
        (learner(), Entry(JournalId("j"), CohortId("mcr-2023"), date(2024, 9, 30))),
        (learner(), Entry(JournalId("j"), COHORT, date(2024, 1, 14))),
        (Learner(participant=ANA), ENTRY),
    ],
)
def test_an_entry_outside_an_enrolment_is_refused(person: Learner, entry: Entry) -> None:
    with pytest.raises(JournalOutsideEnrolmentError, match=entry.cohort):
        submit(person, entry, TODAY, 2)


def test_a_withdrawn_enrolment_takes_no_more_entries() -> None:
    gone = Enrolment(cohort=COHORT, programme="recap", group="acute", status="withdrawn", stated=2)
    with pytest.raises(JournalOutsideEnrolmentError):
        submit(learner().having(enrolments=(gone,)), ENTRY, TODAY, 2)


def test_an_entry_of_tomorrow_is_refused() -> None:
    with pytest.raises(WrittenInFutureError, match="2024-10-02"):
        submit(learner(), Entry(JournalId("j"), COHORT, date(2024, 10, 2)), TODAY, 2)


def test_the_number_of_entries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    person, _ = submit(learner(), ENTRY, TODAY, 2)
    monkeypatch.setattr("services.engagement.domain.writing.LIMIT", 1)
    assert journals.LIMIT == 500
    with pytest.raises(TooManyJournalsError, match="1 journal entries"):
        submit(person, ENTRY, TODAY, 3)


def test_an_entry_is_retracted_once_and_with_the_organisation_it_was_written_in() -> None:
    person, _ = submit(learner(), ENTRY, TODAY, 2)
    retracted, fact = retract(person.having(organisation=THERE), JournalId("j-1"), version=3)
    assert (fact.organisation, fact.journal, fact.version) == (HERE, "j-1", 3)
    with pytest.raises(JournalRetractedAlreadyError):
        retract(retracted, JournalId("j-1"), version=4)
    with pytest.raises(JournalNotKnownError, match="j-9"):
        retract(person, JournalId("j-9"), version=3)


def test_an_account_writes_for_the_organisation_it_belongs_to_only() -> None:
    assert writer(learner(), HERE) == learner()
    for person, organisation in [(learner(), THERE), (Learner(participant=ANA, erased=True), HERE)]:
        with pytest.raises(AccountNotLinkedError):
            writer(person, organisation)
