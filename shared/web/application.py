"""A service's API, put together: routes, failures, limits, health and reference.

Guards that every service's API behaves the same at its edges; a service adds routes and nothing else.
"""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from shared import telemetry
from shared.auth import Authenticator
from shared.mongo import Database
from shared.web.edge import Edge
from shared.web.failures import install
from shared.web.health import Health, health_routes
from shared.web.reference import EVERYWHERE, Api, reference_routes

BODY_LIMIT = 64 * 1024
MAX_IN_FLIGHT = 256


def create_api(  # noqa: PLR0913 - the composition root names each part
    service: str,
    *,
    title: str,
    description: str,
    authenticator: Authenticator,
    database: Database,
    backlog: Callable[[], Awaitable[int]] | None = None,
    routers: Sequence[APIRouter] = (),
    tags: Sequence[dict[str, str]] = (),
    body_limit: int = BODY_LIMIT,
    max_in_flight: int = MAX_IN_FLIGHT,
) -> FastAPI:
    """Return the API of a service; its own routes begin with `/<service>/v1`.

    `backlog` says how many events wait to be sent (`door.backlog.waiting`), `tags` are `{"name", "description"}`,
    `body_limit` is in bytes. The application's state holds authenticator, database and health.
    """
    health = Health()
    health.checks = {"database": _pings(database), "identity": _has_keys(authenticator)}
    if backlog is not None:
        health.before_metrics.append(_counts(service, backlog))
    api = Api(
        title=title,
        description=description,
        version="1",
        openapi_url=f"/{service}/openapi.json",
        docs_url=None,
        redoc_url=None,
        openapi_tags=list(tags) or None,
        responses=EVERYWHERE,
        # A redirect would be built from the caller's Host header, and repeat a command as something else.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    api.state.authenticator, api.state.database, api.state.health = authenticator, database, health
    install(api)
    api.router.routes.extend([*health_routes(health), *reference_routes(service, title)])
    for router in routers:
        api.include_router(router)
    api.add_middleware(Edge, service=service, health=health, body_limit=body_limit, max_in_flight=max_in_flight)
    return api


def _operation_id(route: APIRoute) -> str:
    return route.name


def _pings(database: Database) -> Callable[[], Awaitable[str | None]]:
    async def check() -> str | None:
        await database.ping()
        return None

    return check


def _has_keys(authenticator: Authenticator) -> Callable[[], Awaitable[str | None]]:
    async def check() -> str | None:
        await authenticator.keys.ensure()
        return None

    return check


def _counts(service: str, backlog: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    async def refresh() -> None:
        telemetry.OUTBOX_BACKLOG.labels(service).set(await backlog())

    return refresh
