"""A TCP proxy between two parts that spoils what goes through it: late, reset, half-open, or with the answers dropped.

Guards that a network can fail in the ways that matter: a request that took effect and whose answer never came, and a
connection whose other end is gone without a word.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from shared.testing.ports import free_port

_CHUNK = 64 * 1024
_AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for no time: a closed connection is reset."""


@dataclass(eq=False)
class _Link:
    """One connection through the proxy, both ends of it."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    silent: bool = False
    """Whether nothing arrives any more, for ever."""
    spoilt: bool = False
    """Whether an answer was dropped: what came after it would make no sense."""

    def reset(self) -> None:
        """Break the connection at both ends."""
        for writer in self.ends:
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            writer.transport.abort()


class Proxy:
    """Forwards a port of its own to another one on this machine; `port` is where to connect to."""

    def __init__(self, target: int, *, port: int = 0) -> None:
        self.port = port or free_port()
        self._target = target
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._late = 0.0
        self._silent = False
        self._dropping = False
        self.resets = 0
        """Connections that were broken."""
        self.dropped = 0
        """Answers that never arrived."""
        self.silenced = 0
        """Pieces that went into connections whose other end is gone."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        self.reset()

    def be_late(self, seconds: float) -> None:
        """Let every piece take so much longer."""
        self._late = seconds

    def drop_answers(self) -> None:
        """Let requests through and nothing back."""
        self._dropping = True

    def fall_silent(self) -> None:
        """Let nothing through and say nothing of it; connections that meet this never recover."""
        self._silent = True
        for link in self._links:
            link.silent = True

    def reset(self) -> None:
        """Break all connections."""
        for link in list(self._links):
            self._break(link)

    def heal(self) -> None:
        """Be a good network again; a connection that lost an answer breaks, a silent one stays silent."""
        self._late, self._silent, self._dropping = 0.0, False, False
        for link in list(self._links):
            if link.spoilt:
                self._break(link)

    def _break(self, link: _Link) -> None:
        self._links.discard(link)
        self.resets += 1
        link.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link((writer, far_writer), silent=self._silent)
        self._links.add(link)
        there = asyncio.create_task(self._carry(link, reader, far_writer, answers=False))
        back = asyncio.create_task(self._carry(link, far_reader, writer, answers=True))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            for task in (there, back):
                task.cancel()
            for end in link.ends:
                end.close()

    async def _carry(
        self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        """Carry what comes from one end to the other until one of them is closed."""
        with contextlib.suppress(OSError):
            while piece := await source.read(_CHUNK):
                if self._late:
                    await asyncio.sleep(self._late)
                if link.silent:
                    self.silenced += 1
                elif answers and self._dropping:
                    link.spoilt = True
                    self.dropped += 1
                else:
                    sink.write(piece)
                    await sink.drain()
