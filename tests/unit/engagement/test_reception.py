"""Every statement of another system ends somewhere, whatever comes first."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.attendance import Published, prevailing_report
from services.engagement.domain.learners import Learner, enrolled, erased
from services.engagement.domain.matching import claimed
from services.engagement.domain.papers import Papers, tell
from services.engagement.domain.queue import wake
from services.engagement.domain.reception import REPORTS_LIMIT, WAITING_LIMIT, Record, receive, void
from services.engagement.domain.state import StatementId
from shared.errors import PoisonError
from shared.events.ids import ParticipantId
from tests.unit.engagement.examples import (
    ANA,
    BEN,
    CALM,
    DAY,
    HERE,
    KEY,
    OCCASION,
    THERE,
    desk,
    enrolment,
    identify,
    learner,
    record,
)

FIRST = StatementId("s-1")


def known(*learners: Learner) -> Papers:
    """Return papers on which the key means the first of these learners."""
    papers = desk(*learners)
    return papers.match(claimed(papers.matches[KEY], learners[0].participant))


def published(papers: Papers, participant: ParticipantId = ANA) -> Published | None:
    told, _ = tell(papers.learners[participant], 1)
    attendance = told.attended(DAY)
    return None if attendance is None else attendance.published


def test_a_record_counts_for_whom_the_key_means() -> None:
    papers = receive(known(learner()), FIRST, record())
    assert published(papers) == Published(status="attended", minutes=300, version=1)
    assert (papers.statements[FIRST].outcome, papers.statements[FIRST].participant) == ("applied", ANA)


def test_contact_never_exceeds_the_session_and_absence_has_none() -> None:
    long = receive(known(learner()), FIRST, record(minutes=1000))
    whole = receive(known(learner()), FIRST, record(minutes=None))
    absent = receive(known(learner()), FIRST, record(status="missed", minutes=100))
    assert [published(one) for one in (long, whole, absent)] == [
        Published(status="attended", minutes=360, version=1),
        Published(status="attended", minutes=360, version=1),
        Published(status="missed", minutes=0, version=1),
    ]


def test_a_record_about_nobody_known_waits_with_the_key_and_is_told_to_nobody() -> None:
    """Unmatched people go to a query queue, never dropped."""
    papers = receive(desk(learner()), FIRST, record(person="sealed"))
    statement = papers.statements[FIRST]
    assert (statement.outcome, statement.why, statement.person) == ("waiting", "person-not-known", "sealed")
    assert papers.matches[KEY].waiting == (FIRST,)
    assert published(papers) is None


def test_a_key_that_two_people_have_means_neither() -> None:
    papers = known(learner(), learner(BEN))
    papers = receive(papers.match(claimed(papers.matches[KEY], BEN)), FIRST, record())
    assert (papers.statements[FIRST].outcome, papers.statements[FIRST].why) == ("waiting", "person-ambiguous")


@pytest.mark.parametrize(
    "person",
    [
        Learner(participant=ANA),
        learner(ANA, THERE),
        learner().having(enrolments=()),
        learner().having(enrolments=(learner().enrolments[0].having(status="withdrawn", until=date(2024, 3, 3)),)),
    ],
)
def test_a_record_about_somebody_who_is_not_on_that_roster_waits_with_the_person(person: Learner) -> None:
    """A publisher that writes another trust's people (traps) ends in its own queue."""
    papers = receive(known(person), FIRST, record(person="sealed"))
    statement = papers.statements[FIRST]
    assert (statement.outcome, statement.why, statement.person) == ("waiting", "not-on-roster", None)
    assert papers.learners[ANA].waiting == (FIRST,)
    assert statement.organisation == HERE


def test_a_record_about_an_erased_person_changes_nothing() -> None:
    """Erasure while that person's events are still in flight (traps)."""
    by_person = known(erased(learner()))
    unknown = desk(learner())
    by_key = unknown.match(unknown.matches[KEY].having(erased=True))
    assert receive(by_person, FIRST, record()) is by_person
    assert receive(by_key, FIRST, record()) is by_key


def test_a_void_works_before_its_original_as_after_it() -> None:
    """A void before its original (traps)."""
    start = known(learner())
    after = void(receive(start, FIRST, record()), FIRST)
    before = receive(void(start, FIRST), FIRST, record())
    assert published(after) is None
    assert published(before) is None
    assert before.statements[FIRST].outcome == "closed"
    assert before.learners == start.learners


def test_a_void_takes_a_waiting_record_out_of_the_queue() -> None:
    by_key = void(receive(desk(learner()), FIRST, record()), FIRST)
    by_person = void(receive(known(Learner(participant=ANA)), FIRST, record()), FIRST)
    assert by_key.matches[KEY].waiting == ()
    assert by_person.learners[ANA].waiting == ()
    assert {by_key.statements[FIRST].outcome, by_person.statements[FIRST].outcome} == {"closed"}


def test_a_void_again_changes_nothing() -> None:
    papers = void(receive(known(learner()), FIRST, record()), FIRST)
    assert void(papers, FIRST) is papers


