from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recap_tracker.domain.refusals import LeadNotEnrolledError, TooManyProjectsLedError
from services.recap_tracker.domain.roster import (
    LED_LIMIT,
    Cohort,
    Person,
    erase,
    hear_person,
    hear_schedule,
    take_lead,
)
from shared.events.enrolment import CohortScheduled, ParticipantEnrolled, ParticipantMoved, ParticipantWithdrawn
from shared.events.ids import CohortId, OrganisationId, ProjectId
from tests.unit.recap_tracker.examples import COHORT, HERE, LEAD, PROGRAMME, PROJECT, THERE

DAY = date(2024, 1, 8)
NOBODY = Person(participant=LEAD)
AboutPerson = ParticipantEnrolled | ParticipantWithdrawn | ParticipantMoved


def enrolled(version: int, organisation: str = HERE, cohort: str = COHORT) -> ParticipantEnrolled:
    return ParticipantEnrolled(
        participant=LEAD,
        cohort=cohort,
        programme=PROGRAMME,
        organisation=organisation,
        group="group-1",
        version=version,
        enrolled_on=DAY,
    )


def withdrawn(version: int, organisation: str = HERE, cohort: str = COHORT) -> ParticipantWithdrawn:
    return ParticipantWithdrawn(
        participant=LEAD,
        cohort=cohort,
        programme=PROGRAMME,
        organisation=organisation,
        group="group-1",
        version=version,
        withdrawn_on=DAY,
    )


def moved(version: int, organisation: str = THERE) -> ParticipantMoved:
    return ParticipantMoved(
        participant=LEAD, from_organisation=HERE, organisation=organisation, version=version, moved_on=DAY
    )


def scheduled(version: int, places: int | None) -> CohortScheduled:
    return CohortScheduled(
        cohort=COHORT,
        programme=PROGRAMME,
        title="RECAP 2024",
        groups=(),
        sessions=(),
        project_places=places,
        version=version,
    )


def hear_all(*facts: AboutPerson) -> Person:
    person = NOBODY
    for fact in facts:
        person = hear_person(person, fact)
    return person


def test_whoever_is_enrolled_in_the_cohort_here_can_lead_a_project() -> None:
    person = take_lead(hear_all(enrolled(2)), PROJECT, COHORT, HERE)
    assert person.projects == (PROJECT,)


@pytest.mark.parametrize(
    "facts",
    [(), (enrolled(2, THERE),), (enrolled(2, HERE, "mcr-2023"),), (enrolled(2), withdrawn(3)), (enrolled(2), moved(3))],
    ids=["unknown", "elsewhere", "another cohort", "withdrawn", "moved away"],
)
def test_nobody_else_can_lead_a_project_and_all_are_refused_alike(facts: tuple[AboutPerson, ...]) -> None:
    with pytest.raises(LeadNotEnrolledError) as refused:
        take_lead(hear_all(*facts), PROJECT, COHORT, HERE)
    assert str(refused.value) == (
        "The lead is not enrolled in recap-2024 at your organisation. A new enrolment may take a moment to arrive."
    )


def test_a_person_who_moved_can_lead_where_they_are_now() -> None:
    assert take_lead(hear_all(enrolled(2), moved(3)), PROJECT, COHORT, THERE).projects == (PROJECT,)


def test_a_person_leads_a_bounded_number_of_projects() -> None:
    person = hear_all(enrolled(2))
    for number in range(LED_LIMIT):
        person = take_lead(person, ProjectId(f"project-{number}"), COHORT, HERE)
    with pytest.raises(TooManyProjectsLedError):
        take_lead(person, PROJECT, COHORT, HERE)


def test_an_erased_person_stays_erased_whatever_arrives_later() -> None:
    """A fact of an erased person may still be in flight."""
    erased = erase(take_lead(hear_all(enrolled(2)), PROJECT, COHORT, HERE))
    assert erased == Person(participant=LEAD, erased=True)
    assert hear_person(hear_person(erased, enrolled(9)), moved(10)) == erased


def test_the_latest_schedule_wins_in_whatever_order_schedules_arrive() -> None:
    """REC-2"""
    for order in ((1, 2), (2, 1), (2, 1, 2)):
        cohort = Cohort(cohort=COHORT, programme=PROGRAMME)
        for version in order:
            cohort = hear_schedule(cohort, scheduled(version, {1: 40, 2: 60}[version]))
        assert (cohort.places, cohort.stated_by) == (60, 2)


organisations = st.sampled_from([HERE, THERE])
cohorts = st.sampled_from([COHORT, CohortId("recap-2025")])
kinds = st.tuples(st.sampled_from(["enrolled", "withdrawn", "moved"]), organisations, cohorts)


@given(st.lists(kinds, max_size=8), st.data())
def test_any_order_and_any_repetition_of_what_was_heard_ends_the_same(
    history: list[tuple[str, OrganisationId, CohortId]], data: st.DataObject
) -> None:
    makers = {"enrolled": enrolled, "withdrawn": withdrawn}
    facts = [
        moved(version, organisation) if kind == "moved" else makers[kind](version, organisation, cohort)
        for version, (kind, organisation, cohort) in enumerate(history, start=1)
    ]
    repeated = facts + data.draw(st.lists(st.sampled_from(facts), max_size=8)) if facts else []
    shuffled = data.draw(st.permutations(repeated))
    assert hear_all(*shuffled) == hear_all(*facts)
    if history:
        assert hear_all(*facts).organisation == OrganisationId(history[-1][1])
