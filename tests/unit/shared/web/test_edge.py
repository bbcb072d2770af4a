"""What happens to every request before the application sees it, and to every answer after."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.web import create_api

PATH = "/enrolment/v1/cohorts/x/enrolments"
LIMIT = 64 * 1024


async def test_a_body_that_announces_too_much_is_refused_unread(api: Any) -> None:
    async def never() -> None:
        raise AssertionError("the body was read")

    status, _ = await call(api, [(b"content-length", str(2 * 1024 * 1024).encode())], never)

    assert status == 413


async def test_a_body_in_chunks_is_refused_as_soon_as_it_is_too_large(api: Any) -> Any:
    read = []

    async def endless() -> Any:
        read.append(1)
        return {"type": "http.request", "body": b"x" * 1024, "more_body": True}

    status, _ = await call(api, [(b"transfer-encoding", b"chunked")], endless)

    assert status == 413
    assert len(read) == (LIMIT + 1024 * 1024) // 1024 + 1


@pytest.mark.parametrize("more", [1, 500_000])
async def test_a_body_that_is_a_little_too_large_is_read_away_so_that_the_answer_arrives(
    http: httpx.AsyncClient, more: int
) -> None:
    answer = await http.post(PATH, content=b"x" * (LIMIT + more), headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert answer.headers["connection"] == "close"


async def test_a_body_of_exactly_the_limit_is_read(http: httpx.AsyncClient) -> None:
    padding = b" " * (LIMIT - 2)

    answer = await http.post(PATH, content=b"{" + padding + b"}", headers={"content-type": "application/json"})

    assert answer.status_code == 422


async def test_a_body_that_never_ends_is_given_up(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.bodies._BODY_SECONDS", 0.01)

    status, _ = await call(api, [], asyncio.Event().wait)

    assert status == 408


async def test_a_caller_who_leaves_in_the_middle_gets_no_half_a_command(api: Any) -> Any:
    messages = [
        {"type": "http.request", "body": b'{"given_name": "Ada"', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return messages.pop(0)

    assert await call(api, [(b"content-type", b"application/json")], receive) == (None, {})


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
)
async def test_other_bodies_than_json_are_refused(http: httpx.AsyncClient, headers: Any) -> None:
    answer = await http.post(PATH, content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "not-json")


async def test_json_with_a_charset_is_json(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post(
        PATH,
        content=httpx.Request("POST", "http://x", json=body).content,
        headers={"content-type": "Application/JSON; charset=utf-8"},
    )

    assert answer.status_code == 201


async def test_the_callers_correlation_id_comes_back_and_reaches_the_command(
    http: httpx.AsyncClient, body: Any
) -> None:
    answer = await http.post(PATH, json=body, headers={"x-correlation-id": "case-2024-00017"})

    assert answer.headers["x-correlation-id"] == "case-2024-00017"
    assert answer.json()["correlation_id"] == "case-2024-00017"


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "has spaces in it", 'quote"quote"', "ada@example.org", "-leading-x"]
)
async def test_a_correlation_id_that_may_not_stand_in_a_log_is_replaced(http: httpx.AsyncClient, given: Any) -> None:
    answer = await http.get("/enrolment/v1/me", headers={"x-correlation-id": given})

    assert answer.status_code == 200
    assert answer.headers["x-correlation-id"] != given
    assert len(answer.headers["x-correlation-id"]) == 36


@pytest.mark.parametrize("path", ["/enrolment/v1/me", "/nowhere", "/enrolment/openapi.json"])
async def test_every_answer_carries_the_security_headers(http: httpx.AsyncClient, path: Any) -> None:
    headers = (await http.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "server" not in headers


async def test_more_requests_at_once_than_fit_are_asked_to_come_back(callers: Any, still: Any) -> Any:
    gate, inside = asyncio.Event(), asyncio.Event()
    api = create_api("enrolment", title="t", description="d", authenticator=callers, database=still, max_in_flight=1)

    @api.get("/enrolment/v1/slow")
    async def slow() -> dict[str, bool]:
        inside.set()
        await gate.wait()
        return {"done": True}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        first = asyncio.create_task(client.get("/enrolment/v1/slow"))
        await inside.wait()
        refused = await client.get("/enrolment/v1/slow")
        alive = await client.get("/livez")
        gate.set()
        accepted = await first
        again = await client.get("/enrolment/v1/slow")

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert [alive.status_code, accepted.status_code, again.status_code] == [200, 200, 200]


async def test_nothing_is_accepted_while_the_service_is_starting(api: Any, http: httpx.AsyncClient, body: Any) -> None:
    api.state.health.starting = True

    assert (await http.post(PATH, json=body)).status_code == 503
    assert (await http.get("/livez")).status_code == 200
    assert (await http.get("/readyz")).status_code == 503


async def call(api: Any, headers: Any, receive: Any) -> Any:
    """Call the API below any client, so that a body can misbehave."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"authorization", b"Bearer coordinator"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    await api(scope, receive, send)
    return (sent[0]["status"], dict(sent[0]["headers"])) if sent else (None, {})
