"""A local server as a process that cannot outlive the one that started it.

Guards that nothing is left behind: the kernel kills a part when its parent dies, however the parent dies. Parts run in
their own process group, so Ctrl-C reaches only the parent, which then stops them in order.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar, Self

LOOK_AGAIN = 0.02
"""Seconds between two questions to a part that starts."""
_LOG_TAIL = 25

# Runs in the new process before it becomes the part: asks the kernel (Linux; 1 is PR_SET_PDEATHSIG) to kill it when
# its parent dies, and does not begin at all when the parent was faster.
_TETHER = """\
import ctypes, os, signal, sys
libc = ctypes.CDLL(None)
if hasattr(libc, "prctl"):
    libc.prctl(1, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""

# The kernel's "parent died" signal follows the thread that forked, not the process: every part is started by one
# thread that lives until the interpreter ends, so parts may be started from any short-lived thread.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parts")


class PartError(RuntimeError):
    """A part did not start, or ended by itself; the message holds the end of its log."""


class LocalProcess:
    """One server process: same command, same log file, started, killed and started again.

    `ready` is asked every `pause` seconds after a start until it says yes or `patience` seconds are over.
    """

    pause: ClassVar[float] = LOOK_AGAIN

    def __init__(  # noqa: PLR0913 -- what a process is, by keyword
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        patience: float = 60.0,
    ) -> None:
        self.name, self.log = name, log
        self._command, self._ready, self.patience = list(command), ready, patience
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        if self._process is None:
            message = f"{self.name} does not run"
            raise PartError(message)
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """What the process ended with; nothing while it runs or before it was ever started."""
        return None if self._process is None else self._process.poll()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start the process without waiting until it answers."""
        if self.running:
            message = f"{self.name} runs already"
            raise PartError(message)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = _STARTER.submit(self._spawn).result()

    def start(self) -> Self:
        """Start the process and return when it answers."""
        self.launch()
        self.wait_ready()
        return self

    def wait_ready(self) -> None:
        """Return when the process answers; raise with the end of its log when it ended or took too long."""
        wait_for([self])

    def answers(self) -> bool:
        """Ask once whether it answers; raise with the end of its log when it has ended."""
        if self._ready():
            return True
        if not self.running:
            raise PartError(self.story(f"ended with {self.exit_code} before it answered"))
        return False

    def is_up(self) -> bool:
        """Say whether it runs and answers; one that has ended is no error here."""
        return self.running and self._ready()

    def stop(self, patience: float = 30.0) -> None:
        """Ask the process to end (SIGTERM); kill it after `patience` seconds."""
        if self._process is None:
            return
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process as a power cut would (SIGKILL)."""
        if self._process is not None:
            self.signal(signal.SIGKILL)
            self._process.wait()

    def restart(self) -> None:
        """Stop the process if it runs and start it again: same port, same data."""
        self.stop()
        self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process if it runs: SIGSTOP and SIGCONT freeze and thaw it."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def story(self, what: str) -> str:
        """Say what happened to this process, with the end of its log."""
        return "\n".join([f"{self.name} {what}. The end of {self.log}:", *self._said()[-_LOG_TAIL:]])

    def last_words(self) -> str:
        """Return the last line of this process's log."""
        lines = self._said()
        return lines[-1] if lines else "(it said nothing)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _said(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _TETHER, str(os.getpid()), *self._command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )


def wait_for(processes: Iterable[LocalProcess], answered: Callable[[LocalProcess], None] = lambda _: None) -> None:
    """Return when all processes answer, telling of each; raise `PartError` as soon as one cannot any more."""
    pending, began = list(processes), time.monotonic()
    while pending:
        for process in list(pending):
            if process.answers():
                pending.remove(process)
                answered(process)
            elif time.monotonic() - began > process.patience:
                raise PartError(process.story(f"did not answer within {process.patience:.0f} s"))
        if pending:
            time.sleep(max(process.pause for process in pending))
