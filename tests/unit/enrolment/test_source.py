import pytest

from services.enrolment.domain.catalogue import read_catalogue
from services.enrolment.domain.source import CatalogueError

PROGRAMME = """\
programme: demo
title: Demo
place: Here
about: A programme
phases:
  - { phase: deliver, title: Deliver }
modules:
  - { module: one, title: One, requirement: MCR-1 }
groups:
  - { group: everybody, title: Everybody, expected: 3, requirement: MCR-14 }
"""
COHORT = """\
cohort: demo-1
programme: demo
title: Demo one
sessions:
  - session: night
    module: one
    title: Through the night
    kind: session
    format: online
    starts_at: 2023-10-28 23:00
    ends_at: 2023-10-29 03:00
"""
ORGANISATIONS = """\
code_systems:
  - { system: ods, title: ODS, pattern: '[A-Z0-9]{3}' }
organisations:
  - { organisation: AAA, name: A trust, kind: acute_trust, codes: [{ system: ods, code: AAA }] }
"""


def files(programme: str = PROGRAMME, cohort: str = COHORT, organisations: str = ORGANISATIONS) -> dict[str, str]:
    return {
        "programmes/demo.yaml": programme,
        "cohorts/demo-1.yaml": cohort,
        "organisations.yaml": organisations,
    }


def faults(**changed: str) -> list[str]:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(files(**changed))
    return [str(fault) for fault in raised.value.faults]


def test_a_programme_and_a_cohort_are_added_by_writing_files() -> None:
    catalogue = read_catalogue(files())
    assert set(catalogue.cohorts) == {"demo-1"}
    assert catalogue.programmes["demo"].title == "Demo"


def test_a_session_across_the_end_of_summer_time_has_the_minutes_that_pass() -> None:
    """From 23:00 to 03:00 five hours pass in the night in which the clocks go back."""
    assert read_catalogue(files()).cohorts["demo-1"].sessions[0].minutes == 300


def test_a_session_across_the_start_of_summer_time_has_the_minutes_that_pass() -> None:
    """From 23:00 to 03:00 three hours pass in the night in which the clocks go forward."""
    spring = COHORT.replace("2023-10-28", "2024-03-30").replace("2023-10-29", "2024-03-31")
    assert read_catalogue(files(cohort=spring)).cohorts["demo-1"].sessions[0].minutes == 180


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    skipped = COHORT.replace("2023-10-28 23:00", "2024-03-31 01:30").replace("2023-10-29 03:00", "2024-03-31 05:00")
    (fault,) = faults(cohort=skipped)
    assert fault.startswith("cohorts/demo-1.yaml:10: sessions.0.starts_at: ")
    assert "the clocks skip this time" in fault


