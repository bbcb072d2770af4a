"""What a service must say of a projection: how to read, fold and count; nothing of where it is kept.

Guards law 3: a fold is a join of facts, so any order and any number of repetitions give the same state, and what is
counted is a sum of contributions, so that a change subtracts the old one and adds the new one.
"""

from collections.abc import Mapping
from typing import Protocol, TypeVar

E = TypeVar("E")
S = TypeVar("S")

CellKey = tuple[str, ...]
"""What a cell is about, in the order of the projection's `cell_fields`."""
Figures = Mapping[str, int]
"""Whole numbers by name."""


class Projection(Protocol[E, S]):
    """A pure fold over events `E` into one state `S` per subject, counted in cells."""

    name: str
    """Stable and versioned: a changed fold gets a new name and is built from the start."""
    topics: tuple[str, ...]
    """Topics without prefix; all have the same number of partitions and the same key."""
    cell_fields: tuple[str, ...]

    def decode(self, value: bytes) -> E | None:
        """Return the event, or None for a type that does not concern this projection; raises PoisonError."""

    def subject(self, event: E) -> str:
        """Return whose state the event changes."""

    def fold(self, state: S | None, event: E) -> S | None:
        """Return the next state; None or the very same object when nothing changed. Never changes `state` itself."""

    def contribution(self, state: S) -> Mapping[CellKey, Figures]:
        """Return what one subject adds to which cells."""

    def pack(self, states: dict[str, S]) -> bytes:
        """Return one page of states; equal states give equal bytes."""

    def unpack(self, page: bytes) -> dict[str, S]:
        """Return the states of a page."""
