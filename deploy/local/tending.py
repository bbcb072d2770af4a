"""Starts again what ended by itself, as a supervisor of a real deployment would; gives up on what keeps ending.

Guards two things at once: a process that ends on purpose (its watchdog says so) comes back, and one that cannot run is
reported with its log instead of being started for ever.
"""

import threading
import time
from collections.abc import Callable, Iterable

from shared.testing.processes import LocalProcess, PartError

_LOOK = 0.25
_WINDOW = 60.0
_TOO_OFTEN = 5


class Tender:
    """Looks after processes from a thread of its own."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._tended: dict[str, LocalProcess] = {}
        self._ends: dict[str, list[float]] = {}
        self._failed: str | None = None
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tender", daemon=True)

    def start(self, processes: Iterable[LocalProcess]) -> None:
        """Look after these processes from now on."""
        self._tended = {process.name: process for process in processes}
        self._thread.start()

    def stop(self) -> None:
        """Let them end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def leave(self, name: str) -> LocalProcess | None:
        """Stop looking after one process, because somebody means to end it; return it."""
        with self._lock:
            return self._tended.pop(name, None)

    def take(self, process: LocalProcess) -> None:
        """Look after a process (again)."""
        with self._lock:
            self._tended[process.name] = process

    def check(self) -> None:
        """Raise with the story of a process that kept ending."""
        if self._failed is not None:
            raise PartError(self._failed)

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK):
            with self._lock:
                for process in list(self._tended.values()):
                    if not process.running:
                        self._revive(process)

    def _revive(self, process: LocalProcess) -> None:
        moment = time.monotonic()
        ends = [end for end in self._ends.get(process.name, []) if moment - end < _WINDOW] + [moment]
        self._ends[process.name] = ends
        if len(ends) >= _TOO_OFTEN:
            self._failed = process.story(
                f"ended {len(ends)} times within {_WINDOW:.0f} s, last with {process.exit_code}"
            )
            self._tended.pop(process.name)
        else:
            ended = f"{process.name} ended by itself with {process.exit_code} and is started again"
            self._say(f"{ended}; its last words: {process.last_words()}")
            process.launch()
