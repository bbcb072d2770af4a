import pytest
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from shared.bus.outcome import BUG_PAUSES, Again, Decision, Hold, Outcome, Park, decide
from shared.errors import BacklogFullError, ConflictError, PoisonError, RefusedError, UnavailableError
from shared.events import UnknownEventTypeError
from shared.inbox import AlreadyHandledError, Mark


class PlaceTakenError(RefusedError):
    """The place of {person} is taken."""


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (AlreadyHandledError(Mark("m", "d")), Outcome.DUPLICATE),
        (UnknownEventTypeError("x.v9"), Outcome.SKIPPED),
        (UnavailableError("away"), Hold("unavailable")),
        (ConflictError("raced"), Hold("conflict")),
        (BacklogFullError("full"), Hold("backlog-full")),
        (AutoReconnect("gone"), Hold("unavailable")),
        (ServerSelectionTimeoutError("gone"), Hold("unavailable")),
        (TimeoutError(), Hold("TimeoutError")),
        (ConnectionResetError(), Hold("ConnectionResetError")),
        (PoisonError("invalid", "data: missing"), Park("invalid", "data: missing")),
    ],
)
def test_an_error_says_by_its_type_what_happens_to_the_record(error: Exception, decision: Decision) -> None:
    """P6, P10: what is transient is never parked."""
    assert decide(error, 1) == decision
    assert decide(error, 9) == decision


def test_a_refusals_sentence_travels_without_its_details() -> None:
    """P11."""
    assert decide(PlaceTakenError(person="Mrs Smith"), 1) == Park("place-taken", "The place of {person} is taken.")


def test_a_bug_is_tried_again_a_few_times_with_growing_pauses_and_then_parked_without_its_message() -> None:
    decisions = [decide(KeyError("Mrs Smith"), attempt) for attempt in range(1, 5)]
    assert decisions == [*map(Again, BUG_PAUSES), Park("bug", "KeyError", 4)]
    assert sorted(BUG_PAUSES) == list(BUG_PAUSES)
    assert sum(BUG_PAUSES) < 0.5
