"""How often a service asks how many events wait: seldom where asking is work, and never so seldom that it matters."""

import pytest

from shared import outbox
from shared.outbox import Backlog


class Counting:
    """A database that takes its time to count, on a clock of its own."""

    def __init__(self, seconds: float) -> None:
        self.now, self.asked = 100.0, 0
        self._seconds = seconds

    def collection(self, _name: str) -> "Counting":
        return self

    def monotonic(self) -> float:
        return self.now

    async def estimated_document_count(self) -> int:
        self.asked += 1
        self.now += self._seconds
        return 7


@pytest.mark.parametrize(("seconds", "pause"), [(0.001, 1.0), (0.1, 2.0), (0.4, 8.0), (3.0, 10.0)])
async def test_asking_takes_a_twentieth_of_the_time_at_most(
    monkeypatch: pytest.MonkeyPatch, seconds: float, pause: float
) -> None:
    """P10: a backlog that is counted by reading it would be sent the slower the longer it is."""
    database = Counting(seconds)
    monkeypatch.setattr(outbox, "time", database)
    backlog = Backlog(database)  # type: ignore[arg-type] # what it asks of a database is here
    assert await backlog.waiting() == 7
    database.now = 100.0 + seconds + pause - 0.01
    await backlog.waiting()
    assert database.asked == 1
    database.now = 100.0 + seconds + pause + 0.01
    await backlog.waiting()
    assert database.asked == 2
