"""One address for the four HTTP APIs: the first segment of a path is the service that answers.

Guards that nothing is changed on the way: bodies stream through in both directions and headers pass as they are, save
those that belong to one connection only. A service that is away is a 503 that says when to ask again.
"""

import argparse
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from html import escape

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_ONE_CONNECTION = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split()
)
_PATIENCE = httpx.Timeout(60, connect=5)
_CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=20)
"""How many requests may be under way is for each service to say: it answers at once that they are too many, while a
queue in front of it would keep them waiting until this one's patience ends."""


def create_origin(upstreams: Mapping[str, str], issuer: str, client: httpx.AsyncClient | None = None) -> Starlette:
    """Return the application; `upstreams` are base addresses by service."""
    outgoing = client or httpx.AsyncClient(timeout=_PATIENCE, limits=_CONNECTIONS, trust_env=False)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with outgoing:
            yield

    async def forward(request: Request) -> Response:
        service = request.path_params["service"]
        if service not in upstreams:
            return _problem(404, "no-such-service", f"There is no service called {service}.")
        return await _forward(request, outgoing, upstreams[service])

    async def index(_: Request) -> Response:
        return HTMLResponse(_index(upstreams, issuer))

    async def ready(_: Request) -> Response:
        return JSONResponse({"status": "ready"})

    routes = [Route("/", index), Route("/readyz", ready), Route("/livez", ready)]
    routes += [Route(path, forward, methods=_METHODS) for path in ("/{service}", "/{service}/{rest:path}")]
    return Starlette(routes=routes, lifespan=lifespan)


async def _forward(request: Request, client: httpx.AsyncClient, upstream: str) -> Response:
    target = httpx.URL(upstream).copy_with(raw_path=_raw_path(request))
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    outgoing = client.build_request(
        request.method,
        target,
        headers=_passed_on(request.headers.raw),
        content=request.stream() if has_body else None,
    )
    try:
        answer = await client.send(outgoing, stream=True)
    except httpx.ConnectError:
        return _problem(503, "unavailable", "The service is not there at the moment; send the request again.")
    except httpx.TransportError:
        return _problem(503, "unavailable", "The service went away before it answered; send the request again.")
    response = StreamingResponse(_body(answer), status_code=answer.status_code)
    response.raw_headers = _passed_on(answer.headers.raw)
    return response


def _raw_path(request: Request) -> bytes:
    """Return path and query exactly as they were sent."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path


def _passed_on(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _ONE_CONNECTION]


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Pass the body on as it comes; whoever stops listening ends the answer behind it too."""
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()


def _problem(status: int, code: str, detail: str) -> Response:
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}
    headers = {"retry-after": "1"} if status == httpx.codes.SERVICE_UNAVAILABLE else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _index(upstreams: Mapping[str, str], issuer: str) -> str:
    links = "".join(
        f'<li><a href="/{service}/docs">{escape(service.replace("_", " "))}</a></li>' for service in upstreams
    )
    command = f"python -m deploy.local token --issuer {issuer} --organisation R0A --roles coordinator,evaluator"
    return (
        '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Groundswell</title>'
        f"<h1>Groundswell, on this machine</h1><p>API documentation:</p><ul>{links}</ul>"
        f"<p>The identity provider is at <a href='{escape(issuer)}'>{escape(issuer)}</a>. A bearer token:</p>"
        f"<pre>{escape(command)}</pre></html>"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the origin until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.origin", description="One origin for the APIs.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 in a container")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", required=True, help="address of the identity provider, for the index page")
    parser.add_argument("routes", nargs="+", metavar="SERVICE=URL", help="where each service answers")
    asked = parser.parse_args(arguments)
    upstreams = dict(route.split("=", 1) for route in asked.routes)
    origin = create_origin(upstreams, asked.issuer)
    uvicorn.run(origin, host=asked.host, port=asked.port, access_log=False, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
