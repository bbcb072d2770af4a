"""Tells the metrics what became of a projection's records.

Guards that a counter of this process counts what this process did: what a partition brought along when it was taken
over was told by somebody else.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from shared.projector.partition import Partition
from shared.telemetry import CONSUMED


class Accounts:
    """The counters of one projection in one process."""

    def __init__(self, service: str, projection: str) -> None:
        self._labels = (service, projection)
        self._told: dict[int, Counter[str]] = {}

    def took(self, partition: Partition[Any]) -> None:
        """Note what a partition had counted before it came here."""
        self._told[partition.number] = _totals(partition)

    def tell(self, partitions: Iterable[Partition[Any]]) -> None:
        """Add what was written since the last time."""
        for partition in partitions:
            totals = _totals(partition)
            for outcome, count in (totals - self._told.get(partition.number, Counter())).items():
                CONSUMED.labels(*self._labels, outcome).inc(count)
            self._told[partition.number] = totals


def _totals(partition: Partition[Any]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for counts in partition.counts.values():
        totals.update(vars(counts))
    return totals
