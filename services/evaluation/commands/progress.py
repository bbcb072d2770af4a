"""How far long work is, said on standard error: nothing for the first two seconds, then every two.

Guards that whoever waits sees that something moves, and that a pipe gets lines and a terminal one line that changes.
"""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

EVERY_SECONDS = 2.0


class Progress:
    """Says a template of `done` and `of` while the block lasts; `clock` is in seconds."""

    def __init__(self, template: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._template = template
        self._clock = clock
        self._next = clock() + EVERY_SECONDS
        self._said = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._said and sys.stderr.isatty():
            sys.stderr.write("\n")

    def tell(self, done: int, of: int) -> None:
        """Hear how far it is, and say so if it is time."""
        if self._clock() < self._next:
            return
        self._next = self._clock() + EVERY_SECONDS
        self._said = True
        line = self._template.format(done=done, of=of)
        sys.stderr.write(f"\r{line}" if sys.stderr.isatty() else f"{line}\n")
        sys.stderr.flush()
