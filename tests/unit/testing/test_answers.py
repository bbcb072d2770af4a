"""The judge of answers says whoever was put off without a word of when to come back."""

import pytest

from shared.testing.checker import judge_answers
from shared.testing.history import Asked, Attempt, Command, Story

ASKED = Asked("register", "POST", "/enrolment/v1/participants", {}, "R0A", "anna", None)


def story(*attempts: Attempt) -> Story:
    return Story(commands={1: Command(1, ASKED, dict(enumerate(attempts)))})


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt("c", "ok", 201),
        Attempt("c", "refused", 409, "not-now"),
        Attempt("c"),
        Attempt("c", "unknown", 503, "unavailable", retry_after="5"),
    ],
)
def test_a_yes_a_no_a_later_and_no_answer_at_all_are_no_fault(attempt: Attempt) -> None:
    assert judge_answers(story(attempt)) == []


@pytest.mark.parametrize(("status", "retry_after"), [(503, None), (503, ""), (500, "5"), (502, None)])
def test_anything_else_is_one(status: int, retry_after: str | None) -> None:
    attempt = Attempt("c", "unknown", status, retry_after=retry_after)
    assert len(judge_answers(story(Attempt("b", "ok", 201), attempt))) == 1
