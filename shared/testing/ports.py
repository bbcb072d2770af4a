"""Free TCP ports for local servers that must be able to come back on the same port.

Guards a restart against losing its port: ports are taken below the range from which the kernel serves outgoing
connections, so that no client's own socket sits on a port while its server is down.
"""

import random
import socket

_LOWEST, _HIGHEST = 20_000, 31_999
_given: set[int] = set()


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody listens on and that this process has not given away before."""
    choice = random.SystemRandom()
    while True:
        port = choice.randint(_LOWEST, _HIGHEST)
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
