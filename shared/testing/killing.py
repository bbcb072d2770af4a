"""Kills processes at random moments and starts them again, by a plan that a seed gives.

Guards that a run can be repeated (the plan follows from its seed) and that it is counted what really died: a kill is
noted in the history when the process was there to be killed.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Protocol

from shared.testing.history import History

_LOOK_AGAIN = 0.2


class Killable(Protocol):
    """A running platform whose processes can be killed by name."""

    def kill(self, name: str) -> bool:
        """End a process as a power cut would, say whether it was running; it stays down until `launch`."""

    def launch(self, name: str) -> None:
        """Start a killed process again without waiting for it."""

    def is_up(self, name: str) -> bool:
        """Say whether a process is ready."""


@dataclass(frozen=True)
class Kill:
    """One kill: so many seconds after the one before, for so many seconds down."""

    name: str
    kind: str
    pause: float
    down: float


@dataclass(frozen=True)
class Chance:
    """How kills are spread: seconds between two of them and seconds down, each from and to."""

    pause: tuple[float, float] = (1.5, 4.5)
    down: tuple[float, float] = (0.1, 2.5)


def plan(random: Random, names: Mapping[str, Sequence[str]], counts: Mapping[str, int], chance: Chance) -> list[Kill]:
    """Return as many kills of each kind as asked for; the names of a kind take turns, in a random order.

    No process is killed twice in a row, so that it can come back in between.
    """
    dealt = [(kind, name) for kind, count in counts.items() for name in _dealt(random, names[kind], count)]
    random.shuffle(dealt)
    while any(one == other for one, other in pairwise(dealt)):
        random.shuffle(dealt)
    return [Kill(name, kind, random.uniform(*chance.pause), random.uniform(*chance.down)) for kind, name in dealt]


def _dealt(random: Random, names: Sequence[str], count: int) -> list[str]:
    deck = list(names)
    random.shuffle(deck)
    return [deck[number % len(deck)] for number in range(count)]


class Killer:
    """Carries a plan out against a running platform.

    At most `at_once` of the killed processes are down or coming back at a time, and none is killed again before it has
    come back, however slow the machine is: a platform that is never whole proves little. `patience` is in seconds since
    the start; afterwards nobody is waited for any more.
    """

    def __init__(
        self, platform: Killable, kills: Sequence[Kill], history: History, *, at_once: int = 3, patience: float = 100.0
    ) -> None:
        self._platform, self._kills, self._history = platform, kills, history
        self._at_once, self._patience = at_once, patience
        self._enough = threading.Event()
        self._due: dict[str, tuple[float, Kill]] = {}
        self._coming: set[str] = set()
        self._until = 0.0

    def run(self) -> None:
        """Kill and start by the plan until it is done or stopped; afterwards everything has been started again."""
        self._until = time.monotonic() + self._patience
        try:
            for kill in self._kills:
                self._pass(kill.pause)
                self._wait_for_others(kill)
                if self._enough.is_set():
                    return
                self._kill(kill)
        finally:
            for _, kill in list(self._due.values()):
                self._launch(kill)

    def stop(self) -> None:
        """Let it be enough."""
        self._enough.set()

    def _pass(self, seconds: float) -> None:
        """Let time pass and start what is to be started meanwhile."""
        until = time.monotonic() + seconds
        while not self._enough.is_set() and time.monotonic() < until:
            for at, kill in list(self._due.values()):
                if at <= time.monotonic():
                    self._launch(kill)
            following = min([until, *(at for at, _ in self._due.values())])
            self._enough.wait(max(0.0, following - time.monotonic()))

    def _wait_for_others(self, kill: Kill) -> None:
        """Wait until few enough processes are down or coming back, and the one to be killed is not among them."""
        while not self._enough.is_set():
            self._coming = {name for name in self._coming if not self._platform.is_up(name)}
            away = {*self._due, *self._coming}
            late = time.monotonic() > self._until and kill.name not in self._due
            if late or (len(away) < self._at_once and kill.name not in away):
                return
            self._pass(_LOOK_AGAIN)

    def _kill(self, kill: Kill) -> None:
        running = self._platform.kill(kill.name)
        self._due[kill.name] = (time.monotonic() + kill.down, kill)
        self._history.fault("killed" if running else "was down already", kill.name, kill.kind)

    def _launch(self, kill: Kill) -> None:
        del self._due[kill.name]
        self._platform.launch(kill.name)
        self._coming.add(kill.name)
        self._history.fault("launched", kill.name, kill.kind)


def kills_by_kind(faults: Sequence[Mapping[str, str]]) -> Counter[str]:
    """Return how many processes of each kind were really killed."""
    return Counter(fault["kind"] for fault in faults if fault["what"] == "killed")
