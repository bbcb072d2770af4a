"""What a service hands to the runner: its parts, and how to start, watch and stop each one.

Guards that the runner knows nothing about Kafka or HTTP routes: everything that runs is a `Runnable`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.applications import Starlette

from shared.mongo import Database


class Runnable(Protocol):
    """Something that runs until it is stopped: a consumer, a projector, a relay."""

    async def start(self) -> None:
        """Begin; returns when it runs. Raises UnavailableError, having cleaned up, to be started again later."""

    async def stop(self) -> None:
        """Finish or abandon what is in hand and let go of everything; may be called more than once."""

    def ready(self) -> str | None:
        """Return None when it is ready, else what is missing."""

    async def wait(self) -> None:
        """Return or raise only when it ends by itself, which a runner takes for a failure."""


@dataclass(frozen=True)
class Service:
    """A service as its `app.py` builds it; the callables are called only in the processes that need them.

    `api` returns what `shared.web.create_api` made; `prepare` makes indexes and whatever must be there first, and may
    be run at any time by several processes at once.
    """

    name: str
    database: Database
    api: Callable[[], Starlette]
    workers: Callable[[], Sequence[Runnable]]
    relay: Callable[[], Runnable]
    prepare: Callable[[], Awaitable[None]]
