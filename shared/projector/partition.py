"""One partition of a projection in memory: pages of states, sums per cell, positions, and what has changed since.

Guards P4 and P5: every record moves the position by one step and is counted as exactly one of applied, duplicate,
skipped or parked; cells always equal the sum of the contributions of the states that were counted.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from shared.errors import PoisonError
from shared.projector.projection import CellKey, Projection
from shared.projector.trouble import LogTroubleError

PAGES = 32
"""Pages per partition; a page is the unit of writing, as in a database."""
SENT_AGAIN = "x-dlq-id"
S = TypeVar("S")


class StreamRecord(Protocol):
    """The part of a Kafka record that a fold needs."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


@dataclass
class Counts:
    """How the records of one topic's partition were accounted for."""

    applied: int = 0
    duplicate: int = 0
    skipped: int = 0
    parked: int = 0

    @property
    def consumed(self) -> int:
        """Every record is exactly one of the four."""
        return self.applied + self.duplicate + self.skipped + self.parked


@dataclass
class Partition(Generic[S]):
    """The hot state of one partition number across all topics of a projection."""

    number: int
    projection: Projection[Any, S]
    epoch: int = 0
    revision: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    """Next offset by topic."""
    last: dict[str, int] = field(default_factory=dict)
    """What the record before that offset is recognised by, by topic."""
    counts: dict[str, Counts] = field(default_factory=dict)
    pages: dict[int, dict[str, S]] = field(default_factory=dict)
    cells: dict[CellKey, dict[str, int]] = field(default_factory=dict)
    touched: dict[str, S | None] = field(default_factory=dict)
    """Subjects changed since they were last counted, with the state that was counted."""
    dirty_pages: set[int] = field(default_factory=set)
    dirty_cells: set[CellKey] = field(default_factory=set)
    parked: list[tuple[StreamRecord, PoisonError]] = field(default_factory=list)
    sent_again: list[StreamRecord] = field(default_factory=list)
    """Records that an operator sent again from the dead letters and that could be decoded this time."""
    moved: bool = False
    """Whether any position moved since the last checkpoint."""

    def fold(self, topic: str, records: Sequence[StreamRecord]) -> None:
        """Fold a fetched batch of one topic in one pass without giving way to anything else."""
        expected = self.positions.get(topic, 0)
        counts = self.counts.setdefault(topic, Counts())
        for record in records:
            if record.offset < expected:
                self._recognise(topic, record, expected)
                continue  # fetched before the position was set; it has been counted already
            self._fold_one(record, counts)
            expected = record.offset + 1
        if expected != self.positions.get(topic, 0):
            self.positions[topic] = expected
            self.last[topic] = fingerprint(records[-1])
            self.moved = True

    def _recognise(self, topic: str, record: StreamRecord, expected: int) -> None:
        """Make sure that the log is still the one that was folded; raises LogTroubleError."""
        known = self.last.get(topic) if record.offset == expected - 1 else None
        if known is not None and known != fingerprint(record):
            place = f"{topic}/{self.number} at {record.offset}"
            raise LogTroubleError(f"{place} is not the record that was folded: the topic was made again")

    def _fold_one(self, record: StreamRecord, counts: Counts) -> None:
        projection = self.projection
        try:
            event = projection.decode(record.value or b"")
        except PoisonError as error:
            self.parked.append((record, error))
            counts.parked += 1
            return
        if record.headers and record.headers[-1][0] == SENT_AGAIN:
            self.sent_again.append(record)
        if event is None:
            counts.skipped += 1
            return
        subject = projection.subject(event)
        page = self.pages.setdefault(page_of(subject), {})
        state = page.get(subject)
        changed = projection.fold(state, event)
        if changed is None or changed is state:
            counts.duplicate += 1
            return
        if subject not in self.touched:
            self.touched[subject] = state
        page[subject] = changed
        counts.applied += 1

    def count(self) -> None:
        """Bring the cells up to date: once per touched subject, its old contribution out, its new one in."""
        for subject, before in self.touched.items():
            number = page_of(subject)
            after = self.pages[number][subject]
            self.dirty_pages.add(number)
            if before is not None:
                self._add(before, -1)
            self._add(after, 1)
        self.touched.clear()

    def _add(self, state: S, sign: int) -> None:
        for key, figures in self.projection.contribution(state).items():
            cell = self.cells.setdefault(key, {})
            self.dirty_cells.add(key)
            for name, figure in figures.items():
                cell[name] = cell.get(name, 0) + sign * figure

    def written(self) -> None:
        """Note that everything changed so far is in the database."""
        self.revision += 1
        self.moved = False
        self.parked.clear()
        for key in self.dirty_cells:
            if not any(self.cells[key].values()):
                del self.cells[key]
        self.dirty_pages.clear()
        self.dirty_cells.clear()

    @property
    def records(self) -> int:
        """Records consumed since the beginning, over all topics."""
        return sum(counts.consumed for counts in self.counts.values())


def fingerprint(record: StreamRecord) -> int:
    """Return a number that another record at the same place hardly has: every event carries an id of its own."""
    return zlib.crc32(record.value or b"")


def page_of(subject: str) -> int:
    """Return the page on which a subject's state is kept."""
    return zlib.crc32(subject.encode()) % PAGES
