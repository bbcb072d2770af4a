"""A waiting statement ends when a coordinator decides or when what it waited for arrives."""

from collections.abc import Callable, Sequence

import pytest

from services.engagement.domain.erasure import erase, unknown
from services.engagement.domain.learners import Learner, enrolled, moved
from services.engagement.domain.matching import Identifiers
from services.engagement.domain.papers import Papers, tell
from services.engagement.domain.queue import dismiss, forget_keys, resolve, wake
from services.engagement.domain.reception import receive, void
from services.engagement.domain.refusals import NotEnrolledError, ParticipantNotKnownError, QueryClosedError
from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.domain.statements import Statement
from shared.events.engagement import EngagementErasureConfirmed
from shared.events.enrolment import ParticipantMoved
from shared.events.ids import ParticipantId
from tests.unit.engagement.examples import (
    ANA,
    BEN,
    DAY,
    HERE,
    KEY,
    NEW_KEY,
    OCCASION,
    THERE,
    desk,
    enrolment,
    identify,
    learner,
    record,
)

FIRST = StatementId("s-1")
SECOND = StatementId("s-2")
CAS = ParticipantId("p-cas")


def waiting(*learners: Learner) -> Papers:
    return receive(desk(*learners), FIRST, record(person="sealed"))


def counted(papers: Papers, participant: str = ANA) -> list[str]:
    attendance = papers.learners[participant].attended(DAY)  # type: ignore[index]
    return [] if attendance is None else [report.key for report in attendance.reports if not report.voided]


def test_a_coordinator_says_who_is_meant_and_the_record_counts() -> None:
    papers = resolve(waiting(learner()), FIRST, ANA)
    assert counted(papers) == [FIRST]
    assert papers.matches[KEY].waiting == ()
    assert (papers.statements[FIRST].person, papers.statements[FIRST].key) == (None, None)


def test_a_void_reaches_a_record_that_a_coordinator_resolved() -> None:
    assert counted(void(resolve(waiting(learner()), FIRST, ANA), FIRST)) == []


def test_a_record_waiting_for_one_person_can_be_resolved_to_another() -> None:
    papers = waiting(Learner(participant=ANA), learner(BEN))
    papers = identify(papers, ANA, (KEY,), 1)
    assert papers.learners[ANA].waiting == (FIRST,)
    papers = resolve(papers, FIRST, BEN)
    assert counted(papers, BEN) == [FIRST]
    assert papers.learners[ANA].waiting == ()


def test_a_record_cannot_be_resolved_to_another_organisations_person() -> None:
    """Not found across organisations."""
    with pytest.raises(ParticipantNotKnownError):
        resolve(waiting(learner(ANA, THERE)), FIRST, ANA)


def test_a_record_can_be_resolved_to_somebody_who_left_after_the_session() -> None:
    """What a person did before moving trust stays with the old trust."""
    move = ParticipantMoved(
        participant=ANA, from_organisation=HERE, organisation=THERE, moved_on=OCCASION.held_on, version=2
    )
    papers = resolve(waiting(moved(learner(), move)), FIRST, ANA)
    assert papers.learners[ANA].attendance[0].organisation == HERE


def test_a_record_cannot_be_resolved_to_somebody_outside_the_cohort() -> None:
    with pytest.raises(NotEnrolledError, match="recap-2024"):
        resolve(waiting(learner().having(enrolments=())), FIRST, ANA)


def test_a_coordinator_dismisses_a_record_and_it_never_counts() -> None:
    papers = dismiss(waiting(learner()), FIRST, "sealed reason")
    assert (papers.statements[FIRST].outcome, papers.statements[FIRST].note) == ("dismissed", "sealed reason")
    papers = identify(papers, ANA, (KEY,), 1)
    assert counted(papers) == []


def test_what_has_ended_cannot_be_decided_again() -> None:
    resolved = resolve(waiting(learner()), FIRST, ANA)
    with pytest.raises(QueryClosedError, match="applied"):
        resolve(resolved, FIRST, ANA)
    with pytest.raises(QueryClosedError, match="applied"):
        dismiss(resolved, FIRST, None)


