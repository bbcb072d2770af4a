"""Free TCP ports for local servers that must be able to come back on the same port.

Guards a restart against losing its port: ports are taken below the range from which the kernel serves outgoing
connections, so that no client's own socket sits on a port while its server is down; and processes that run servers at
the same time, also those of another checkout, take them from different parts of it.
"""

import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path

_LOWEST, _EACH, _PARTS = 20_000, 2_000, 6
_given: set[int] = set()


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody listens on and that this process has not given away before."""
    choice = random.SystemRandom()
    lowest = _LOWEST + _part(os.getpid()) * _EACH
    while True:
        port = lowest + choice.randrange(_EACH)
        if port not in _given and is_free(port):
            _given.add(port)
            return port


@cache
def _part(process: int) -> int:
    """Return the part of the range that is a process's own until it ends, or any where there are more processes."""
    for part in range(_PARTS):
        try:
            mine = os.open(Path(tempfile.gettempdir(), f"groundswell-ports-{part}"), os.O_CREAT | os.O_RDWR, 0o666)
        except OSError:
            continue  # somebody else's, who did not let us in
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(mine)
        else:
            return part  # left open: the lock is held for as long as the process lives
    return process % _PARTS


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
