"""An HTTP server as a part of a process: the API, or the health pages of a worker or relay.

Guards that the server never touches signals (the runner has them) and never hides that it ended.
"""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from shared.logs import logger

_DRAIN_SECONDS = 10
_TICK_SECONDS = 0.01
_KEEP_ALIVE_SECONDS = 65
"""Longer than the origin in front keeps an idle connection, so that it never sends into a closing one."""


class _Uvicorn(uvicorn.Server):
    """uvicorn without its signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield


class HttpServer:
    """Serves an application on an address; port 0 takes a free one, `port` says which."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, name: str) -> None:
        self._app = app
        self._host = host
        self.port = port
        self._name = name
        self._server: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        listening = _listen(self._host, self.port)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
        self._server = _Uvicorn(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name=self._name)
        while not self._server.started:
            if self._task.done():
                raise RuntimeError(f"{self._name} ended before it listened") from self._task.exception()
            await asyncio.sleep(_TICK_SECONDS)
        logger().info("listening", host=self._host, port=self.port)

    async def stop(self) -> None:
        """Take no more connections, finish the requests in hand, at most ten seconds."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task

    def ready(self) -> str | None:
        """Return None once requests are taken."""
        running = self._server is not None and self._server.started
        return None if running else f"{self._name} is not listening yet"

    async def wait(self) -> None:
        """Return or raise when the server ended."""
        if self._task is None:
            raise RuntimeError(f"{self._name} was not started")
        await asyncio.shield(self._task)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
