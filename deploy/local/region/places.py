"""The places of a programme and who waits for one: first come, first served (REC-2). Pure.

Guards that never more projects are active than there are places, and that a place is never free while one waits.
"""

from collections import deque


class Places:
    """Projects that have a place and projects that wait, in order of arrival."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.active: set[str] = set()
        self.waiting: deque[str] = deque()

    def take(self, project: str) -> None:
        """Give the project a place, or the end of the queue."""
        if self.waiting or len(self.active) >= self.capacity:
            self.waiting.append(project)
        else:
            self.active.add(project)

    def release(self, project: str) -> None:
        """Take the project's place, or its turn in the queue, and let the first who waits have a free place."""
        if project in self.waiting:
            self.waiting.remove(project)
        self.active.discard(project)
        while self.waiting and len(self.active) < self.capacity:
            self.active.add(self.waiting.popleft())

    def status(self, project: str) -> str | None:
        """Return `active`, `queued`, or None for a project that has ended."""
        if project in self.active:
            return "active"
        return "queued" if project in self.waiting else None
