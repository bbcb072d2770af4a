"""Whether a process lives, whether it can work, and what it has counted: `/livez`, `/readyz`, `/metrics`.

Guards that readiness names what is missing, that it goes first when a process stops, and that asking never waits long.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared import telemetry
from shared.errors import UnavailableError

Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, otherwise what is missing."""
PATHS = frozenset({"/livez", "/readyz", "/metrics"})
_PATIENCE_SECONDS = 3.0


class Health:
    """What a process needs before it is ready; `starting` and `draining` are set by whoever runs it."""

    def __init__(self) -> None:
        self.starting = False
        self.draining = False
        self.checks: dict[str, Check] = {}
        self.before_metrics: list[Callable[[], Awaitable[None]]] = []

    async def missing(self) -> list[str]:
        """Return what is missing, one sentence each; empty when the process is ready."""
        if self.draining:
            return ["the process is stopping"]
        found = await asyncio.gather(*(_ask(name, check) for name, check in self.checks.items()))
        return [*(["the process is starting"] if self.starting else []), *(what for what in found if what)]


async def _ask(name: str, check: Check) -> str | None:
    """Return what one check misses, `name: reason`."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            missing = await check()
    except (TimeoutError, UnavailableError) as error:
        missing = str(error) or "no answer in time"
    return None if missing is None else f"{name}: {missing}"


def health_routes(health: Health) -> list[Route]:
    """Return the three routes; none of them needs a token, none of them says anything about people."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        missing = await health.missing()
        return JSONResponse({"ready": not missing, "missing": missing}, status_code=503 if missing else 200)

    async def metrics(_: Request) -> Response:
        for refresh in health.before_metrics:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await refresh()
            except (TimeoutError, UnavailableError):
                continue
        return Response(telemetry.render(), headers={"content-type": telemetry.CONTENT_TYPE})

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


def health_app(health: Health) -> Starlette:
    """Return the small application of processes that have no API."""
    return Starlette(routes=health_routes(health))