def test_another_record_under_a_known_id_is_a_conflict_however_long_ago_that_was() -> None:
    """(source, id) deduplicated, conflicts parked; the inbox forgets an id after two weeks, the statement does not."""
    for papers in (receive(known(learner()), FIRST, record()), receive(desk(learner()), FIRST, record())):
        assert receive(papers, FIRST, record()) is papers
        with pytest.raises(PoisonError) as refused:
            receive(papers, FIRST, record(minutes=5))
        assert refused.value.code == "conflict"


def test_a_statement_that_tells_no_bodies_apart_takes_every_one_for_its_own() -> None:
    """Statements from before digests were kept, and closed ones, which keep nothing of their record."""
    papers = receive(known(learner()), FIRST, record())
    old = papers.statement(papers.statements[FIRST].having(digest=None))
    gone = void(receive(desk(learner()), FIRST, record()), FIRST)
    assert [receive(one, FIRST, record(minutes=5)) is one for one in (old, gone)] == [True, True]


def test_what_waits_for_one_person_is_bounded() -> None:
    papers = desk(learner())
    full = tuple(StatementId(f"w-{number}") for number in range(WAITING_LIMIT))
    papers = papers.match(papers.matches[KEY].having(waiting=full))
    with pytest.raises(PoisonError) as refused:
        receive(papers, FIRST, record())
    assert refused.value.code == "queue-full"


def test_reports_about_one_person_and_session_are_bounded() -> None:
    papers = receive(known(learner()), FIRST, record())
    attendance = papers.learners[ANA].attendance[0]
    many = attendance.having(reports=attendance.reports * REPORTS_LIMIT)
    papers = papers.learner(papers.learners[ANA].with_attendance(many))
    with pytest.raises(PoisonError) as refused:
        receive(papers, StatementId("s-2"), record(2))
    assert refused.value.code == "too-many-reports"


def test_a_full_queue_or_session_keeps_out_only_what_would_be_added_to_it() -> None:
    papers = receive(known(learner()), FIRST, record())
    attendance = papers.learners[ANA].attendance[0]
    elsewhere = OCCASION.having(session="recap-2024-day-2")
    many = attendance.having(occasion=elsewhere, reports=attendance.reports * (REPORTS_LIMIT + 1))
    full = tuple(StatementId(f"w-{number}") for number in range(WAITING_LIMIT + 1))
    papers = papers.learner(papers.learners[ANA].having(attendance=(many,), waiting=full))
    papers = receive(papers, StatementId("s-2"), record(2))
    assert papers.statements[StatementId("s-2")].outcome == "applied"
    with pytest.raises(PoisonError) as refused:
        receive(papers, StatementId("s-3"), record(3, occasion=elsewhere))
    assert refused.value.code == "too-many-reports"


RECORDS = st.lists(
    st.builds(
        record,
        number=st.integers(1, 3),
        status=st.sampled_from(["attended", "missed"]),
        minutes=st.integers(0, 360),
    ),
    min_size=3,
    max_size=3,
)


@CALM
@given(RECORDS, st.sets(st.integers(1, 3)), st.data())
def test_any_order_and_any_duplication_gives_the_same_status(
    records: list[Record], voids: set[int], data: st.DataObject
) -> None:
    """Law 3, for records, voids, the enrolment and the identifiers of the person in any order (P3)."""
    steps: list[Callable[[Papers], Papers]] = [
        lambda papers: wake(papers, enrolled(papers.learners[ANA], enrolment())),
        lambda papers: identify(papers, ANA, (KEY,), 1),
    ]
    steps += [partial(receive, name=StatementId(f"s-{n}"), record=one) for n, one in enumerate(records, 1)]
    steps += [partial(void, name=StatementId(f"s-{n}")) for n in voids]
    papers = desk(Learner(participant=ANA))
    version = 0
    for step in data.draw(st.permutations([*steps, *steps])):
        papers, version = step(papers), version + 1
        papers = papers.learner(tell(papers.learners[ANA], version)[0])
    standing = {StatementId(f"s-{n}"): one for n, one in enumerate(records, 1) if n not in voids}
    reports = [
        papers.statements[FIRST].having(statement=name, source=one.source, id=one.id, received=one.received()).report()
        for name, one in standing.items()
    ]
    prevailing, told = prevailing_report(reports), published(papers)
    if prevailing is None:
        assert told is None or told.status == "voided"
    else:
        assert told is not None
        assert (told.status, told.minutes) == (prevailing.status, prevailing.minutes)
    assert not any(one.outcome == "waiting" for one in papers.statements.values())
    assert papers.matches[KEY].waiting == papers.learners[ANA].waiting == ()


def test_the_session_of_a_record_is_what_others_are_told() -> None:
    _, (fact,) = tell(receive(known(learner()), FIRST, record()).learners[ANA], 3)
    assert fact.model_dump(include={"session", "cohort", "programme", "kind", "held_on"}) == OCCASION.model_dump(
        exclude={"minutes"}
    )
