import pytest

from services.recap_tracker.domain.places import (
    QUEUE_LIMIT,
    Ledger,
    Round,
    Waiting,
    release_place,
    state_places,
    take_place,
)
from services.recap_tracker.domain.refusals import QueueFullError
from services.recap_tracker.domain.words import Status
from shared.events.ids import CohortId, ProjectId
from tests.unit.recap_tracker.examples import COHORT, HERE, PROGRAMME, THERE


def ledger(places: int, taken: int = 0) -> Ledger:
    """A ledger with projects p1, p2 and so on; those beyond the places wait."""
    filled = state_places(Ledger(programme=PROGRAMME), COHORT, places).ledger
    for number in range(1, taken + 1):
        filled = take_place(filled, ProjectId(f"p{number}"), HERE)[0].ledger
    return filled


def outcomes(after: Round) -> list[tuple[str, str]]:
    return [(decision.project, decision.outcome) for decision in after.decisions]


def test_the_sixty_first_project_waits_with_a_reason_and_a_position() -> None:
    """REC-2"""
    sixty = ledger(60, 60)
    assert len(sixty.active) == 60
    after, placing = take_place(sixty, ProjectId("p61"), THERE)
    assert (placing.status, placing.position) == (Status.QUEUED, 1)
    assert placing.reason == "All 60 places are taken; the project is number 1 in the queue."
    assert len(after.ledger.active) == 60
    assert after.decisions[0].reason == placing.reason


def test_the_sixtieth_project_has_a_place() -> None:
    """REC-2"""
    _, placing = take_place(ledger(60, 59), ProjectId("p60"), HERE)
    assert (placing.status, placing.position) == (Status.ACTIVE, None)
    assert placing.reason == "Place 60 of 60 was free."


def test_the_number_of_places_is_what_the_catalogue_says() -> None:
    """REC-2: the capacity is data"""
    assert ledger(3, 5).position(ProjectId("p5")) == 2
    assert len(ledger(5, 5).active) == 5


def test_a_freed_place_promotes_the_first_in_the_queue() -> None:
    """REC-2"""
    after = release_place(ledger(2, 4), ProjectId("p1"), HERE, "was completed")
    assert outcomes(after) == [("p1", "released"), ("p3", "promoted")]
    assert after.ledger.active == ("p2", "p3")
    assert after.ledger.position(ProjectId("p4")) == 1
    assert after.decisions[0].reason == "The project was completed; its place is free."


def test_leaving_the_queue_frees_no_place() -> None:
    """REC-2"""
    after = release_place(ledger(2, 4), ProjectId("p3"), HERE, "was withdrawn")
    assert outcomes(after) == [("p3", "left-queue")]
    assert after.ledger.queue == (Waiting(project=ProjectId("p4"), organisation=HERE),)


def test_more_places_promote_from_the_front_and_fewer_take_none_away() -> None:
    more = state_places(ledger(2, 5), COHORT, 4)
    assert outcomes(more) == [("p3", "promoted"), ("p4", "promoted")]
    fewer = state_places(more.ledger, COHORT, 2).ledger
    assert len(fewer.active) == 4
    for leaving in ("p1", "p2"):
        after = release_place(fewer, ProjectId(leaving), HERE, "was completed")
        assert after.promoted == ()
        fewer = after.ledger
    assert release_place(fewer, ProjectId("p3"), HERE, "was completed").promoted == ("p5",)


def test_while_cohorts_of_a_programme_disagree_the_smallest_number_of_places_counts() -> None:
    both = state_places(ledger(60), CohortId("recap-2025"), 50).ledger
    assert both.capacity == 50
    assert state_places(both, CohortId("recap-2025"), 60).ledger.capacity == 60
    assert state_places(both, CohortId("recap-2025"), None).ledger.capacity == 60


def test_the_queue_has_an_end() -> None:
    """The largest round of promotions stays one transaction."""
    full = ledger(1, 1 + QUEUE_LIMIT)
    with pytest.raises(QueueFullError, match="500 projects"):
        take_place(full, ProjectId("one-more"), HERE)
