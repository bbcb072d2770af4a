"""Says how a long run goes: every few seconds on a terminal, a line a minute anywhere else.

Guards that whoever waits for many minutes always sees what is being done and that it moves.
"""

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

from shared.testing.history import History

_ON_A_TERMINAL = 2.0
_ELSEWHERE = 60.0
_WIDTH = 150


class Progress:
    """Tells of one run from a thread of its own; use it as a context."""

    def __init__(self, title: str, history: History, out: TextIO | None = None) -> None:
        self._title, self._history, self._out = title, history, out or sys.stdout
        self._terminal = self._out.isatty()
        self._stage = "begins"
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def tell(self, stage: str) -> None:
        """Note what is being done now, and say so."""
        self._stage = stage
        self._say()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self.tell("done" if error is None else f"failed: {error}")
        self._out.write("\n" if self._terminal else "")
        self._out.flush()

    def _run(self) -> None:
        while not self._over.wait(_ON_A_TERMINAL if self._terminal else _ELSEWHERE):
            self._say()

    def _say(self) -> None:
        text = " ".join(f"{self._line()}".split())
        self._out.write(f"\r\x1b[K{text[:_WIDTH]}" if self._terminal else f"{text}\n")
        self._out.flush()

    def _line(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        tally = dict(self._history.tally)
        faults = {what: tally[what] for what in ("killed", "frozen", "joined", "left", "away") if what in tally}
        requests = {"answered": 0, "put off": 0, "lost": 0}
        for what, count in tally.items():
            outcome, _, status = what.partition(" ")
            if outcome in ("ok", "refused", "unknown"):
                kind = "answered" if outcome != "unknown" else "lost" if status == "0" else "put off"
                requests[kind] += count
        counts = {**faults, **requests, "outside records": tally.get("taken", 0)}
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        return f"{self._title} {minutes}:{seconds:02}, {self._stage}: {told}"
