"""The origin in front of the APIs changes nothing on the way."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.origin import create_origin


async def _echo(request: Request) -> Response:
    body = await request.body()
    seen = {"x-path": request.url.path, "x-query": request.url.query, "x-host": request.headers["host"]}
    answer = Response(body, 201, {**seen, "x-length": request.headers.get("content-length", "none")})
    answer.raw_headers += [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"connection", b"close")]
    return answer


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    echo = Starlette(routes=[Route("/{rest:path}", _echo, methods=["GET", "POST"])])
    behind = httpx.AsyncClient(transport=httpx.ASGITransport(echo))
    origin = create_origin({"enrolment": "http://enrolment.internal:1"}, "http://issuer", behind)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://front") as client:
        yield client
    await behind.aclose()


def _away(error: type[httpx.TransportError]) -> httpx.AsyncClient:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    return httpx.AsyncClient(transport=httpx.MockTransport(fail))


async def test_a_request_reaches_its_service_with_path_query_host_and_body_as_they_were(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.post("/enrolment/v1/cohorts/a%2Fb?x=1&x=%20", content=b"\x00\xff")
    assert answer.status_code == 201
    assert answer.content == b"\x00\xff"
    assert answer.headers["x-path"] == "/enrolment/v1/cohorts/a/b"
    assert answer.headers["x-query"] == "x=1&x=%20"
    assert answer.headers["x-host"] == "front"
    assert answer.headers["x-length"] == "2"


async def test_repeated_headers_pass_and_those_of_one_connection_do_not(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/enrolment/v1/programmes")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert "connection" not in answer.headers
    assert answer.headers["x-length"] == "none"


async def test_an_unknown_service_is_not_found_as_a_problem(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/payroll/v1")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no-such-service"


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError])
async def test_a_service_that_is_away_is_a_503_that_says_when_to_ask_again(
    error: type[httpx.TransportError],
) -> None:
    origin = create_origin({"enrolment": "http://enrolment.internal:1"}, "http://issuer", _away(error))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://front") as client:
        answer = await client.get("/enrolment/v1/programmes")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["code"] == "unavailable"


async def test_the_first_page_links_the_documentation_of_every_service(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert 'href="/enrolment/docs"' in page
    assert "http://issuer" in page


async def test_no_request_waits_in_front_of_its_service_for_others_to_be_answered() -> None:
    """A service says at once that too many are under way; the origin used to keep all beyond 200 for a minute."""
    many, together = 300, asyncio.Event()
    under_way = 0

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way
        await reader.readuntil(b"\r\n\r\n")
        under_way += 1
        if under_way == many:
            together.set()
        await together.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, backlog=many)
    port = server.sockets[0].getsockname()[1]
    origin = create_origin({"enrolment": f"http://127.0.0.1:{port}"}, "http://issuer")
    async with server, httpx.AsyncClient(transport=httpx.ASGITransport(origin), base_url="http://front") as client:
        async with asyncio.timeout(30):
            answers = await asyncio.gather(*[client.get("/enrolment/v1/programmes") for _ in range(many)])
    assert {answer.status_code for answer in answers} == {204}
