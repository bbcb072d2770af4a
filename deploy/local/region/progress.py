"""How far the region has got: a bar on a terminal, a line for each month elsewhere.

Guards that a log without a terminal stays readable: no carriage returns, one line for each month.
"""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """Counts what has been done, of so many things to do."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self.done = 0
        self.what = "nothing yet"
        self._total = total
        self._title = ""
        columns = (TextColumn("{task.description:<32}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def month(self, title: str, number: int, of: int) -> None:
        """Begin a month."""
        self._title = f"{title} ({number} of {of})"
        self.doing("")

    def doing(self, what: str) -> None:
        """Say what is being done or waited for."""
        self.what = f"{self._title}{what and ': '}{what}"
        self._bar.update(self._task, description=self.what)

    def step(self, count: int = 1) -> None:
        """Note that something was done."""
        self.done += count
        self._bar.advance(self._task, count)

    def month_done(self, seconds: float) -> None:
        """End a month."""
        if not self._console.is_terminal:
            self._console.print(f"  {self._title:<24} {self.done:>6} of {self._total} acts, {seconds:5.1f} s")
