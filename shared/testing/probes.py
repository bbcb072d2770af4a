"""One question each to a server that may be starting: do you answer yet?

Guards that a part counts as ready when it answers its own protocol, not when its port is open. The questions are
bytes on a socket, so the kit needs no driver of its own.
"""

import socket
import struct
from http.client import HTTPConnection, HTTPException

_PING = bytes.fromhex("10") + b"ping\0" + struct.pack("<i", 1)
_ADMIN = bytes.fromhex("02") + b"$db\0" + struct.pack("<i", 6) + b"admin\0"
_PATIENCE = 2.0
_HTTP_PATIENCE = 10.0
_CORRELATION_AND_COUNT = 8


def kafka_answers(port: int) -> bool:
    """Tell whether a Kafka broker on 127.0.0.1 lists at least one live broker (Metadata v1, no topics)."""
    header = struct.pack(">hhih", 3, 1, 7, -1)
    answer = _ask(port, ">i", struct.pack(">i", len(header) + 4) + header + struct.pack(">i", 0))
    return len(answer) >= _CORRELATION_AND_COUNT and struct.unpack_from(">i", answer, 4)[0] > 0


def mongo_answers(port: int) -> bool:
    """Tell whether a server of MongoDB's protocol on 127.0.0.1 answers `ping` (OP_MSG)."""
    document = struct.pack("<i", 4 + len(_PING) + len(_ADMIN) + 1) + _PING + _ADMIN + b"\0"
    body = struct.pack("<iB", 0, 0) + document
    answer = _ask(port, "<i", struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body, length_counts_itself=True)
    return b"ok\0" in answer


def http_answer(port: int, path: str) -> tuple[int, str]:
    """Return status and body that a server on 127.0.0.1 answers to GET; status 0 when nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_HTTP_PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, HTTPException):
        return 0, ""
    finally:
        connection.close()


def _ask(port: int, length: str, question: bytes, *, length_counts_itself: bool = False) -> bytes:
    """Send a question and return the answer after its length; nothing when nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
            connection.sendall(question)
            size = struct.unpack(length, _exactly(connection, 4))[0] - (4 if length_counts_itself else 0)
            return _exactly(connection, size)
    except (OSError, struct.error):
        return b""


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionError
        received += part
    return received
