from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from services.recap_tracker.domain.places import Placing
from services.recap_tracker.domain.projects import (
    EndProject,
    Project,
    activate_project,
    check_reopening,
    complete_project,
    open_project,
    reopen_project,
    unlink_lead,
    withdraw_project,
)
from services.recap_tracker.domain.refusals import (
    AimMissingError,
    DateInFutureError,
    DateOutOfOrderError,
    ProjectEndedError,
    ProjectNotActiveError,
    ProjectNotEndedError,
    TextMissingError,
)
from services.recap_tracker.domain.words import Aim, Kind, Scale, Scope, Status
from shared.events.recap_tracker import (
    ProjectActivated,
    ProjectCompleted,
    ProjectQueued,
    ProjectReopened,
    ProjectWithdrawn,
)
from tests.unit.recap_tracker.examples import A_PLACE, HERE, NOW, STARTED, THIRD_IN_LINE, opening, project, wish

CATALOGUE = Path("services/enrolment/catalogue/programmes/recap.yaml")
DONE = date(2024, 5, 1)


def completed() -> Project:
    return complete_project(project(), EndProject(DONE), 2, NOW)[0]


def test_a_project_with_a_place_says_so_with_all_that_may_be_known_of_it() -> None:
    """REC-1, REC-3, REC-12"""
    opened, (fact,) = open_project(wish(), opening())
    assert opened.status is Status.ACTIVE
    assert fact == ProjectActivated(
        project=opened.project,
        programme="recap",
        cohort="recap-2024",
        organisation=HERE,
        version=1,
        status="active",
        aims=("improve-workplace", "reduce-racial-inequality"),
        kind="fair-recruitment",
        scope="day-role",
        scale="local",
        wres_indicators=(1, 2),
        changed_on=STARTED,
    )


def test_a_project_without_a_place_says_why_and_how_many_are_before_it() -> None:
    """REC-2"""
    opened, (fact,) = open_project(wish(), opening(THIRD_IN_LINE))
    assert opened.status is Status.QUEUED
    assert isinstance(fact, ProjectQueued)
    assert (fact.reason, fact.position, fact.status) == ("places-full", 3, "queued")


def test_a_project_needs_an_aim_and_either_will_do() -> None:
    """REC-1"""
    with pytest.raises(AimMissingError, match="needs an aim"):
        open_project(wish(aims=()), opening())
    for aim in Aim:
        assert open_project(wish(aims=(aim,)), opening())[0].aims == (aim,)


def test_a_blank_title_is_refused() -> None:
    with pytest.raises(TextMissingError):
        open_project(wish(title="  "), opening())


def test_the_words_of_a_project_are_those_of_the_catalogue() -> None:
    """REC-1, REC-10, REC-11, REC-12: nine kinds, and other"""
    said = yaml.safe_load(CATALOGUE.read_text())["change_projects"]
    for name, words in {"aims": Aim, "kinds": Kind, "scopes": Scope, "scales": Scale}.items():
        assert {entry["id"] for entry in said[name]} == {word.value for word in words}
    assert len(Kind) == 9 + 1


def test_no_fact_of_a_project_carries_what_anybody_wrote_or_who_leads_it() -> None:
    opened, (fact,) = open_project(wish(title="A secret title"), opening())
    _, (ended,) = withdraw_project(opened, EndProject(DONE, "A secret reason"), 2, NOW)
    for said in (fact.model_dump_json(), ended.model_dump_json()):
        assert "secret" not in said
        assert opened.lead is not None
        assert opened.lead not in said


def test_an_active_project_completes_and_a_waiting_one_cannot() -> None:
    after, (fact,) = complete_project(project(), EndProject(DONE), 2, NOW)
    assert (after.status, after.changed_on) == (Status.COMPLETED, DONE)
    assert isinstance(fact, ProjectCompleted)
    with pytest.raises(ProjectNotActiveError, match="queued"):
        complete_project(project(THIRD_IN_LINE), EndProject(DONE), 2, NOW)


def test_a_project_is_withdrawn_with_a_reason_whether_it_is_active_or_waits() -> None:
    for placing in (A_PLACE, THIRD_IN_LINE):
        after, (fact,) = withdraw_project(project(placing), EndProject(DONE, "No time"), 2, NOW)
        assert (after.status, after.why) == (Status.WITHDRAWN, "No time")
        assert isinstance(fact, ProjectWithdrawn)
    with pytest.raises(TextMissingError):
        withdraw_project(project(), EndProject(DONE, " "), 2, NOW)


def test_an_ended_project_cannot_end_again() -> None:
    with pytest.raises(ProjectNotActiveError):
        complete_project(completed(), EndProject(DONE), 3, NOW)
    with pytest.raises(ProjectEndedError, match="completed"):
        withdraw_project(completed(), EndProject(DONE, "No time"), 3, NOW)


def test_only_an_ended_project_is_reopened_and_not_before_it_ended() -> None:
    with pytest.raises(ProjectNotEndedError, match="active"):
        check_reopening(project(), DONE, NOW)
    with pytest.raises(DateOutOfOrderError, match="1 May 2024"):
        check_reopening(completed(), DONE - timedelta(days=1), NOW)
    check_reopening(completed(), DONE, NOW)


@pytest.mark.parametrize("placing", [A_PLACE, THIRD_IN_LINE])
def test_a_reopened_project_goes_where_the_ledger_puts_it(placing: Placing) -> None:
    """REC-2"""
    after, (fact,) = reopen_project(completed(), date(2024, 5, 20), placing, 3)
    assert after.status is placing.status
    assert isinstance(fact, ProjectReopened)
    assert (fact.status, fact.version, fact.changed_on) == (placing.status.value, 3, date(2024, 5, 20))


def test_a_promoted_project_is_active_from_the_day_its_place_became_free_but_not_before_it_was_asked_for() -> None:
    """REC-2"""
    after, (fact,) = activate_project(project(THIRD_IN_LINE), DONE, 2)
    assert after.status is Status.ACTIVE
    assert isinstance(fact, ProjectActivated)
    assert fact.changed_on == DONE
    early, _ = activate_project(project(THIRD_IN_LINE), STARTED - timedelta(days=30), 2)
    assert early.changed_on == STARTED


def test_nothing_ends_tomorrow_but_a_day_of_grace_is_given_to_other_time_zones() -> None:
    complete_project(project(), EndProject(NOW.date() + timedelta(days=1)), 2, NOW)
    with pytest.raises(DateInFutureError, match="3 June 2024"):
        complete_project(project(), EndProject(NOW.date() + timedelta(days=2)), 2, NOW)
    with pytest.raises(DateOutOfOrderError, match="8 January 2024"):
        complete_project(project(), EndProject(STARTED - timedelta(days=1)), 2, NOW)


def test_a_project_stays_when_its_lead_is_erased() -> None:
    unlinked = unlink_lead(project())
    assert unlinked.lead is None
    assert unlinked == project().model_copy(update={"lead": None})
