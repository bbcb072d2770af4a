"""What a caller sees when something did not work: always a problem, never more than he should see."""

import json
from typing import Any

import httpx
import pytest

PATH = "/enrolment/v1/cohorts/{}/enrolments"


async def test_a_refusal_says_its_code_and_its_sentence(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post(PATH.format("full"), json=body)

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:groundswell:problem:cohort-full",
        "title": "Cohort full",
        "status": 409,
        "detail": "Cohort full has no free place.",
        "code": "cohort-full",
        "correlation_id": answer.headers["x-correlation-id"],
    }


async def test_nobody_comes_in_without_a_token(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post(PATH.format("x"), json=body, headers={"authorization": ""})

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Basic Zm9vOmJhcg==", "Bearer wrong", "Bearer", "bearer  "])
async def test_other_ways_to_sign_in_are_refused(http: httpx.AsyncClient, scheme: Any) -> None:
    answer = await http.get("/enrolment/v1/me", headers={"authorization": scheme})

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_role_that_does_not_allow_it_is_told_which_would(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post(PATH.format("x"), json=body, headers={"authorization": "Bearer evaluator"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "coordinator" in answer.json()["detail"]


async def test_the_identity_provider_being_away_is_an_outage(http: httpx.AsyncClient, callers: Any) -> None:
    callers.away = True

    answer = await http.get("/enrolment/v1/me")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("cohort", "code", "retry_after"), [("driver", "unavailable", "1"), ("backlog", "backlog-full", "5")]
)
async def test_an_outage_says_when_to_try_again(
    http: httpx.AsyncClient, body: Any, cohort: Any, code: Any, retry_after: Any
) -> None:
    answer = await http.post(PATH.format(cohort), json=body)

    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert answer.headers["retry-after"] == retry_after
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_bug_tells_nothing_and_logs_no_value(
    http: httpx.AsyncClient, body: Any, canary: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await http.post(PATH.format("bug"), json=body | {"given_name": canary})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert canary not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" in caplog.text
    assert canary not in caplog.text


@pytest.mark.parametrize("path", ["/enrolment/v1/me/", "//evil.example.org/enrolment/v1/me/"])
async def test_an_address_is_never_redirected(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_an_unknown_address_is_a_problem_too(http: httpx.AsyncClient) -> None:
    answer = await http.get("/enrolment/v1/nowhere")

    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-page")


async def test_a_wrong_method_says_which_is_right(http: httpx.AsyncClient) -> None:
    answer = await http.get(PATH.format("x"))

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


async def test_wrong_fields_are_named_in_sentences_without_their_values(http: httpx.AsyncClient, canary: Any) -> None:
    wrong = {
        "given_name": canary * 3,
        "email": canary,
        "enrolled_on": canary,
        "minutes": canary,
        "surname": canary,
        canary: 1,
    }
    answer = await http.post(PATH.format("x"), json=wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert canary not in answer.text
    assert {(error["field"], error["problem"]) for error in answer.json()["errors"]} == {
        ("body.given_name", "must have at most 20 characters"),
        ("body.email", "does not have the expected form"),
        ("body.enrolled_on", "must be a date such as 2024-03-01"),
        ("body.minutes", "must be a whole number"),
        ("body.surname", "is not known here"),
        ("body.(unknown)", "is not known here"),
    }


async def test_missing_fields_are_named(http: httpx.AsyncClient) -> None:
    answer = await http.post(PATH.format("x"), json={})

    assert {error["field"] for error in answer.json()["errors"]} == {
        "body.given_name",
        "body.email",
        "body.enrolled_on",
    }
    assert {error["problem"] for error in answer.json()["errors"]} == {"is required"}


@pytest.mark.parametrize("day", [0, 1.5, True, "0", "2024-03-01T00:00:00", "2024-02-30", None, {"$gt": ""}])
async def test_a_day_is_written_as_a_date_and_nothing_else(http: httpx.AsyncClient, body: Any, day: Any) -> None:
    answer = await http.post(PATH.format("x"), json=body | {"enrolled_on": day})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.enrolled_on"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 5000,
        b'{"given_name": ' + b"9" * 5000 + b"}",
        b'{"given_name": "\\ud800", "email": "a@b", "enrolled_on": "2024-03-01"}',
        b'{"\\ud800": 1}',
        b'{"minutes": NaN}',
        b'{"minutes": 1e999}',
    ],
)
async def test_a_body_that_makes_no_sense_is_the_callers_problem(http: httpx.AsyncClient, content: Any) -> None:
    answer = await http.post(PATH.format("x"), content=content, headers={"content-type": "application/json"})

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


async def test_json_that_cannot_be_read_is_a_problem_of_the_body(http: httpx.AsyncClient) -> None:
    answer = await http.post(PATH.format("x"), content=b"{", headers={"content-type": "application/json"})

    assert answer.json()["errors"] == [{"field": "body", "problem": "is not JSON that can be read"}]


async def test_a_hundred_wrong_fields_give_a_short_answer(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        PATH.format("x"),
        content=json.dumps({f"f{n}": n for n in range(100)}),
        headers={"content-type": "application/json"},
    )

    assert len(answer.json()["errors"]) == 20
