"""Request bodies, read before anything looks at them.

Guards that nothing is parsed before its size and kind are known, and that no body takes more memory or time than it
may.
"""

import asyncio
import contextlib
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from shared.errors import RefusedError, TooLargeError

_BODY_SECONDS = 15.0
_DISCARD_BYTES = 1024 * 1024
_DISCARD_SECONDS = 1.0


class NotJsonError(RefusedError):
    """Bodies are accepted as application/json without compression only."""

    status = 415


class TooSlowError(RefusedError):
    """The body did not arrive in time."""

    status = 408


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read the whole body, refusing it as soon as it is too large, too slow or of the wrong kind."""
    headers = Headers(scope=scope)
    if _announced(headers) > limit:
        raise TooLargeError(limit=limit)
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            more = True
            while more:
                message: dict[str, Any] = dict(await receive())
                if message["type"] != "http.request":
                    raise ClientDisconnect
                body += message.get("body", b"")
                if len(body) > limit:
                    raise TooLargeError(limit=limit)
                more = message.get("more_body", False)
    except TimeoutError:
        raise TooSlowError from None
    if body:
        _refuse_other_kinds(headers)
    return bytes(body)


def _announced(headers: Headers) -> int:
    """Return how many bytes the caller says will come; the server holds him to it."""
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


async def discard(scope: Scope, receive: Receive) -> None:
    """Read a little on without keeping it: who is still sending would see a broken connection instead of an answer."""
    left = _DISCARD_BYTES - _announced(Headers(scope=scope))
    if left < 0:
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DISCARD_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _refuse_other_kinds(headers: Headers) -> None:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" or headers.get("content-encoding", "identity") != "identity":
        raise NotJsonError


def given(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body that was read, then whatever comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give