def test_an_identifier_that_arrives_later_lets_the_record_count() -> None:
    papers = identify(waiting(learner()), ANA, (KEY,), 1)
    assert counted(papers) == [FIRST]
    assert papers.matches[KEY].waiting == ()


def test_an_identifier_without_enrolment_passes_the_record_on_to_the_person() -> None:
    papers = identify(waiting(Learner(participant=ANA)), ANA, (KEY,), 1)
    assert papers.learners[ANA].waiting == (FIRST,)
    assert papers.statements[FIRST].person is None
    assert counted(wake(papers, enrolled(papers.learners[ANA], enrolment()))) == [FIRST]


def test_the_latest_keys_win_and_an_older_statement_of_them_changes_nothing() -> None:
    papers = identify(identify(desk(learner()), ANA, (KEY,), 1), ANA, (), 2)
    assert papers.matches[KEY].claims == ()
    assert identify(papers, ANA, (KEY,), 1) is papers


def test_a_key_given_up_by_one_of_two_people_means_the_other() -> None:
    papers = desk(learner(), learner(BEN))
    papers = identify(identify(papers, ANA, (KEY,), 1), BEN, (KEY,), 1)
    papers = receive(papers, FIRST, record())
    assert papers.statements[FIRST].why == "person-ambiguous"
    assert counted(identify(papers, BEN, (), 2), ANA) == [FIRST]


def test_erasure_forgets_the_person_their_statements_and_what_waits_for_them() -> None:
    """Erasure reaches everything engagement holds (P11)."""
    papers = receive(identify(desk(learner()), ANA, (KEY,), 1), FIRST, record())
    other = OCCASION.having(session="another", cohort="mcr-2023")
    papers = receive(papers, SECOND, record(2, occasion=other))
    papers = erase(papers, ANA)
    assert papers.learners[ANA] == Learner(participant=ANA, erased=True)
    cleared = Statement(statement=FIRST, organisation=HERE, outcome="closed")
    assert papers.statements[FIRST] == cleared
    assert papers.statements[SECOND].participant is None
    assert (papers.matches[KEY].claims, papers.matches[KEY].erased) == ((), True)
    assert papers.identifiers[ANA].keys == ()


def test_somebody_who_moved_and_is_then_erased_is_forgotten_by_former_keys_too() -> None:
    """Erasure reaches everything engagement holds (P11), also under a key that the person gave up."""
    papers = identify(identify(desk(learner()), ANA, (KEY,), 1), ANA, (NEW_KEY,), 2)
    assert (papers.identifiers[ANA].keys, papers.identifiers[ANA].former) == ((NEW_KEY,), (KEY,))
    papers = erase(receive(papers, FIRST, record(person="sealed")), ANA)
    assert (papers.statements[FIRST].outcome, papers.statements[FIRST].person) == ("closed", None)
    assert (papers.matches[KEY].erased, papers.matches[KEY].waiting, papers.matches[NEW_KEY].erased) == (True, (), True)
    assert papers.identifiers[ANA] == Identifiers(participant=ANA, stated=2, erased=True)


def test_former_keys_are_the_same_in_whatever_order_they_become_known() -> None:
    in_order = identify(identify(desk(learner()), ANA, (KEY,), 1), ANA, (NEW_KEY,), 2)
    late = identify(identify(desk(learner()), ANA, (NEW_KEY,), 2), ANA, (KEY,), 1)
    back = identify(in_order, ANA, (KEY,), 3).identifiers[ANA]
    assert late.identifiers == in_order.identifiers
    assert (back.keys, back.former) == ((KEY,), (NEW_KEY,))


