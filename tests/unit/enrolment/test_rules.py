from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment import rules
from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.domain.organisation import Code, Organisation
from services.enrolment.domain.refusals import (
    ClosedOrganisationError,
    GroupNotInvitedError,
    UnknownCohortError,
    UnknownOrganisationError,
)

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def trust(name: str, closed_on: date | None = None, successors: tuple[str, ...] = ()) -> Organisation:
    code = Code(system="ods", code=name)
    return Organisation(
        organisation=name, name=name, kind="acute_trust", codes=(code,), closed_on=closed_on, successors=successors
    )


def region(*organisations: Organisation) -> Catalogue:
    return Catalogue(programmes={}, cohorts={}, organisations={entry.organisation: entry for entry in organisations})


def test_of_six_learning_days_five_are_three_quarters_and_four_are_not() -> None:
    """REC-8."""
    assert rules.required_sessions(6, 75) == 5


@given(st.integers(1, 500), st.integers(1, 100))
def test_the_required_number_is_the_smallest_that_reaches_the_share(of: int, percent: int) -> None:
    """REC-8."""
    required = rules.required_sessions(of, percent)
    assert required * 100 >= of * percent
    assert (required - 1) * 100 < of * percent
    assert 1 <= required <= of


def test_recap_asks_for_a_commitment_and_manchester_does_not(catalogue: Catalogue) -> None:
    """REC-8."""
    promised = rules.commitment(catalogue.programmes["recap"])
    assert promised is not None
    assert (promised.kind, promised.of, promised.required) == ("learning_day", 6, 5)
    assert rules.commitment(catalogue.programmes["mcr"]) is None


def test_only_recap_has_change_projects_and_sixty_places_for_them(catalogue: Catalogue) -> None:
    """REC-2."""
    assert rules.project_places(catalogue.programmes["recap"]) == 60
    assert rules.project_places(catalogue.programmes["mcr"]) is None


def test_an_invited_group_leads_to_its_programme(catalogue: Catalogue) -> None:
    """MCR-14."""
    assert rules.invited_programme(catalogue, "mcr-2023", "tan-north").programme == "mcr"


def test_a_group_of_another_programme_is_not_invited(catalogue: Catalogue) -> None:
    """MCR-14 to MCR-17."""
    with pytest.raises(GroupNotInvitedError, match="tan-north is not invited to the programme recap"):
        rules.invited_programme(catalogue, "recap-2024", "tan-north")


def test_a_cohort_that_the_catalogue_does_not_have_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownCohortError, match="There is no cohort mcr-1999"):
        rules.known_cohort(catalogue, "mcr-1999")


def test_an_organisation_outside_the_region_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownOrganisationError, match="ZZZ"):
        rules.open_organisation(catalogue, "ZZZ", NOW)


def test_a_closed_code_is_refused_with_its_successors_named(catalogue: Catalogue) -> None:
    with pytest.raises(ClosedOrganisationError) as refused:
        rules.open_organisation(catalogue, "RW6", NOW)
    assert str(refused.value) == "The organisation RW6 closed on 2021-10-01. Its successor is RM3 or R0A."
    assert refused.value.code == "closed-organisation"


def test_a_successor_that_closed_in_turn_is_followed_to_one_that_is_open() -> None:
    there = region(
        trust("AAA", date(2010, 4, 1), ("BBB", "CCC")),
        trust("BBB", date(2015, 4, 1), ("CCC", "DDD")),
        trust("CCC"),
        trust("DDD"),
    )
    assert rules.open_successors(there, there.organisations["AAA"], date(2024, 1, 1)) == ("CCC", "DDD")


def test_successors_that_name_each_other_end_with_none() -> None:
    there = region(trust("AAA", date(2010, 4, 1), ("BBB",)), trust("BBB", date(2011, 4, 1), ("AAA",)))
    with pytest.raises(ClosedOrganisationError, match="Its successor is not known"):
        rules.open_organisation(there, "AAA", NOW)


def test_an_organisation_is_open_until_the_local_day_on_which_it_closes() -> None:
    """In summer the day begins an hour before midnight UTC."""
    there = region(trust("AAA", date(2024, 7, 1), ("BBB",)), trust("BBB"))
    assert rules.open_organisation(there, "AAA", datetime(2024, 6, 30, 22, 59, tzinfo=UTC)).organisation == "AAA"
    with pytest.raises(ClosedOrganisationError):
        rules.open_organisation(there, "AAA", datetime(2024, 6, 30, 23, 0, tzinfo=UTC))
