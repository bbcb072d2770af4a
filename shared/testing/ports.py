"""Free TCP ports for local servers that must be able to come back on the same port.

Guards a restart against losing its port: ports are taken below the range from which the kernel serves outgoing
connections, so that no client's own socket sits on a port while its server is down; and test processes that run at
the same time take them from different parts of it.
"""

import os
import random
import socket

_LOWEST, _EACH, _PARTS = 20_000, 3_000, 4
_given: set[int] = set()


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody listens on and that this process has not given away before."""
    choice = random.SystemRandom()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    lowest = _LOWEST + int(worker) % _PARTS * _EACH
    while True:
        port = lowest + choice.randrange(_EACH)
        if port not in _given and is_free(port):
            _given.add(port)
            return port


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