def test_the_last_word_reaches_what_waits_under_keys_that_were_never_heard_of() -> None:
    """All that was stated of identifiers before may have been compacted away, and the erasure may be late (P11)."""
    papers = unknown(waiting(Learner(participant=ANA)), ANA, (KEY, NEW_KEY))
    assert (papers.statements[FIRST].outcome, papers.statements[FIRST].person) == ("closed", None)
    assert (papers.matches[KEY].erased, papers.matches[NEW_KEY].erased) == (True, True)
    assert unknown(papers, ANA).learners == papers.learners


def test_keys_that_were_said_to_be_former_are_forgotten_with_those_of_now() -> None:
    papers = erase(identify(waiting(learner()), ANA, (NEW_KEY,), 3, former=(KEY,)), ANA)
    assert (papers.statements[FIRST].outcome, papers.matches[KEY].erased) == ("closed", True)


def test_a_former_key_that_others_have_now_goes_on_meaning_them() -> None:
    papers = identify(identify(desk(learner(), learner(BEN), learner(CAS)), ANA, (KEY,), 1), ANA, (NEW_KEY,), 2)
    papers = identify(identify(papers, BEN, (KEY,), 1), CAS, (KEY,), 1)
    papers = erase(receive(papers, FIRST, record(person="sealed")), ANA)
    assert (papers.statements[FIRST].outcome, papers.matches[KEY].waiting) == ("waiting", (FIRST,))
    assert counted(identify(papers, CAS, (), 2), BEN) == [FIRST]


@pytest.mark.parametrize("parts", [(erase, unknown), (unknown, erase)], ids=["erasure first", "last word first"])
def test_an_erasure_is_told_once_when_both_parts_are_done_and_also_of_somebody_unknown(
    parts: Sequence[Callable[[Papers, ParticipantId], Papers]],
) -> None:
    """P11: a receipt that says so too soon would let the keys be forgotten that the other part needs."""
    papers, told = desk(Learner(participant=ANA)), []
    for version, part in enumerate((*parts, *parts), 1):
        papers = part(papers, ANA)
        now, facts = tell(papers.learners[ANA], version)
        papers, told = papers.learner(now), [*told, *facts]
    (fact,) = told
    assert isinstance(fact, EngagementErasureConfirmed)
    assert (fact.participant, fact.version) == (ANA, 2)


def test_records_that_waited_for_an_erased_key_are_closed_in_either_order() -> None:
    """The tombstone of the identifiers may come before or after the erasure, and before or after the identifiers."""
    known = identify(desk(Learner(participant=ANA)), ANA, (KEY,), 1)
    first = forget_keys(receive(known, FIRST, record()), ANA)
    assert first.statements[FIRST].outcome == "closed"
    late = erase(waiting(learner()), ANA)
    late = identify(late, ANA, (KEY,), 1)
    assert (late.statements[FIRST].outcome, late.matches[KEY].erased, late.matches[KEY].claims) == ("closed", True, ())
    assert forget_keys(first, ANA) is first


def test_a_key_shared_with_an_erased_person_still_means_the_other() -> None:
    papers = desk(learner(), learner(BEN))
    papers = identify(identify(papers, ANA, (KEY,), 1), BEN, (KEY,), 1)
    papers = forget_keys(receive(papers, FIRST, record()), ANA)
    assert papers.matches[KEY].erased is False
    assert counted(papers, BEN) == [FIRST]


def test_a_dismissed_record_of_an_erased_key_is_cleared() -> None:
    papers = dismiss(waiting(learner()), FIRST, "sealed reason")
    papers = forget_keys(identify(papers, ANA, (KEY,), 1), ANA)
    assert (papers.statements[FIRST].note, papers.statements[FIRST].key) == (None, None)


def test_a_key_that_is_claimed_again_after_an_erasure_means_the_new_person() -> None:
    papers = forget_keys(identify(desk(learner(), learner(BEN)), ANA, (KEY,), 1), ANA)
    papers = receive(identify(papers, BEN, (KEY,), 1), FIRST, record())
    assert counted(papers, BEN) == [FIRST]
    assert papers.matches[ExternalKey(KEY)].claims == (BEN,)
