from collections import Counter
from datetime import UTC, date, datetime

from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.domain.programme import (
    CoachingDays,
    CohortSize,
    CommitmentRule,
    ContactHours,
    LineManagerApproval,
    ProjectPlaces,
    ReservedPlaces,
)


def test_a_programme_has_design_deliver_and_evaluate_phases(catalogue: Catalogue) -> None:
    """MCR-1."""
    for programme in catalogue.programmes.values():
        assert [phase.phase for phase in programme.phases] == ["design", "deliver", "evaluate"]


def test_every_session_says_its_format_and_some_are_led_by_lived_experience(catalogue: Catalogue) -> None:
    """MCR-1."""
    for cohort in catalogue.cohorts.values():
        assert {session.format for session in cohort.sessions} >= {"face_to_face", "hybrid"}
        assert {session.lived_experience for session in cohort.sessions} == {True, False}


def test_the_invited_groups_of_manchester_and_their_expected_sizes_are_data(catalogue: Catalogue) -> None:
    """MCR-14, MCR-15, MCR-16, MCR-17."""
    groups = catalogue.programmes["mcr"].groups
    of = Counter(group.requirement for group in groups)
    assert of == {"MCR-14": 3, "MCR-15": 1, "MCR-16": 3, "MCR-17": 5}
    assert sum(group.expected for group in groups) == 75


def test_the_preparation_of_manchester_is_due_before_the_launch(catalogue: Catalogue) -> None:
    """MCR-18."""
    cohort = catalogue.cohorts["mcr-2023"]
    assert {activity.activity for activity in cohort.preparation} == {
        "creative-materials",
        "baseline-survey",
        "self-assessment",
    }
    assert all(activity.due_on < date(2023, 9, 18) for activity in cohort.preparation)


def test_manchester_is_launched_on_18_september_2023_at_ten_local_time(catalogue: Catalogue) -> None:
    """MCR-19; ten in British summer time is nine in UTC."""
    launch = next(session for session in catalogue.cohorts["mcr-2023"].sessions if session.kind == "launch")
    assert launch.starts_at == datetime(2023, 9, 18, 9, tzinfo=UTC)


def test_manchester_keeps_journals_in_september_and_october(catalogue: Catalogue) -> None:
    """MCR-20."""
    journals = catalogue.cohorts["mcr-2023"].journals
    assert [(j.from_on, j.until_on) for j in journals] == [
        (date(2023, 9, 18), date(2023, 9, 30)),
        (date(2023, 10, 1), date(2023, 10, 31)),
    ]


def test_the_three_modules_of_manchester_have_their_dates_and_their_sessions_within_them(catalogue: Catalogue) -> None:
    """MCR-21, MCR-22, MCR-23."""
    cohort = catalogue.cohorts["mcr-2023"]
    dates = {entry.module: (entry.from_on, entry.until_on) for entry in cohort.modules}
    assert dates["a"] == (date(2023, 10, 1), date(2023, 12, 31))
    assert dates["b"] == (date(2024, 2, 1), date(2024, 5, 31))
    assert dates["c"] == (date(2024, 6, 1), date(2024, 7, 31))
    for session in cohort.sessions:
        first, last = dates[session.module]
        assert first <= session.starts_at.date() <= last, session.session


def test_manchester_has_about_22_contact_hours_and_both_readings_of_its_length(catalogue: Catalogue) -> None:
    """MCR-25: nothing is derived from the duration or from the dates."""
    cohort = catalogue.cohorts["mcr-2023"]
    minutes = sum(session.minutes for session in cohort.sessions if not session.after_completion)
    assert minutes == 22 * 60
    assert cohort.stated is not None
    assert (cohort.stated.duration.text, cohort.stated.duration.months) == ("9 month programme", 9)
    assert cohort.stated.dates.text == "September 23 \N{EN DASH} October 24"
    assert (cohort.stated.dates.first_month, cohort.stated.dates.last_month) == ("2023-09", "2024-10")


def test_masterclasses_and_action_learning_sets_run_alongside_the_modules_and_after_them(catalogue: Catalogue) -> None:
    """MCR-26."""
    sessions = catalogue.cohorts["mcr-2023"].sessions
    last = max(session.starts_at for session in sessions if session.kind == "session")
    for kind in ("masterclass", "action_learning_set"):
        held = [session for session in sessions if session.kind == kind]
        assert any(session.starts_at < last for session in held)
        assert [s.starts_at > last for s in held] == [s.after_completion for s in held]


def test_the_rules_of_recap_carry_the_numbers_of_their_requirements(catalogue: Catalogue) -> None:
    """REC-2, REC-5, REC-7, REC-8, REC-9: sixty projects and forty people are two numbers."""
    assert catalogue.programmes["recap"].rules == (
        CommitmentRule(rule="commitment", requirement="REC-8", kind="learning_day", of=6, percent=75),
        CoachingDays(rule="coaching_days", requirement="REC-9", required=2, from_month=7, to_month=12),
        ProjectPlaces(rule="project_places", requirement="REC-2", places=60),
        ReservedPlaces(rule="reserved_places", requirement="REC-5", places=5, group="third-sector"),
        CohortSize(rule="cohort_size", requirement="REC-2", people=40),
        LineManagerApproval(rule="line_manager_approval", requirement="REC-7"),
    )
    assert sum(group.expected for group in catalogue.programmes["recap"].groups) == 40


def test_the_rules_of_manchester_promise_no_attendance(catalogue: Catalogue) -> None:
    """MCR-25."""
    assert catalogue.programmes["mcr"].rules == (
        ContactHours(rule="contact_hours", requirement="MCR-25", about=22, tolerance=1),
    )


def test_recap_has_one_learning_day_in_each_of_its_first_six_months(catalogue: Catalogue) -> None:
    """REC-8."""
    days = [session for session in catalogue.cohorts["recap-2024"].sessions if session.kind == "learning_day"]
    assert [day.starts_at.strftime("%Y-%m") for day in days] == [f"2024-0{month}" for month in range(1, 7)]


def test_change_projects_have_two_aims_and_nine_kinds_and_other(catalogue: Catalogue) -> None:
    """REC-1, REC-10, REC-11, REC-12."""
    projects = catalogue.programmes["recap"].change_projects
    assert projects is not None
    assert len(projects.aims) == len(projects.scopes) == len(projects.scales) == 2
    assert [kind.id for kind in projects.kinds].index("other") == 9


def test_partners_come_from_many_kinds_and_not_all_have_an_nhs_code(catalogue: Catalogue) -> None:
    """MCR-17."""
    there = [entry for entry in catalogue.organisations.values() if entry.closed_on is None]
    assert len(there) >= 14
    assert {entry.kind for entry in there} == {
        "acute_trust",
        "mental_health_trust",
        "integrated_care_board",
        "council",
        "housing_provider",
        "charity",
        "primary_care",
        "university",
    }
    assert any(code.system != "ods" for entry in there for code in entry.codes)


def test_a_closed_code_is_kept_with_its_successors(catalogue: Catalogue) -> None:
    closed = {entry.organisation: entry.successors for entry in catalogue.organisations.values() if entry.closed_on}
    assert closed == {"RW3": ("R0A",), "RM2": ("R0A",), "RW6": ("RM3", "R0A"), "14L": ("QOP",)}
