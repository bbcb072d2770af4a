"""The outermost layer of an API: what happens to every request before and after the application sees it.

Guards that nothing is parsed before its size and kind are known, that every answer carries a correlation id and the
security headers, and that no error leaves as anything but a problem.
"""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.errors import RefusedError, TooLargeError, UnavailableError
from shared.logs import logger
from shared.mongo import translate
from shared.web.bodies import discard, given, read_body
from shared.web.failures import outage, refusal
from shared.web.health import PATHS, Health
from shared.web.problems import ProblemResponse

CORRELATION = "X-Correlation-Id"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_CORRELATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")


class Edge:
    """ASGI middleware around a whole API."""

    def __init__(self, app: ASGIApp, *, service: str, health: Health, body_limit: int, max_in_flight: int) -> None:
        self._app = app
        self._service = service
        self._health = health
        self._body_limit = body_limit
        self._max_in_flight = max_in_flight
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] in PATHS:
            await self._app(scope, receive, send)
            return
        correlation_id = _correlation_id(Headers(scope=scope).get(CORRELATION))
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        answer = _Answer(send, correlation_id)
        started = time.perf_counter()
        self._in_flight += 1
        try:
            await self._answer(scope, receive, answer)
        finally:
            self._in_flight -= 1
            self._count(scope, answer.status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: "_Answer") -> None:
        """Hand the request to the application; whatever it raises becomes a problem."""
        request = Request(scope)
        try:
            self._refuse_when_busy()
            body = await read_body(scope, receive, self._body_limit)
            await self._app(scope, given(body, receive), send)
        except ClientDisconnect:
            return
        except Exception as error:
            away = error if isinstance(error, UnavailableError) else translate(error)
            if away is None and not isinstance(error, RefusedError):
                logger().error("an error nobody expected", exc_info=error)
            if send.status is not None:
                raise
            if isinstance(error, TooLargeError):
                await discard(scope, receive)
            if away is not None:
                response = outage(request, away)
            elif isinstance(error, RefusedError):
                response = refusal(request, error)
                response.headers["Connection"] = "close"
            else:
                detail = "Something went wrong here. Quote the correlation id when you ask for help."
                response = ProblemResponse(
                    500, "internal-error", detail, correlation_id=scope["state"]["correlation_id"]
                )
            await response(scope, receive, send)

    def _refuse_when_busy(self) -> None:
        if self._health.starting:
            raise UnavailableError("the service is starting", retry_after=2)
        if self._in_flight > self._max_in_flight:
            raise UnavailableError("too many requests at once; try again shortly", retry_after=1)

    def _count(self, scope: Scope, status: int | None, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        telemetry.REQUEST_SECONDS.labels(self._service, method, route).observe(seconds)
        if method not in {"GET", "HEAD", "OPTIONS"}:
            telemetry.COMMANDS.labels(self._service, _outcome(scope, status)).inc()
        logger().info("answered", method=method, route=route, status=status, seconds=round(seconds, 4))


_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


def _outcome(scope: Scope, status: int | None) -> str:
    """Return what became of a command."""
    if scope["state"].get("replayed"):
        return "replayed"
    match status:
        case 503:
            return "unavailable"
        case int() if status < 400:  # noqa: PLR2004 - the statuses of success
            return "accepted"
        case int() if status < 500:  # noqa: PLR2004 - the statuses of refusal
            return "refused"
    return "failed"


class _Answer:
    """Sends an answer on, with the headers that every answer has; knows the status once it has begun."""

    def __init__(self, send: Send, correlation_id: str) -> None:
        self._send = send
        self._correlation_id = correlation_id
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[CORRELATION] = self._correlation_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _correlation_id(given: str | None) -> str:
    """Return the caller's correlation id if it is one that may stand in a log, otherwise a new one."""
    return given if given is not None and _CORRELATION_ID.fullmatch(given) else str(uuid4())