def test_a_time_that_the_clocks_show_twice_needs_its_offset() -> None:
    twice = COHORT.replace("2023-10-29 03:00", "2023-10-29 01:30")
    (fault,) = faults(cohort=twice)
    assert fault.startswith("cohorts/demo-1.yaml:11: sessions.0.ends_at: ")
    assert "twice" in fault
    first = read_catalogue(files(cohort=COHORT.replace("2023-10-29 03:00", "2023-10-29 01:30+01:00")))
    second = read_catalogue(files(cohort=COHORT.replace("2023-10-29 03:00", "2023-10-29 01:30+00:00")))
    assert first.cohorts["demo-1"].sessions[0].minutes == 150
    assert second.cohorts["demo-1"].sessions[0].minutes == 210


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"programme": PROGRAMME.replace("title: Demo", "titel: Demo")}, "programmes/demo.yaml:2: titel: "),
        (
            {"programme": PROGRAMME.replace("expected: 3", "expected: many")},
            "programmes/demo.yaml:10: groups.0.expected: ",
        ),
        ({"programme": PROGRAMME + "title: Again\n"}, "programmes/demo.yaml:11: title: written twice"),
        ({"programme": PROGRAMME + "rules: [\n"}, "programmes/demo.yaml:12: not YAML: "),
        (
            {"programme": PROGRAMME + "rules:\n  - { rule: wish, requirement: REC-1 }\n"},
            "programmes/demo.yaml:12: rules.0: ",
        ),
        (
            {"programme": PROGRAMME + "rules:\n  - rule: project_places\n    requirement: REC-2\n    places: none\n"},
            "programmes/demo.yaml:14: rules.0.places: ",
        ),
        (
            {
                "programme": PROGRAMME
                + "rules:\n- {rule: reserved_places, requirement: REC-5, places: 5, group: nobody}\n"
            },
            "programmes/demo.yaml:12: rules.0.group: the programme has no group nobody",
        ),
        (
            {
                "programme": PROGRAMME.replace(
                    "groups:", "groups:\n  - {group: everybody, title: E, expected: 1, requirement: MCR-1}"
                )
            },
            "programmes/demo.yaml:11: groups.1: everybody is there already",
        ),
        ({"cohort": COHORT.replace("module: one", "module: two")}, "cohorts/demo-1.yaml:6: sessions.0.module: "),
        ({"cohort": COHORT.replace("programme: demo", "programme: other")}, "cohorts/demo-1.yaml:2: programme: "),
        (
            {"cohort": COHORT.replace("03:00", "23:30")},
            "cohorts/demo-1.yaml:5: sessions.0: Value error, a session lasts ",
        ),
        ({"cohort": COHORT.replace("title: Demo one\n", "")}, "cohorts/demo-1.yaml:1: title: Field required"),
        ({"cohort": ""}, "cohorts/demo-1.yaml:1: the file is empty"),
        (
            {"organisations": ORGANISATIONS.replace("organisation: AAA", "organisation: a.b")},
            "organisations.yaml:4: organisations.0.organisation: ",
        ),
        (
            {"organisations": ORGANISATIONS.replace("code: AAA", "code: long-one")},
            "organisations.yaml:4: organisations.0.codes.0.code: long-one is not a code of the system ods",
        ),
        (
            {"organisations": ORGANISATIONS.replace("system: ods, code", "system: none, code")},
            "organisations.yaml:4: organisations.0.codes.0.system: there is no code system none",
        ),
        (
            {
                "organisations": ORGANISATIONS.replace(
                    "kind: acute", "closed_on: 2020-01-01, successors: [ZZZ], kind: acute"
                )
            },
            "organisations.yaml:4: organisations.0.successors: ZZZ cannot be a successor",
        ),
        (
            {"organisations": ORGANISATIONS.replace("kind: acute", "successors: [AAA], kind: acute")},
            "organisations.yaml:4: organisations.0.successors: only a closed organisation has successors",
        ),
    ],
)
def test_a_fault_names_file_line_and_field(changed: dict[str, str], fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(**changed)), faults(**changed)


def test_numbers_that_are_stated_twice_must_agree() -> None:
    """REC-8 and MCR-25: the sessions of a cohort bear out what the programme's rules say."""
    promised = PROGRAMME + "rules:\n- {rule: commitment, requirement: REC-8, kind: session, of: 6, percent: 75}\n"
    assert faults(programme=promised) == [
        "cohorts/demo-1.yaml:4: sessions: REC-8: 6 of kind session are promised, 1 held"
    ]
    hours = PROGRAMME + "rules:\n- {rule: contact_hours, requirement: MCR-25, about: 22}\n"
    assert faults(programme=hours) == ["cohorts/demo-1.yaml:4: sessions: MCR-25: 300 minutes are not about 22 hours"]


def test_one_name_stands_for_one_programme_one_cohort_and_one_session() -> None:
    doubled = files() | {"programmes/again.yaml": PROGRAMME, "cohorts/demo-2.yaml": COHORT}
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(doubled)
    assert [(fault.file, fault.field) for fault in raised.value.faults] == [
        ("cohorts/demo-2.yaml", "cohort"),
        ("cohorts/demo-2.yaml", "sessions.0.session"),
        ("programmes/demo.yaml", "programme"),
    ]


def test_every_fault_of_every_file_is_told_at_once() -> None:
    found = faults(cohort=COHORT.replace("kind: session", "kind: party"), organisations="organisations: []\n")
    assert {fault.split(":")[0] for fault in found} == {"cohorts/demo-1.yaml", "organisations.yaml"}
