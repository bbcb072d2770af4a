from datetime import UTC, datetime

from services.enrolment import rules
from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.domain.schedule import schedule, statement
from shared.events.enrolment import CohortScheduled


def scheduled(catalogue: Catalogue, cohort: str) -> CohortScheduled:
    found, programme = rules.known_cohort(catalogue, cohort)
    return schedule(found, programme, rules.commitment(programme), rules.project_places(programme))


def test_a_cohort_is_stated_with_its_groups_its_commitment_and_its_places(catalogue: Catalogue) -> None:
    """REC-2, REC-8."""
    stated = scheduled(catalogue, "recap-2024")
    assert stated.groups[-1] == "third-sector"
    assert stated.project_places == 60
    assert stated.commitment is not None
    assert stated.commitment.required == 5


def test_sessions_are_stated_in_the_order_in_which_they_are_held_with_utc_times(catalogue: Catalogue) -> None:
    """MCR-1: two in the afternoon is 13:00 UTC in October and 14:00 UTC in November."""
    stated = scheduled(catalogue, "mcr-2023")
    times = [session.starts_at for session in stated.sessions]
    assert times == sorted(times)
    by_id = {session.session: session for session in stated.sessions}
    assert by_id["mcr-2023-a1"].starts_at == datetime(2023, 10, 11, 13, tzinfo=UTC)
    assert by_id["mcr-2023-a2"].starts_at == datetime(2023, 11, 8, 14, tzinfo=UTC)
    assert by_id["mcr-2023-a2"].minutes == 120
    assert by_id["mcr-2023-a2"].lived_experience


def test_what_was_stated_is_not_stated_again(catalogue: Catalogue) -> None:
    first, (event,) = statement(None, scheduled(catalogue, "mcr-2023"))
    assert (first.version, event.version) == (1, 1)
    assert statement(first, scheduled(catalogue, "mcr-2023")) == (first, ())


def test_a_changed_session_is_stated_as_the_next_version(catalogue: Catalogue) -> None:
    content = scheduled(catalogue, "mcr-2023")
    first, _ = statement(None, content)
    session, *others = content.sessions
    changed = content.model_copy(update={"sessions": (session.model_copy(update={"minutes": 90}), *others)})
    second, (event,) = statement(first, changed)
    assert (second.version, event.version) == (2, 2)
    assert event.sessions[0].minutes == 90
    third, (again,) = statement(second, content)
    assert (third.fingerprint, again.version) == (first.fingerprint, 3)
