"""What each route demands of its caller, read from the routes themselves.

Guards that no route is open by oversight: the list is made from the dependencies that run, so the reference, and the
test that tries every route with every role, cannot disagree with the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.web.identity import Needs, caller


@dataclass(frozen=True)
class Demand:
    """One operation: `roles` is empty when any valid token will do, None when no token is asked for."""

    method: str
    path: str
    roles: frozenset[str] | None


def demands(api: FastAPI) -> list[Demand]:
    """Return what every documented operation demands."""
    return [
        Demand(method, str(route.path_format), _roles(route.dependant))
        for route in _operations(api)
        for method in sorted(route.methods or ())
    ]


def unguarded(api: FastAPI) -> list[str]:
    """Return the operations that anybody could call; a test of each service holds that there are none."""
    return [f"{demand.method} {demand.path}" for demand in demands(api) if demand.roles is None]


def _operations(api: FastAPI) -> Iterator[RouteContext]:
    for route in iter_route_contexts(api.routes):
        if isinstance(route.original_route, APIRoute):
            yield route


def _roles(dependant: Any) -> frozenset[str] | None:
    """Return the roles that a tree of dependencies demands."""
    waiting, asks, roles = [dependant], False, frozenset[str]()
    while waiting:
        current = waiting.pop()
        waiting.extend(current.dependencies)
        asks = asks or current.call is caller
        if isinstance(current.call, Needs):
            roles |= current.call.roles
    return roles if asks else None
