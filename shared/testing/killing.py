"""Kills processes at random moments and starts them again, by a plan that a seed gives.

Guards that a run can be repeated (the plan follows from its seed) and that it is counted what really died: a kill is
noted in the history when the process was there to be killed.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Protocol

from shared.testing.history import History


class Killable(Protocol):
    """A running platform whose processes can be killed by name."""

    def kill(self, name: str) -> bool:
        """End a process as a power cut would, say whether it was running; it stays down until `launch`."""

    def launch(self, name: str) -> None:
        """Start a killed process again without waiting for it."""


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
    """Carries a plan out against a running platform."""

    def __init__(self, platform: Killable, kills: Sequence[Kill], history: History) -> None:
        self._platform = platform
        self._kills = kills
        self._history = history
        self._enough = threading.Event()
        self._down: set[str] = set()

    def run(self) -> None:
        """Kill and start by the plan until it is done or stopped; afterwards everything has been started again."""
        began = time.monotonic()
        try:
            for at, what, kill in self._timeline():
                if self._enough.wait(max(0.0, began + at - time.monotonic())):
                    break
                self._kill(kill) if what == "kill" else self._launch(kill)
        finally:
            for kill in self._kills:
                self._launch(kill)

    def stop(self) -> None:
        """Let it be enough."""
        self._enough.set()

    def _timeline(self) -> Iterator[tuple[float, str, Kill]]:
        at, moments = 0.0, []
        for number, kill in enumerate(self._kills):
            at += kill.pause
            moments += [(at, number, "kill", kill), (at + kill.down, number, "launch", kill)]
        for moment, _, what, kill in sorted(moments, key=lambda one: one[:2]):
            yield moment, what, kill

    def _kill(self, kill: Kill) -> None:
        running = self._platform.kill(kill.name)
        self._down.add(kill.name)
        self._history.fault("killed" if running else "was down already", kill.name, kill.kind)

    def _launch(self, kill: Kill) -> None:
        if kill.name in self._down:
            self._platform.launch(kill.name)
            self._down.discard(kill.name)
            self._history.fault("launched", kill.name, kill.kind)


def kills_by_kind(faults: Sequence[Mapping[str, str]]) -> Counter[str]:
    """Return how many processes of each kind were really killed."""
    return Counter(fault["kind"] for fault in faults if fault["what"] == "killed")
