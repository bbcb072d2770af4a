"""Log lines: one JSON object each, on standard error, holding only fields whose names are listed here.

Guards that logs never hold bodies, names, tokens or anything else about a person: what is not listed is left out,
and of an exception only its kind and its place are written, because a message may repeat the value that caused it.
"""

import logging
import sys
import time
import traceback
from collections import Counter
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import structlog

ALLOWED = frozenset(
    """
    event level timestamp logger service process environment version
    correlation_id causation_id event_id event_type organisation subject actor action
    method route status outcome seconds host port
    topic partition offset position positions group reaction projection epoch shard shards
    code attempt attempts tries retry_after limit count counts backlog lag applied duplicate parked skipped sent
    collection missing reason signal error at number hash size from_version to_version
    """.split()  # noqa: SIM905 - sixty quoted words would hide what is listed
)
"""Names that a log line may hold; add one only if its values can never be about a person's content."""

SPARING_SECONDS = 10.0
_LIBRARIES = "site-packages"
_HOME = str(Path(__file__).parents[1]) + "/"
_QUIET = ("aiokafka", "asyncio", "faststream", "httpcore", "httpx", "pymongo", "uvicorn", "uvicorn.access")


def _arrange(service: str, process: str) -> None:
    """Send our own lines through the libraries' logging, reduced to what may be written."""
    structlog.configure(
        processors=[*_shared(service, process), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def configure(service: str, process: str, level: str = "info") -> None:
    """Send this process's log lines, the libraries' included, to standard error as JSON."""
    _arrange(service, process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(service, process))
    handler.addFilter(Sparing())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
        library.setLevel(max(logging.WARNING, root.level))


class Sparing(logging.Filter):
    """Lets each kind of a library's line through once in ten seconds, with the number of those left out.

    Clients say several times a second that a broker is away: in ten minutes that fills a disk and hides the rest.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}
        self._left_out: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a line is written; our own always are."""
        if not record.name.startswith(_QUIET):
            return True
        kind, moment = (record.name, str(record.msg)), time.monotonic()
        if moment - self._said.get(kind, float("-inf")) < SPARING_SECONDS:
            self._left_out[kind] += 1
            return False
        # A line with a text of its own never comes again; only what was left out has to be remembered for longer.
        recent = {k: at for k, at in self._said.items() if moment - at < SPARING_SECONDS or k in self._left_out}
        self._said = {**recent, kind: moment}
        if left_out := self._left_out.pop(kind, 0):
            record.msg, record.args = f"{record.getMessage()} ({left_out} more like it before)", ()
        return True


def formatter(service: str, process: str) -> logging.Formatter:
    """Return the formatter that turns our own and the libraries' lines into the same JSON."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(service, process),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=_named),
        ],
    )


def logger(name: str = "groundswell") -> Any:
    """Return a logger: `logger().info("checkpoint written", projection="participation", seconds=0.2)`."""
    return structlog.stdlib.get_logger(name)


def bound(**fields: Any) -> AbstractContextManager[None]:
    """Bind event id, correlation id, organisation and the like to every line written inside the block."""
    return structlog.contextvars.bound_contextvars(**fields)


def _shared(service: str, process: str) -> list[Any]:
    def say_where(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"service": service, "process": process, **line}

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        say_where,
        reduce_exception,
        keep_allowed,
    ]


def reduce_exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its kinds and the places it came through; its message stays out."""
    info = line.pop("exc_info", None)
    line.pop("stack_info", None)
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if info is True:
        error = sys.exc_info()[1]
    if error is None:
        return line
    line["error"] = kinds(error)
    line["at"] = _places(error)
    return line


def _places(error: BaseException) -> list[str]:
    """Return the last places in our own code that the error came through, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if _LIBRARIES not in frame.filename][-8:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in [*ours, *frames[-1:]]]


def _short(filename: str) -> str:
    """Return a file's path from its package on; where an installation lies is nobody's business."""
    return filename.rpartition(f"/{_LIBRARIES}/")[2].removeprefix(_HOME)


def kinds(error: BaseException) -> str:
    """Return the class names of an error and of what caused it: `UnavailableError < AutoReconnect`."""
    names: list[str] = []
    current: BaseException | None = error
    while current is not None and len(names) < 8:  # noqa: PLR2004 - a chain that long says no more
        names.append(type(current).__name__)
        current = current.__cause__ or current.__context__
    return " < ".join(names)


def keep_allowed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out every field that is not listed; how many is said, so that a missing field is noticed."""
    kept = {name: value for name, value in line.items() if name in ALLOWED or name.startswith("_")}
    withheld = len(line) - len(kept)
    return kept if withheld == 0 else {**kept, "withheld": withheld}


def _named(value: Any) -> str:
    """Stand for a value that JSON does not know by its kind: its text could hold anything."""
    return f"<{type(value).__name__}>"


# Safe before anybody configures anything: structlog's own default prints local variables with every exception.
_arrange("unknown", "unknown")
