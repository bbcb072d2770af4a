"""What each failure becomes over HTTP: the one place where errors turn into statuses.

Guards that a refusal is a 4xx with its sentence, an outage a 503 with Retry-After, a repetition its first answer, and a
bug a 500 that tells nothing.
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared import inbox
from shared.errors import RefusedError, UnauthenticatedError, UnavailableError
from shared.inbox import AlreadyHandledError, Mark
from shared.outbox import Because
from shared.web.commands import IdempotencyKeyReusedError
from shared.web.problems import ProblemResponse, retry_headers
from shared.web.validation import field_problems

_SAID = {
    400: ("unreadable-request", "The request cannot be read."),
    404: ("no-such-page", "There is nothing at this address."),
    405: ("method-not-allowed", "This address does not answer to that method."),
}


def install(api: FastAPI) -> None:
    """Make every failure of the API a problem."""
    api.add_exception_handler(RefusedError, _refused)
    api.add_exception_handler(UnavailableError, _unavailable)
    api.add_exception_handler(AlreadyHandledError, _already_handled)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)


def refusal(request: Request, error: RefusedError) -> Response:
    """Return a refusal as a problem."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, UnauthenticatedError) else None
    return ProblemResponse(error.status, error.code, str(error), correlation_id=_correlation(request), headers=headers)


def outage(request: Request, error: UnavailableError) -> Response:
    """Return an outage as a problem that says when to try again."""
    words = str(error) or "A part is away for the moment"
    detail = words[:1].upper() + words[1:].removesuffix(".") + "."
    return ProblemResponse(503, error.code, detail, correlation_id=_correlation(request), headers=retry_headers(error))


async def _refused(request: Request, error: Any) -> Response:
    """Answer a refusal, unless the same command took effect before: then what refuses it is its own effect."""
    because: Because | None = getattr(request.state, "because", None)
    if because is None or because.mark is None:
        return refusal(request, error)
    try:
        stored = await inbox.find(request.app.state.database, because.mark.id)
    except UnavailableError as away:
        return outage(request, away)
    return refusal(request, error) if stored is None else _again(request, because.mark, stored)


async def _already_handled(request: Request, error: Any) -> Response:
    """Answer a repetition with the first answer."""
    because: Because = request.state.because
    return _again(request, because.mark, error.mark)


def _again(request: Request, asked: Mark | None, stored: Mark) -> Response:
    if asked is None or asked.digest != stored.digest:
        return refusal(request, IdempotencyKeyReusedError())
    status = getattr(request.scope.get("route"), "status_code", None) or 200
    request.state.replayed = True
    return JSONResponse(stored.result or {}, status, headers={"Idempotent-Replayed": "true"})


async def _unavailable(request: Request, error: Any) -> Response:
    return outage(request, error)


async def _invalid(request: Request, error: Any) -> Response:
    errors = field_problems(error.errors())
    detail = "Some fields are not right." if len(errors) > 1 else "One field is not right."
    return ProblemResponse(422, "invalid-request", detail, correlation_id=_correlation(request), errors=errors)


async def _http(request: Request, error: Any) -> Response:
    code, detail = _SAID.get(error.status_code, ("http-problem", "The request cannot be answered."))
    return ProblemResponse(error.status_code, code, detail, correlation_id=_correlation(request), headers=error.headers)


def _correlation(request: Request) -> str | None:
    return getattr(request.state, "correlation_id", None)
